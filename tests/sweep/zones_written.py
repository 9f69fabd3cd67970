"""Zones as a dictionary, and the same zone written in any style a master file may have."""

import random
from collections.abc import Mapping
from typing import NamedTuple


class Delegation(NamedTuple):
    """What a zone says of a name: its servers, and whether a DS stands beside them."""

    servers: frozenset[str]
    ds: bool


Zone = Mapping[str, Delegation]
DS = "12345 13 2 " + "AB" * 32


def dump(zone: Zone, origin: str = "ru", *, serial: int = 7, closed: bool = True) -> str:
    """Write a zone as a transfer is dumped: absolute, tab separated, in the order of octets."""
    soa = f"{origin}.\t3600\tIN\tSOA\ta.dns.{origin}. hostmaster.{origin}. {serial} 7200 3600 2419200 3600\n"
    lines = [soa, f"{origin}.\t345600\tIN\tNS\ta.dns.{origin}.\n"]
    for name in sorted(zone):
        lines += [f"{name}.\t345600\tIN\tNS\t{server}.\n" for server in sorted(zone[name].servers)]
        lines += [f"{name}.\t345600\tIN\tDS\t{DS}\n"] * zone[name].ds
        lines += [
            f"{server}.\t60\tIN\tA\t192.0.2.1\n" for server in sorted(zone[name].servers) if server.endswith(name)
        ]
    return "".join(lines) + (soa if closed else "")


def terse(zone: Zone, origin: str = "ru", *, seed: int = 0) -> str:
    """Write a zone as people do: relative, blank owners, comments, groups, any case."""
    draw = random.Random(seed)
    text = f"; the zone {origin}\n$ORIGIN {origin.upper()}.\n$TTL 2d\n"
    text += "@ IN SOA a.dns hostmaster (\n 7 ; serial\n 2h 1h\n 4w 1h )\n\tNS a.dns\n"
    for name in sorted(zone):
        owner = draw.choice([name[: -len(origin) - 1], name + ".", name.upper() + "."])
        records = [f"NS {_relative(server, origin, draw)}" for server in sorted(zone[name].servers)]
        records += [f"DS {draw.choice(['', '( '])}{DS[:60]} {DS[60:]}"] * zone[name].ds
        draw.shuffle(records)
        for number, record in enumerate(records):
            group = " )" if "(" in record else ""
            lead = draw.choice(["", "300 ", "IN ", "300 IN ", "IN 300 ", "in 1h30m "])
            note = draw.choice(["", " ; a note (with a parenthesis", ";\u00e9"])
            blank = number and draw.random() < 0.5
            line = draw.choice(["\n", f"\n ; nothing\n{' ' * 3}\n"])
            text += f"{'  ' if blank else owner + ' '}{lead}{record}{group}{note}{line}"
        text += draw.choice(["", f'{owner} TXT "a ; (b" c\n'])
    return text


def _relative(server: str, origin: str, draw: random.Random) -> str:
    if server.endswith(f".{origin}") and draw.random() < 0.5:
        return server[: -len(origin) - 1]
    return draw.choice([server, server.upper()]) + "."
