"""Changes to node.toml by the program: one value, the rest of the file as its people wrote it.

The new file is read before it takes the old one's place: if anything but that value would differ, it is refused and a
person is asked to make the change.  It is written beside it, flushed to the disk, and renamed.
"""

import os
import re
import tomllib
from pathlib import Path
from typing import Final

import orjson

from comity.core.errors import SettingError

_SECTION: Final = re.compile(r"\s*\[\s*database\s*\]\s*(?:#.*)?")
_ANY_SECTION: Final = re.compile(r"\s*\[")
_URL: Final = re.compile(r"(\s*url\s*=\s*)(?:\"(?:[^\"\\]|\\.)*\"|'[^']*')(.*)")


def set_database_url(directory: Path, url: str) -> None:
    """Write another `[database] url`.  Raises `SettingError` when that cannot be done without touching more."""
    file = directory / "node.toml"
    before = file.read_text(encoding="utf-8")
    after = _replaced(before, url)
    wanted = tomllib.loads(before)
    wanted.setdefault("database", {})["url"] = url
    try:
        is_right = tomllib.loads(after) == wanted
    except tomllib.TOMLDecodeError:
        is_right = False
    if not is_right:
        raise SettingError("cannot be changed by a program; write the new [database] url into it", item=str(file))
    part = directory / f".node.toml.{os.getpid()}.part"
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
            opened.write(after.encode())
            os.fchmod(opened.fileno(), file.stat().st_mode & 0o777)
            opened.flush()
            os.fsync(opened.fileno())
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replaced(text: str, url: str) -> str:
    value = orjson.dumps(url).decode()  # a JSON string is a TOML string
    lines = text.split("\n")
    start = next((number for number, line in enumerate(lines) if _SECTION.fullmatch(line)), None)
    if start is None:
        return text.rstrip("\n") + f"\n\n[database]\nurl = {value}\n"
    for number in range(start + 1, len(lines)):
        if _ANY_SECTION.match(lines[number]):
            break
        if found := _URL.fullmatch(lines[number]):
            lines[number] = f"{found[1]}{value}{found[2]}"
            return "\n".join(lines)
    lines.insert(start + 1, f"url = {value}")
    return "\n".join(lines)
