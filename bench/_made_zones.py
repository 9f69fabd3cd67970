"""Invented zones of any size to measure sweeps on, with what was planted in them: the same seed makes the same bytes.

    FOLDER/zones/ZONE.zone  zones2/ZONE.zone   dumps of two days, owners in order, several servers a name, DS
    FOLDER/names/ZONE.txt   reg/ZONE.tsv       lists of names; name, registrar, day of registration
    FOLDER/indicators.txt   brands.txt         URLs and names of which one in a hundred is in a zone; protected labels
    FOLDER/truth/*.parquet                     lookalikes (name, brand, kind), campaigns (name, campaign),
                                               delta (name, what)

Sizes follow those of the registries that a sweep is made for: of each hundred names about 36 indicators, of each
thousand one look-alike, four changes a day.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import polars as pl

DAYS: Final = (date(2026, 11, 23), date(2026, 11, 24))
_SHARES: Final = {"ru": 0.6, "by": 0.15, "vn": 0.15, "xn--p1ai": 0.1}
_CYRILLIC: Final = "xn--p1ai"
_SYLLABLES: Final = (  # noqa: SIM905 — a table of words
    "ba be bo da de do ga go ka ke ki ko la le li lo ma me mi mo na ne ni no ra re ri ro sa se so ta te to va vo "
).split()
_WORDS: Final = (  # noqa: SIM905 — a table of words
    "auto avto biz blog club dom dacha film foto game gorod hotel info kafe kino kniga land leto line mebel mir "
    "moda music novo okna park plus pro remont rus salon servis shop sport start stroy svet taxi tech top tour "
    "trade ural volga web world zoo "
).split()
_LURES: Final = (  # noqa: SIM905 — a table of words
    "login secure support oplata vhod bonus pay online verify dostavka "
).split()
_LETTERS: Final = dict(zip("abdegiklmnoprstv", "абдегиклмнопрств", strict=True))
_HOSTERS: Final = 400
_REGISTRARS: Final = 30
_CAMPAIGNS: Final = 12
_MEMBERS: Final = 40


def make_zones(folder: Path, names: int, *, brands: int = 5_000, seed: int = 2026) -> Path:
    """Write zones of about so many names into a folder that is empty, and answer it."""
    lot = random.Random(seed)
    labels = _brands(brands, lot)
    for inner in ("zones", "zones2", "names", "reg", "truth"):
        (folder / inner).mkdir(parents=True)
    (folder / "brands.txt").write_text("".join(f"{label}\n" for label in labels), encoding="ascii")
    truth: dict[str, list[tuple[str, ...]]] = {"lookalikes": [], "campaigns": [], "delta": []}
    with (folder / "indicators.txt").open("w", encoding="ascii") as indicators:
        for zone, share in _SHARES.items():
            _write_zone(folder, zone, int(names * share), labels, truth, lot)
            known = (folder / "names" / f"{zone}.txt").read_text("ascii").split()
            indicators.writelines(_indicators(known, int(names * share * 0.36), lot))
    for what, columns in (("lookalikes", ("name", "brand", "kind")), ("campaigns", ("name", "campaign")),
                          ("delta", ("name", "what"))):  # fmt: skip
        pl.DataFrame(truth[what], dict.fromkeys(columns, pl.String), orient="row").write_parquet(
            folder / "truth" / f"{what}.parquet"
        )
    return folder


def _brands(count: int, lot: random.Random) -> list[str]:
    made: dict[str, None] = {}
    while len(made) < count:
        made["".join(lot.choice(_SYLLABLES) for _ in range(lot.randrange(3, 6)))] = None
    return list(made)


def _write_zone(
    folder: Path, zone: str, names: int, brands: list[str], truth: dict[str, list[tuple[str, ...]]], lot: random.Random
) -> None:
    servers = {f"{label}.{zone}": lot.randrange(_HOSTERS) for label in _labels(zone, names, lot)}
    for _ in range(max(1, names // 1_000)):
        brand = lot.choice(brands)
        kind, label = _lookalike(brand, zone, lot)
        servers[f"{label}.{zone}"] = lot.randrange(_HOSTERS)
        truth["lookalikes"].append((f"{label}.{zone}", brand, kind))
    days: dict[str, tuple[int, date]] = {}
    for number in range(_CAMPAIGNS if zone != _CYRILLIC else 0):
        begun, registrar = DAYS[0] - timedelta(days=lot.randrange(5, 60)), lot.randrange(_REGISTRARS)
        for _ in range(_MEMBERS):
            name = "".join(lot.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(lot.randrange(11, 15))) + f".{zone}"
            servers[name] = _HOSTERS + number
            days[name] = registrar, begun + timedelta(days=lot.randrange(2))
            truth["campaigns"].append((name, f"{zone}-{number}"))
    _write_dump(folder / "zones" / f"{zone}.zone", zone, servers, 1)
    known = sorted(servers)
    (folder / "names" / f"{zone}.txt").write_text("".join(f"{name}\n" for name in known), encoding="ascii")
    with (folder / "reg" / f"{zone}.tsv").open("w", encoding="ascii") as reg:
        for name in known:
            registrar, day = days.get(name) or (lot.randrange(_REGISTRARS), DAYS[0] - timedelta(lot.randrange(3_000)))
            reg.write(f"{name}\tREGISTRAR-{registrar}\t{day}\n")
    _write_dump(folder / "zones2" / f"{zone}.zone", zone, _next_day(servers, zone, truth["delta"], lot), 2)


def _labels(zone: str, count: int, lot: random.Random) -> Iterator[str]:
    for _ in range(count):
        label = lot.choice(_WORDS) + lot.choice(("", "-", "")) + lot.choice(_WORDS) + lot.choice(_SYLLABLES)
        label += str(lot.randrange(10_000)) if lot.random() < 0.4 else lot.choice(_SYLLABLES) + lot.choice(_SYLLABLES)
        yield _in_cyrillic(label) if zone == _CYRILLIC else label


def _in_cyrillic(label: str) -> str:
    return "xn--" + "".join(_LETTERS.get(letter, letter) for letter in label).encode("punycode").decode("ascii")


def _lookalike(brand: str, zone: str, lot: random.Random) -> tuple[str, str]:
    at = lot.randrange(1, len(brand) - 1)
    if zone == _CYRILLIC:
        return "translit", _in_cyrillic(brand)
    match lot.randrange(4):
        case 0:
            return "edit1", brand[:at] + brand[at + 1] + brand[at] + brand[at + 2 :]
        case 1:
            return "ascii", brand.replace("o", "0").replace("i", "1").replace("e", "3")
        case 2:
            return "exact", brand
        case _:
            return "combo", f"{brand}-{lot.choice(_LURES)}"


def _next_day(
    servers: dict[str, int], zone: str, delta: list[tuple[str, ...]], lot: random.Random
) -> dict[str, int]:  # fmt: skip
    after = dict(servers)
    for name in lot.sample(sorted(servers), max(3, len(servers) // 250)):
        match lot.randrange(3):
            case 0:
                del after[name]
                delta.append((name, "dropped"))
            case 1:
                after[name] = (after[name] + 1) % _HOSTERS
                delta.append((name, "servers-changed"))
            case _:
                new = f"new{lot.randrange(10**9)}.{zone}"
                after[new] = lot.randrange(_HOSTERS)
                delta.append((new, "new"))
    return after


def _write_dump(path: Path, zone: str, servers: dict[str, int], serial: int) -> None:
    soa = f"{zone}.\t3600\tIN\tSOA\ta.dns.{zone}. desk.{zone}. {serial} 7200 3600 2419200 3600\n"
    with path.open("w", encoding="ascii") as file:
        file.write(soa)
        for name in sorted(servers):
            hoster = servers[name]
            for number in range(1, 3 + hoster % 3):
                file.write(f"{name}.\t345600\tIN\tNS\tns{number}.hoster{hoster}.example.\n")
            if hoster % 20 == 0:
                file.write(f"{name}.\t345600\tIN\tDS\t{hoster + 1} 13 2 {hoster:064X}\n")
        file.write(soa)


def _indicators(known: list[str], count: int, lot: random.Random) -> Iterator[str]:
    for number in range(count):
        host = lot.choice(known) if number % 100 == 0 else f"{lot.choice(_WORDS)}{lot.randrange(10**7)}.example"
        match lot.randrange(4):
            case 0:
                yield f"http://www.{host.upper()}:8080/{lot.choice(_WORDS)}/index.html?x={number}\n"
            case 1:
                yield f"hxxps://{host.replace('.', '[.]')}/{lot.choice(_WORDS)}\n"
            case 2:
                yield f"https://m.{host}/\n"
            case _:
                yield f"{host}\n"
