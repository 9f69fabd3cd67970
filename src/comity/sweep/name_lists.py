"""Lists of names: one a line, nothing said of servers.  Registries hand them out where they do not hand out zones."""

import re
from typing import Final

import polars as pl

from comity.core.labels import MAX_LABEL
from comity.sweep.packed_files import MAX_LINE_BYTES
from comity.sweep.zone_faults import ZoneFileError
from comity.sweep.zone_names import find_bad_a_labels, find_odd_names, why_odd
from comity.sweep.zone_state import ZoneState

_LOOKED_AT: Final = 200
_LOOKED_AT_BYTES: Final = 1 << 20
_PLAIN: Final = b"abcdefghijklmnopqrstuvwxyz0123456789-_.\nABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FOLDED: Final = bytes(octet if octet in _PLAIN else 0 for octet in range(256)).lower()
_NOT_PLAIN: Final = (b"\0", b"..", b"\n.", b"\n\n")
_COMMENT: Final = re.compile(rb"\s*(?:[;#].*)?").fullmatch
_NAME: Final = re.compile(rb"\s*[^\s;#$()\"@]+\s*").fullmatch


def is_list_of_names(block: bytes) -> bool:
    """Whether the first lines of a file are names and nothing else."""
    first = block[:_LOOKED_AT_BYTES].split(b"\n", _LOOKED_AT)[:_LOOKED_AT]
    lines = [line for line in first if not _COMMENT(line)]
    return bool(lines) and all(map(_NAME, lines))


def read_list_block(block: bytes, state: ZoneState) -> pl.Series:
    """Read a block of names, without their final dots.  Counts its lines.

    The zone is what was said, or the last label of the first name.  Raises `ZoneFileError` where that is none.
    """
    found = _read_plain(block, state)
    if found is None:
        found = _read_each(block.lower(), state)
        state.lines += block.count(b"\n")
    return found


def _read_plain(block: bytes, state: ZoneState) -> pl.Series | None:
    """Read a block of nothing but good names of a zone that is known; or None."""
    text = block.translate(_FOLDED)
    if text[:1] in b"\n." or any(one in text for one in _NOT_PLAIN):
        return None
    if b".\n" in text:
        text = text.replace(b".\n", b"\n")
    if not state.origin:
        _find_origin(text[: text.find(b"\n")].decode("ascii"), state)
    names = pl.read_lines(text, name="name")["name"]
    longer = names.filter(names.str.len_bytes() > MAX_LABEL)
    if not names.str.ends_with(f".{state.origin}").all() or (len(longer) and find_odd_names(longer + ".").any()):
        return None
    coded = names.filter(names.str.contains("xn--", literal=True))
    if len(coded) and find_bad_a_labels(coded + ".", state.origin):
        return None
    state.lines += len(names)
    return names


def _read_each(block: bytes, state: ZoneState) -> pl.Series:
    """Read a block in lower case, and say of each line that is skipped why."""
    text = block if block.isascii() else _without_others(block, state)
    lines = pl.read_lines(text, name="owner", row_index_name="line", row_index_offset=state.lines + 1)
    lines = lines.with_columns(pl.col("owner").str.strip_chars())
    lines = lines.filter((pl.col("owner") != "") & ~pl.col("owner").str.contains("^[;#]"))
    if lines.is_empty():
        return lines["owner"].alias("name")
    if not state.origin:
        _find_origin(str(lines["owner"][0]).removesuffix("."), state)
    lines = lines.with_columns(pl.col("owner").str.strip_suffix(".") + ".")
    is_odd = find_odd_names(lines["owner"])
    is_apex = lines["owner"] == f"{state.origin}."
    is_other = ~lines["owner"].str.ends_with(f".{state.origin}.") & ~is_odd & ~is_apex
    bad = find_bad_a_labels(lines["owner"].filter(~(is_odd | is_other)), state.origin)
    is_bad = lines["owner"].is_in(list(bad))
    for line, owner in lines.filter(is_odd | is_other | is_bad).select("line", "owner").iter_rows():
        state.reject(line, *_why(owner, bad, state))
    return lines["owner"].filter(~(is_odd | is_other | is_bad | is_apex)).str.head(-1).alias("name")


def _find_origin(first: str, state: ZoneState) -> None:
    if "." not in first:
        raise ZoneFileError(f"{first[:80]!r} says nothing of which zone it is; name the zone", item=state.item)
    state.set_origin(first.rpartition(".")[2])


def _why(owner: str, bad: dict[str, tuple[str, str]], state: ZoneState) -> tuple[str, str]:
    if owner in bad:
        return bad[owner]
    if len(owner) > MAX_LINE_BYTES:
        return "line-too-long", f"it has more than {MAX_LINE_BYTES} octets"
    if not bool(find_odd_names(pl.Series([owner]))[0]):
        return "other-zone", f"{owner[:80]!r} is not below {state.origin!r}"
    return why_odd(owner)


def _without_others(block: bytes, state: ZoneState) -> bytes:
    """Take out the lines that hold an octet of no ASCII character."""
    lines = block.split(b"\n")
    for at, line in enumerate(lines):
        if not line.isascii():
            state.reject(state.lines + at + 1, "not-ascii", "it holds an octet that is no printable ASCII character")
            lines[at] = b""
    return b"\n".join(lines)
