"""A node whose zone was read on two days: on the second a family appeared, one name of which is a confirmed case."""

from datetime import date
from pathlib import Path

import polars as pl

from comity.edges.home import Home, NodeSettings
from comity.store.models import Case
from comity.sweep.snapshot_writing import write_snapshot
from flows.desk import OWN, new_case, open_some

DAY = date(2026, 11, 23)
SEED = "demo-login11.by"
FAMILY = [f"demo-login{number}.by" for number in (202, 37, 4040, 58)]
_WORDS = ("okna", "dom", "avto", "tur", "les", "mir", "stroy", "park", "med", "chay", "volga", "neva", "ural", "don")
_CLOUD, _THEIRS = "a.cloud.example b.cloud.example", "ns1.demo.su ns2.demo.su"


def node_with_names(folder: Path, *, days: int = 2) -> Home:
    """Make the node's directory and its store of names."""
    store = folder / "sweeps" / "names"
    usual = {f"{a}{b}{c}.by": _CLOUD for a in _WORDS for b in _WORDS for c in _WORDS[:10]}
    readings = [usual, usual | dict.fromkeys([SEED, *FAMILY], _THEIRS)]
    for late, names in enumerate(readings[:days]):
        rows = [(name, 1 if servers == _CLOUD else 2, False, servers) for name, servers in sorted(names.items())]
        schema = pl.Schema({"name": pl.String, "ns": pl.UInt64, "ds": pl.Boolean, "servers": pl.String})
        frame = pl.DataFrame(rows, schema=schema, orient="row")
        write_snapshot(store, "by", [frame], as_of=date(2026, 11, 23 + late), serial=7 + late)
    return Home(folder, NodeSettings(party=OWN, zones=("by",), secret_key="s" * 50))


def confirmed_case(*, disposition: str = "malicious", name: str = SEED) -> str:
    """Open a case about the seed and confirm it; answers its reference."""
    (ref,) = open_some(new_case(name))
    Case.objects.filter(ref=ref).update(state="confirmed", disposition=disposition)
    return ref
