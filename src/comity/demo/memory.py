"""How much memory the demo's processes took at most, as Linux counts it (VmHWM of /proc/PID/status)."""

from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")


class Memory:
    """Watches processes and their children; a process that has ended keeps the peak last seen."""

    def __init__(self) -> None:
        self._watched: dict[str, int] = {}
        self._peaks: dict[str, int] = {}

    def watch(self, label: str, pid: int) -> None:
        """Watch a process from now on."""
        self._watched[label] = pid

    def look(self) -> None:
        """Look at every watched process once."""
        for label, pid in self._watched.items():
            for number, each in enumerate(_tree(pid)):
                name = label if number == 0 else f"{label}: {_title(each)}"
                self._peaks[name] = max(self._peaks.get(name, 0), _peak_bytes(each))

    def peaks(self) -> dict[str, int]:
        """The peak of each process in bytes; one that ended before it was looked at is left out."""
        return {label: peak for label, peak in self._peaks.items() if peak}


def _tree(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = (_PROC / str(pid) / "task" / str(pid) / "children").read_text().split()
    except OSError:  # it has ended, or this is not Linux
        return
    for child in children:
        yield from _tree(int(child))


def _peak_bytes(pid: int) -> int:
    try:
        status = (_PROC / str(pid) / "status").read_text()
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _title(pid: int) -> str:
    """What a child of `comity serve` does, by its command line."""
    try:
        words = (_PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return "ended"
    if "--only" in words:
        return words[words.index("--only") + 1]
    return "links" if "--ssl-client-verify" in words else "pages"
