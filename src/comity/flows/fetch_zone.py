"""Fetch a zone by transfer into a file that a sweep can read, unless the file there has the serial that the server has.

The file is replaced by a rename when the transfer is whole (`edges.zone_transfer`); whatever goes wrong, the one of
before stays, and nothing is swept of it in place of what was asked for.
"""

from pathlib import Path
from typing import Final

from comity.edges.transfer_source import ask_serial, parse_transfer
from comity.edges.tsig_keys import load_tsig_key
from comity.edges.zone_transfer import transfer_zone
from comity.sweep.zone_sources import find_serial

DEADLINE_SECONDS: Final = 4 * 3600.0


def fetch_zone(text: str, *, keys: Path, folder: Path, deadline_seconds: float = DEADLINE_SECONDS) -> tuple[str, Path]:
    """Fetch the zone that a source `axfr://…` says; gives its name and the file.

    `keys`: the directory that holds `tsig`.  Raises `InputError`, `NotFoundError`, `SettingError`, `ZoneTransferError`.
    """
    source = parse_transfer(text)
    key = load_tsig_key(keys, source.key)
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    dump = folder / f"{source.zone}.zone"
    if not dump.exists() or ask_serial(source, key) != find_serial(dump):
        transfer_zone(source.zone, source.primary, key, dump, deadline_seconds=deadline_seconds)
    return source.zone, dump
