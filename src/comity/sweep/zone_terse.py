"""Lines of a zone file as people and tools write them, in columns: relative names, blank owners, TTL and class or not.

What comes here holds no comment, group, quotation, directive or SOA (`zone_pieces` sees to that), in lower case with
blanks for tabs.  Anything that is not wholly good is not read here: None says that `zone_lines` must, which gives each
broken line its number and its reason.  What both read, they read alike.
"""

from typing import Final

import numpy as np
import polars as pl

from comity.sweep.zone_names import are_plain, find_bad_a_labels, find_odd_names
from comity.sweep.zone_state import ZoneState
from comity.sweep.zone_types import DS_DATA, KNOWN_TYPES, UNKNOWN_TYPE

_WORDS: Final = 12  # after the owner: TTL, class, type, and a DS whose digest stands in several pieces
_FIELDS: Final = pl.Schema({"owner": pl.String, **{str(number): pl.String for number in range(_WORDS)}})
_HEAD: Final = b" " * _WORDS + b"\n"  # says how many fields there are
_LEAD: Final = r"^(?:in|(?:[0-9]{1,10}[smhdw]?)+)$"
_MOST_LEADS: Final = 2


def read_terse_lines(text: bytes, state: ZoneState) -> pl.DataFrame | None:
    """Read lines: owners and servers of their NS and DS records (server null), absolute; or None."""
    if not state.origin or state.relative_to in (None, "."):
        return None
    frame = _split(text)
    if frame is None:
        return None
    if not frame.height:
        return pl.DataFrame({"owner": [], "server": []}, schema={"owner": pl.String, "server": pl.String})
    if frame["owner"][0] is None and state.owner is None:
        return None
    heads, runs = _owners(frame["owner"], state)
    words = _after_leads(frame)
    if words is None or not _are_types(words[0]):
        return None
    records = _records(words, heads, runs, state)
    if records is not None:
        state.owner, state.is_closed = heads[-1], False
    return records


def _split(text: bytes) -> pl.DataFrame | None:
    """Words by columns, without empty lines; a blank owner is null."""
    while b"  " in text:
        text = text.replace(b"  ", b" ")
    text = text.replace(b" \n", b"\n")
    while b"\n\n" in text:
        text = text.replace(b"\n\n", b"\n")
    text = text.removeprefix(b"\n")
    try:
        frame = pl.read_csv(
            _HEAD + text, has_header=False, separator=" ", quote_char=None, schema=_FIELDS, truncate_ragged_lines=True
        )
    except pl.exceptions.PolarsError:
        return None
    frame = frame.slice(1)
    return frame if frame.height == np.count_nonzero(np.frombuffer(text, np.uint8) == ord("\n")) else None


def _owners(owners: pl.Series, state: ZoneState) -> tuple[pl.Series, np.ndarray]:
    """The owners as they stand there, absolute, and which of them each line has."""
    stands = owners.is_not_null().to_numpy()
    heads = _absolute(owners.drop_nulls(), state)
    runs = np.cumsum(stands)
    if not stands[0]:
        return pl.concat([pl.Series([state.owner], dtype=pl.String), heads.alias("")]), runs
    return heads, runs - 1


def _absolute(names: pl.Series, state: ZoneState) -> pl.Series:
    """Names, absolute; null stays null."""
    is_whole = names.str.ends_with(".")
    if is_whole.all():
        return names
    frame = pl.DataFrame({"name": names, "whole": is_whole})
    relative = pl.col("name") + pl.lit(f".{state.relative_to}")
    return frame.select(pl.when("whole").then("name").otherwise(relative).alias("name"))["name"]


def _after_leads(frame: pl.DataFrame) -> list[pl.Series] | None:
    """The words from the type on; None where more stands before it than a TTL and a class."""
    words = frame.get_columns()[1:]
    for _ in range(_MOST_LEADS):
        leads = words[0].str.contains(_LEAD).fill_null(value=False)
        if not leads.any():
            return words
        if leads.all():
            words = words[1:]
        else:
            moved = pl.DataFrame({str(at): word for at, word in enumerate(words)}).select(
                pl.when(leads).then(pl.col(str(at + 1))).otherwise(pl.col(str(at))).alias(str(at))
                for at in range(len(words) - 1)
            )
            words = moved.get_columns()
    return None if words[0].str.contains(_LEAD).any() else words


def _are_types(kinds: pl.Series) -> bool:
    known = kinds.unique()
    return bool((known.is_in(list(KNOWN_TYPES)) | known.str.contains(UNKNOWN_TYPE)).fill_null(value=False).all())


def _records(words: list[pl.Series], heads: pl.Series, runs: np.ndarray, state: ZoneState) -> pl.DataFrame | None:
    apex = f"{state.origin}."
    of_apex = (heads == apex).to_numpy()
    is_ns, is_ds = ((words[0] == kind).to_numpy() for kind in ("ns", "ds"))
    rows = np.flatnonzero((is_ns | is_ds) & ~of_apex[runs])
    is_owned = np.zeros(len(heads), dtype=bool)
    is_owned[runs[rows]] = True
    owned = heads.filter(is_owned)
    if not owned.str.ends_with(f".{apex}").all() or not are_plain(owned) or find_bad_a_labels(owned, state.origin):
        return None
    if words[1].is_null().to_numpy()[rows].any() or (words[2].is_not_null().to_numpy() & is_ns & ~of_apex[runs]).any():
        return None
    servers = words[1].gather(rows)
    if is_ds.any():
        of_ds = np.flatnonzero(is_ds & ~of_apex[runs])
        if not _are_ds([word.gather(of_ds) for word in words[1:]]):
            return None
        said = pl.DataFrame({"said": servers, "is_ns": is_ns[rows]})
        servers = said.select(pl.when("is_ns").then("said"))["said"]
    servers = _absolute(servers, state)
    if find_odd_names(servers.unique().drop_nulls()).any():
        return None
    return pl.DataFrame({"owner": heads.gather(runs[rows]), "server": servers})


def _are_ds(words: list[pl.Series]) -> bool:
    """Whether the words after `DS` are its data, and none is left out."""
    if not len(words[0]):
        return True
    if words[-1].null_count() < len(words[-1]):
        return False
    frame = pl.DataFrame({str(at): word for at, word in enumerate(words)})
    data = frame.select(pl.concat_str(pl.all(), separator=" ", ignore_nulls=True).alias("data"))["data"]
    return bool(data.str.contains(DS_DATA).all())
