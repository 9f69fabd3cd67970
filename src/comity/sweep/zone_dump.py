"""Blocks of a zone file in the form of a dumped transfer: owner, TTL, class, type, data, one tab between two.

This is the form of CZDS and of our own transfers, and it is read at the speed of columns.  A block that is not wholly
so (a comment, a relative name, a broken line) is not read here at all: None says that `zone_pieces` must, which reads
any style and finds what is broken.  What both read, they read alike.
"""

from typing import Final

import numpy as np
import polars as pl

from comity.sweep.packed_files import MAX_LINE_BYTES
from comity.sweep.zone_names import are_plain, find_bad_a_labels, find_odd_names
from comity.sweep.zone_state import ZoneState
from comity.sweep.zone_types import DS_DATA, KNOWN_TYPES, UNKNOWN_TYPE

_FIELDS: Final = pl.Schema(
    {"owner": pl.String, "ttl": pl.UInt32, "class": pl.String, "type": pl.String, "data": pl.String}
)
_MAX_TTL: Final = 0x7FFFFFFF
# What begins a comment, a quotation, a group, a directive or an escape, or is no text: not in this form.
_TEXT: Final = b"\t\n !#%&'*+,-./0123456789:<=>?[]^_`abcdefghijklmnopqrstuvwxyz{|}~ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FOLDED: Final = bytes(octet if octet in _TEXT else 0 for octet in range(256)).lower()
_LINE_END: Final = ord("\n")


def read_dump_block(octets: bytes, state: ZoneState) -> pl.DataFrame | None:
    """Read a block: owners and servers of its NS and DS records (server null), or None.  Counts its lines."""
    if not state.origin:
        return None
    block = octets.translate(_FOLDED)
    if b"\0" in block:
        return None
    try:
        frame = pl.read_csv(block, has_header=False, separator="\t", quote_char=None, schema=_FIELDS)
    except pl.exceptions.PolarsError:
        return None
    if not _is_dump(frame, int(np.count_nonzero(np.frombuffer(block, np.uint8) == _LINE_END))):
        return None
    kinds = frame["type"]
    is_ns, is_ds = kinds == "ns", kinds == "ds"
    is_wanted = (is_ns | is_ds) & (frame["owner"] != f"{state.origin}.")
    data = frame["data"] if not is_ds.any() else frame.select(pl.when(is_ns).then("data"))["data"]
    records = pl.DataFrame({"owner": frame["owner"], "server": data}).filter(is_wanted)
    owners = records["owner"]
    heads = owners.filter((owners != owners.shift(1)).fill_null(value=True))
    if (
        not heads.str.ends_with(f".{state.origin}.").all()
        or not are_plain(heads)
        or find_odd_names(records["server"].unique().drop_nulls()).any()
        or not frame["data"].filter(is_ds & is_wanted).str.contains(DS_DATA).all()
    ):
        return None
    bad = find_bad_a_labels(heads, state.origin)
    _take_rest(frame, state)
    if bad:
        for row in np.flatnonzero((is_wanted & frame["owner"].is_in(list(bad))).to_numpy()).tolist():
            state.reject(state.lines + row + 1, *bad[frame["owner"][row]])
        records = records.filter(~owners.is_in(list(bad)))
    state.lines += frame.height
    return records


def _is_dump(frame: pl.DataFrame, lines: int) -> bool:
    """Whether every line has five good fields."""
    if frame.height != lines or frame["data"].null_count() or frame["ttl"].null_count():
        return False
    if not (frame["class"] == "in").fill_null(value=False).all() or frame.select(pl.col("ttl").max()).item() > _MAX_TTL:
        return False
    if frame["owner"].null_count() or frame.select(pl.col("data").str.len_bytes().max()).item() > MAX_LINE_BYTES // 2:
        return False
    kinds = frame["type"].unique()
    return bool((kinds.is_in(list(KNOWN_TYPES)) | kinds.str.contains(UNKNOWN_TYPE)).fill_null(value=False).all())


def _take_rest(frame: pl.DataFrame, state: ZoneState) -> None:
    """Tell the state of SOAs, of the last owner, and of what follows an SOA."""
    is_soa = frame["type"] == "soa"
    for row in np.flatnonzero(is_soa.to_numpy()).tolist():
        state.take_soa(state.lines + row + 1, frame["owner"][row], frame["data"][row])
    state.is_closed &= bool(is_soa[-1])
    state.owner = frame["owner"][-1]
