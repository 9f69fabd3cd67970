"""The zone of a demo's node on two days, invented: what its sweep finds is what a real one would.

Most names are shops and clubs that nobody asks about.  Among them stand names that carry an invented bank beside a word
that lures, names that a list of the partner accuses, and on the second day a row of names registered together, on name
servers of their own.  Every label carries `-demo-` and a number like those of the feeds.
"""

from pathlib import Path
from random import Random
from typing import Final

from comity.demo.names import BRANDS

DAYS: Final = ("yesterday", "today")
PROTECTED: Final = "protected.txt"
ACCUSED: Final = "accused.txt"

_NAMES: Final = 2_000
_ACCUSED: Final = 12
_GONE: Final = 15
_MOVED: Final = 10
_REGISTERED_TOGETHER: Final = 40
_HOSTERS: Final = ("one", "two", "three", "four")
_WORDS: Final = ("dacha", "svet", "kniga", "remont", "shkola", "turizm", "mebel", "sport", "muzyka", "apteka", "avto")
_LURES: Final = ("login", "oplata", "support", "secure", "vhod", "bonus")
_BURST: Final = "park"


def write_zones(folder: Path, zone: str, *, seed: int) -> None:
    """Write the zone of both days, the protected labels and the partner's list into a new folder."""
    rng = Random(f"{seed}/{zone}")  # noqa: S311 — demo data that must be the same again
    folder.mkdir(parents=True)
    names = [f"{rng.choice(_WORDS)}-{rng.choice(_WORDS)}-demo-{number:04}" for number in range(_NAMES)]
    names += [f"{brand}-{rng.choice(_LURES)}-demo-{number}" for number, brand in enumerate(BRANDS)]
    before = {name: rng.choice(_HOSTERS) for name in names}
    (folder / f"{DAYS[0]}.zone").write_text(_zone_text(zone, before, serial=1), encoding="ascii")
    (folder / PROTECTED).write_text("".join(f"{brand}\n" for brand in BRANDS), encoding="ascii")
    accused = "".join(f"https://www.{name}.{zone}/sign-in\n" for name in rng.sample(names[:_NAMES], _ACCUSED))
    (folder / ACCUSED).write_text(accused, encoding="ascii")
    today = dict(before)
    for name in rng.sample(names[:_NAMES], _GONE):
        del today[name]
    for name in rng.sample(sorted(today), _MOVED):
        today[name] = rng.choice(_HOSTERS)
    for number in range(_REGISTERED_TOGETHER):
        today[f"{rng.choice(BRANDS)}-{rng.choice(_LURES)}-demo-{_NAMES + number}"] = _BURST
    (folder / f"{DAYS[1]}.zone").write_text(_zone_text(zone, today, serial=2), encoding="ascii")


def _zone_text(zone: str, hoster_of: dict[str, str], *, serial: int) -> str:
    """A zone as a transfer is dumped: its SOA stands first and last, so that a file that is cut shows it."""
    soa = f"{zone}.\t3600\tIN\tSOA\tns.{zone}. desk.{zone}. {serial} 7200 900 1209600 3600"
    servers = [
        f"{name}.{zone}.\t3600\tIN\tNS\tns{number}.{hoster}-demo.example."
        for name, hoster in sorted(hoster_of.items())
        for number in (1, 2)
    ]
    return "\n".join((soa, *servers, soa)) + "\n"
