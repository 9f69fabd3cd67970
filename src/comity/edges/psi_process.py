"""Private set intersection by `openmined.psi`, in a process of its own: sets are padded here, and nowhere seen.

A set is brought to the size of its bucket with random members that nobody else can have, and shuffled: the order of a
message tells nothing.  Keys are new for each run.  The asker's key waits with its shuffled set in a file of its own
(mode 0600, `<home>/intersections/`) until the answer is here, and is deleted then.
"""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from comity.core.errors import ComityError, SettingError
from comity.core.intersections import bucket_of
from comity.edges.home import Home
from comity.edges.processes import die_with_parent
from comity.edges.whole_file import write_whole

WORKER: Final = Path(__file__).with_name("psi_worker.py")
_PACKAGE: Final = "private_set_intersection"
_SECONDS: Final = 600.0
_FOLDER: Final = "intersections"
_PADDING: Final = "\x01"  # begins a random member, and no member of a set that was read
_STRAY_SECONDS: Final = 3_600.0


class IntersectionError(ComityError):
    """The arithmetic of a private set intersection could not be done: what came is not what the protocol sends."""

    code = "intersection-failed"


class Kept(msgspec.Struct, frozen=True):
    """What the asker keeps until the answer is here: its key and its set as it was sent."""

    key: str
    elements: tuple[str, ...]


def packages_folder(home: Home) -> Path:
    """Where `openmined.psi` lies.  Raises `SettingError` that says how to install it."""
    said = home.settings.warnings.intersection_packages
    folder = home.path / said if said else Path(sys.prefix) / "psi"
    if not (folder / _PACKAGE).is_dir():
        raise SettingError(
            f"{folder} has no {_PACKAGE}; install it with: pip install --target DIR -r requirements/psi.lock "
            "(docs/how-to/early-warning.md)",
            item="[warnings] intersection_packages",
        )  # fmt: skip
    return folder


def pad(elements: Iterable[str]) -> list[str]:
    """Bring a set to its bucket with random members, in random order."""
    padded = sorted(set(elements))
    padded += [f"{_PADDING}{secrets.token_hex(32)}" for _ in range(bucket_of(len(padded)) - len(padded))]
    secrets.SystemRandom().shuffle(padded)
    return padded


def make_request(home: Home, elements: Iterable[str]) -> tuple[bytes, Kept]:
    """Make a request and what must be kept to read the answer."""
    padded = pad(elements)
    answer, points = _run(home, {"task": "request"}, padded)
    return points, Kept(str(answer["key"]), tuple(padded))


def make_answer(home: Home, elements: Iterable[str], request: bytes) -> tuple[bytes, bytes]:
    """Answer a request: setup and response.  Raises `IntersectionError` for points that are none."""
    answer, octets = _run(home, {"task": "answer"}, pad(elements), points=request)
    cut = int(answer["setup"])
    return octets[:cut], octets[cut:]


def read_answer(home: Home, kept: Kept, setup: bytes, response: bytes) -> list[str]:
    """What both sets have, of the asker's.

    Raises `IntersectionError` for points that are none, and for an answer in which a random member is found: nobody
    has those, so it was not made as the protocol says, and nothing that it tells can be believed.
    """
    answer, _octets = _run(home, {"task": "finish", "key": kept.key}, (), points=response, setup=setup)
    places: list[int] = answer["places"]
    found = sorted(kept.elements[place] for place in places if 0 <= place < len(kept.elements))
    if any(one.startswith(_PADDING) for one in found):
        raise IntersectionError("the answer has members that nobody can have: it keeps to no protocol", item="finish")
    return found


def keep(home: Home, uuid: str, kept: Kept) -> None:
    """Keep what the asker needs until the answer is here."""
    folder = home.path / _FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    write_whole(folder / f"{uuid}.json", [msgspec.json.encode(kept)], mode=0o600)


def find_kept(home: Home, uuid: str) -> Kept | None:
    """What was kept of a run."""
    try:
        return msgspec.json.decode((home.path / _FOLDER / f"{uuid}.json").read_bytes(), type=Kept)
    except FileNotFoundError:
        return None


def forget_kept(home: Home, uuid: str) -> None:
    """Delete what was kept of a run."""
    (home.path / _FOLDER / f"{uuid}.json").unlink(missing_ok=True)


def forget_strays(home: Home, *, but: Collection[str], now: float) -> int:
    """Delete what was kept of runs that are none of `but`: of those that never began, or ended, as a process died."""
    strays = [
        path for path in (home.path / _FOLDER).glob("*.json")
        if path.stem not in but and now - path.stat().st_mtime > _STRAY_SECONDS
    ]  # fmt: skip
    for path in strays:
        path.unlink(missing_ok=True)
    return len(strays)


def _run(
    home: Home, job: dict[str, Any], elements: Sequence[str], *, points: bytes = b"", setup: bytes = b""
) -> tuple[dict[str, Any], bytes]:
    lines = "".join(f"{element}\n" for element in elements).encode()
    head = {**job, "elements": len(lines), "points": len(points), "setup": len(setup)}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    try:
        done = subprocess.run(  # noqa: S603 — our own interpreter and our own file
            [sys.executable, "-s", str(WORKER), str(packages_folder(home))],
            input=json.dumps(head).encode() + b"\n" + lines + points + setup, capture_output=True, check=True,
            timeout=_SECONDS, env=environment, preexec_fn=die_with_parent,
        )  # fmt: skip
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines()
        why = said[-1][:200] if said else f"ended with {error.returncode}"
        raise IntersectionError(why, item=job["task"]) from None
    except subprocess.TimeoutExpired:
        raise IntersectionError(f"took longer than {_SECONDS:.0f} seconds", item=job["task"]) from None
    line, _, octets = done.stdout.partition(b"\n")
    answer: dict[str, Any] = json.loads(line)
    return answer, octets
