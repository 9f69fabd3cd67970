"""Take away old snapshots of a zone: their accounts, and the files that no kept snapshot names."""

import shutil
from pathlib import Path

from comity.sweep.name_store import Part, Rows, list_snapshots
from comity.sweep.snapshot_folder import ACCOUNT, hold_zone, writing


def prune_snapshots(store: Path, zone: str, *, keep: int = 3) -> int:
    """Keep the newest so many snapshots of a zone and answer how many were taken away.

    A file of an older day stays while a kept snapshot names it.  Raises `SnapshotBusyError`.
    """
    with hold_zone(store, zone) as home, writing(home):
        snapshots = list_snapshots(store, zone)
        kept = snapshots[-max(1, keep) :]
        named: set[Path] = set()
        for each in kept:
            files: list[Part | Rows] = [*each.parts, *each.deltas, *each.servers, *each.gone, *each.changes]
            named |= {store / file.path for file in files}
        accounts = {store / each.folder for each in kept}
        for folder in [path for path in home.iterdir() if path.is_dir() and path not in accounts]:
            (folder / ACCOUNT).unlink(missing_ok=True)  # first: from here on it is no snapshot
            for path in set(folder.iterdir()) - named:
                path.unlink()
            if not any(folder.iterdir()):
                shutil.rmtree(folder)
    return len(snapshots) - len(kept)
