"""Where is the Public Suffix List read from?  A file that was named, the node's own, or the one the program came with.

The program's own is data of the PyPI package `publicsuffixlist`; a newer one is put in force by naming its file, no
release needed (`[names] suffix_list` in node.toml, `--suffix-list FILE`).  A file that is no list is an
`InputError` naming file and line.
"""

from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

from comity.core.errors import InputError, SettingError, TooLargeError
from comity.core.suffixes import SuffixList, parse_suffix_list
from comity.edges.home import Home

MAX_BYTES: Final = 16 * 1024 * 1024  # the list has a third of a megabyte


def read_suffix_list(home: Home | None = None) -> bytes:
    """The list itself, for processes that parse it elsewhere: the node's, or the one the program came with."""
    if home is None or not home.settings.names.suffix_list:
        return _packaged_bytes()
    named = home.path / home.settings.names.suffix_list
    try:
        data = named.read_bytes()
    except OSError as error:
        raise SettingError(f"[names] suffix_list cannot be read: {error.strerror}", item=str(named)) from error
    _parse(data, str(named))
    return data


def load_suffixes(home: Home | None = None, path: Path | None = None) -> SuffixList:
    """Read the list: `path` if given, else the node's setting, else the one the program came with."""
    if path is not None:
        return _read(path)
    if home is not None and home.settings.names.suffix_list:
        named = home.path / home.settings.names.suffix_list
        try:
            return _read(named)
        except OSError as error:
            raise SettingError(f"[names] suffix_list cannot be read: {error.strerror}", item=str(named)) from error
    return _packaged()


def _read(path: Path) -> SuffixList:
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise TooLargeError(f"a suffix list has at most {MAX_BYTES} bytes", item=str(path))
    return _parse(data, str(path))


@lru_cache(maxsize=1)
def _packaged() -> SuffixList:
    return _parse(_packaged_bytes(), "publicsuffixlist")


def _packaged_bytes() -> bytes:
    return (resources.files("publicsuffixlist") / "public_suffix_list.dat").read_bytes()


def _parse(data: bytes, item: str) -> SuffixList:
    try:
        return parse_suffix_list(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(f"it is not UTF-8: {error.reason} at byte {error.start}", item=item) from error
    except InputError as error:
        raise InputError(error.message, item=f"{item}: {error.item}") from error
