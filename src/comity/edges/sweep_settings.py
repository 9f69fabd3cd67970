"""What node.toml says about sweeps: which zones, against what, when, and on which engine (docs/how-to/sweep.md).

A node without `sources` sweeps nothing by itself.  Paths are taken from the node's directory.  The command line says
otherwise where it says anything.
"""

from typing import Annotated, Literal

import msgspec


class SweepSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Zones by their source (`ru = "zones/ru.zone.gz"`), and how they are swept each day."""

    sources: dict[str, str] = {}
    at: Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "04:00"
    open_ended: bool = False
    own_reports: bool = True
    brands: str = ""
    patterns: str = ""
    engine: Literal["local", "spark"] = "local"
    cluster: str = ""
    files_at: str = ""
    daily: bool = True
    keep_dumps: Literal["link", "copy", "no"] = "link"
    workers: Annotated[int, msgspec.Meta(ge=0, le=256)] = 0
    memory: Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]*[MG]$")] = "4G"
    keep_runs: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 30
