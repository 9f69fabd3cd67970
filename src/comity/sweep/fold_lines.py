"""What are the hosts of a block of lines?  The answers of `NameFolder.fold`, for columns.

Nine lines in ten are a plain host, bare or in a URL: where it stands and where it is cut is found for a whole block at
once (`host_places`, `suffix_words`).  What is left is rewritten without what lists commonly add to such lines (user
info, a zone in its own letters, a line of a hosts file, an Adblock rule) and read so once more.  Everything else is
asked of `NameFolder` by itself, each different text once: it is the meaning, this module is only its speed, and the
tests hold the two equal.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from comity.core.block_lists import hosts_of_adblock_line, hosts_of_hosts_line
from comity.core.names import PUBLIC_SUFFIX, NameFolder, NameRefusal
from comity.core.parties import ZONE_UNICODE, ZONES
from comity.core.suffixes import SuffixList
from comity.core.targets import IPV4, MAX_INPUT
from comity.sweep.host_places import ROOM, HostPlaces, find_hosts, take_texts
from comity.sweep.suffix_words import SUFFIX, UNSURE, SuffixWords
from comity.sweep.text_files import LINE_BYTES, Lines

TOLD_LETTERS: Final = 200
"""Letters of a refused text, and of a reason, that are told."""

HOSTS: Final = pl.Schema({"host": pl.String, "before": pl.UInt8, "zone": pl.UInt8, "line": pl.UInt64})
"""A host, how many of its octets stand before its registrable domain, the place of its zone in ZONES, its line."""
REJECTS: Final = pl.Schema({"line": pl.UInt64, "code": pl.String, "reason": pl.String, "text": pl.String})

_NUMBERS: Final = {zone: at for at, zone in enumerate(ZONES)}
_USER: Final = r"^((?:h(?:tt|xx)ps?|ftp)://)[a-z0-9._~-]*(?::[a-z0-9._~-]*)?@"
_ADDRESS: Final = r"^(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*(?:%\w+)?|0)\s"
_IDN_ZONES: Final = [zone for zone in ZONES if zone.startswith("xn--")]
_DOTTED: Final = r"^[0-9]{1,16}(?:\.[0-9]{1,16}){3}$"
# A host of ASCII, or of the simple letters of `comity.core.labels`, of which readers of URLs think alike; and what may
# follow it without changing whose it is (a defanged dot in it would be undone).
_SIMPLE: Final = (
    r"^(?:https?://)?([A-Za-z0-9._\-\u0410-\u044f\u0401\u0451\u0406\u0456\u040e\u045e\u4e00-\u9fa5]+\.[A-Za-z0-9._\-"
    r"\u0410-\u044f\u0401\u0451\u0406\u0456\u040e\u045e\u4e00-\u9fa5]+)(?::[1-9][0-9]{0,3})?"
    r"(?:/[A-Za-z0-9._~!$&'*+,;=:@/?#-]*)?$"
)
_Answer = tuple[str | None, str | None, str | None, str | None]  # host and name, or code and reason
_LINES: Final = {"line": pl.UInt64, "text": pl.String}
_UNSURE: Final = {"at": pl.Int64, "line": pl.UInt64, "host": pl.String, "is_suffix": pl.Boolean}
_TOLD: Final = pl.Schema(
    [("line", pl.UInt64), *((column, pl.String) for column in ("host", "name", "code", "reason", "text"))]
)
_REFUSED: Final = (pl.col("line"), pl.col("code"), pl.col("reason"), pl.col("text").str.head(TOLD_LETTERS))


class Folded(msgspec.Struct, frozen=True):
    """A block: its hosts in zones of parties (HOSTS), its refused lines (REJECTS), how many it has and are foreign."""

    hosts: pl.DataFrame
    rejects: pl.DataFrame
    read: int
    foreign: int


class _Settled(msgspec.Struct, frozen=True):
    """Of numbered lines: hosts in zones of parties (HOSTS), plain hosts that are none or to be asked of, what is left.

    A host to be asked of has its line, and the place of that line among those that were given.
    """

    hosts: pl.DataFrame
    foreign: int
    unsure: pl.DataFrame
    left: NDArray[np.int64]


class LineFolder:
    """Folds blocks of lines.  One thread at a time."""

    def __init__(self, suffixes: SuffixList) -> None:
        self._suffixes = suffixes
        self._folder = NameFolder(suffixes)
        self._words = SuffixWords(suffixes, ZONES)

    def fold(self, block: Lines) -> Folded:
        """Fold a block of lines."""
        if block.too_long:
            reason = f"the line has {block.too_long} bytes; at most {LINE_BYTES} are read"
            rejects = pl.DataFrame([[block.first], ["line-too-long"], [reason], [""]], schema=REJECTS)
            return Folded(HOSTS.to_frame(), rejects, 1, 0)
        ends = np.append(np.flatnonzero(np.frombuffer(block.data, np.uint8) == ord("\n")), len(block.data))
        count = len(ends)
        first = self._settle(block.data, np.arange(block.first, block.first + count, dtype=np.uint64))
        lines, undecoded = _read(block, ends, first.left)
        rest = _tidy(lines)
        rewritten = rest.select(_rewritten(pl.col("text"))).to_series()
        again = self._settle("\n".join(rewritten).encode(), rest["line"].to_numpy())
        unsure, _ = _read(block, ends, first.unsure["at"].to_numpy())
        asked = pl.concat(
            [
                first.unsure.select("line", "host", "is_suffix", text=unsure["text"]),
                again.unsure.select("line", "host", "is_suffix", text=rest["text"].gather(again.unsure["at"])),
            ]
        )
        told = pl.concat([self._ask_hosts(asked), self._ask_texts(rest[again.left])])
        named = told.filter(pl.col("code").is_null())
        ours = _as_hosts(named)
        return Folded(
            hosts=pl.concat([first.hosts, again.hosts, ours]),
            rejects=pl.concat([undecoded, told.filter(pl.col("code").is_not_null()).select(_REFUSED)]).sort("line"),
            read=count - len(first.left) + len(undecoded) + len(rest),
            foreign=first.foreign + again.foreign + len(named) - len(ours),
        )

    def _settle(self, data: bytes, numbers: NDArray[np.uint64]) -> _Settled:
        """Find and cut the plain hosts of lines with these numbers."""
        places = find_hosts(data)  # of no lines it finds an empty one: it has no host, and is not among the numbers
        cuts, zones = self._words.cut(places)
        ours, unsure = np.flatnonzero(cuts >= 0), np.flatnonzero((cuts == UNSURE) | (cuts == SUFFIX))
        hosts = {
            "host": _hosts(places, ours),
            "before": (cuts - places.begins)[ours].astype(np.uint8),
            "zone": zones[ours],
            "line": numbers[places.lines[ours]],
        }
        asked = {
            "at": places.lines[unsure],
            "line": numbers[places.lines[unsure]],
            "host": _hosts(places, unsure),
            "is_suffix": cuts[unsure] == SUFFIX,
        }
        is_left = np.ones(places.count, np.bool_)
        is_left[places.lines] = False
        return _Settled(
            hosts=pl.DataFrame(hosts, schema=HOSTS),
            foreign=len(cuts) - len(ours) - len(unsure),
            unsure=pl.DataFrame(asked, schema=_UNSURE),
            left=np.flatnonzero(is_left[: len(numbers)]),
        )

    def _ask_hosts(self, records: pl.DataFrame) -> pl.DataFrame:
        """Ask of plain hosts (line, host, is_suffix, text) by themselves, but for suffixes and addresses."""
        is_address = pl.col("host").str.contains(_DOTTED)
        code, reason = (pl.when("is_suffix").then(pl.lit(one)).otherwise(pl.lit(two))
                        for one, two in zip(PUBLIC_SUFFIX, IPV4, strict=True))  # fmt: skip
        known = records.filter(is_address | pl.col("is_suffix"))
        records = records.filter(~is_address & ~pl.col("is_suffix"))
        return pl.concat(
            [
                _tell(records, records["host"].to_list(), self._ask_host),
                known.select("line", host=None, name=None, code=code, reason=reason, text="text"),
            ]
        )

    def _ask_texts(self, records: pl.DataFrame) -> pl.DataFrame:
        """Ask of texts (line, text) by themselves."""
        text = pl.col("text")
        simple = pl.when(text.str.len_bytes() <= MAX_INPUT).then(text.str.extract(_SIMPLE).str.to_lowercase())
        asked = records.select(pl.coalesce(simple, text)).to_series()
        return _tell(records, asked.to_list(), self._ask_text)

    def _ask_host(self, host: str) -> _Answer:
        if host.rpartition(".")[2] not in self._suffixes.plain:
            return self._ask_text(host)
        name = self._suffixes.split(host).registrable
        return (host, name, None, None) if name else (None, None, *PUBLIC_SUFFIX)

    def _ask_text(self, text: str) -> _Answer:
        found = self._folder.fold(text)
        if isinstance(found, NameRefusal):
            return None, None, found.code, found.reason[:TOLD_LETTERS]
        return found.ascii, found.registrable, None, None


def _tell(records: pl.DataFrame, asked: Sequence[str], ask: Callable[[str], _Answer]) -> pl.DataFrame:
    """Records (line, text) with what is answered of them; each different text is asked of once."""
    answers: dict[str, _Answer] = {}
    for text in asked:
        if text not in answers:
            answers[text] = ask(text)
    hosts, names, codes, reasons = zip(*map(answers.__getitem__, asked), strict=True) if asked else ((),) * 4
    told = {"line": records["line"], "host": hosts, "name": names, "code": codes, "reason": reasons}
    return pl.DataFrame({**told, "text": records["text"]}, schema=_TOLD)


def _hosts(places: HostPlaces, rows: NDArray[np.int64]) -> pl.Series:
    return take_texts(places.text, places.begins[rows] + ROOM, places.ends[rows] + ROOM, lower=True)


def _as_hosts(named: pl.DataFrame) -> pl.DataFrame:
    """Those of names (line, host, name) that are in zones of parties: HOSTS."""
    zone = pl.col("name").str.extract("([^.]*)$").replace_strict(_NUMBERS, default=None, return_dtype=pl.UInt8)
    before = (pl.col("host").str.len_bytes() - pl.col("name").str.len_bytes()).cast(pl.UInt8)
    return named.select("host", before=before, zone=zone, line="line").filter(pl.col("zone").is_not_null())


def _read(block: Lines, ends: NDArray[np.int64], which: NDArray[np.int64]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Some lines of a block with their numbers, without blanks around; those that are no UTF-8 apart, as refused."""
    last = ends[which]
    begins = np.where(which > 0, ends[which - 1] + 1, 0)
    undecoded = REJECTS.to_frame()
    try:
        texts = take_texts(block.data, begins, last)
    except pl.exceptions.ComputeError:
        octets = [block.data[begin:end] for begin, end in zip(begins, last, strict=True)]
        undecoded = _undecoded([(int(at) + block.first, piece) for at, piece in zip(which, octets, strict=True)])
        which = which[~np.isin(which + block.first, undecoded["line"].to_numpy())]
        return _read(block, ends, which)[0], undecoded
    lines = pl.DataFrame({"line": which + block.first, "text": texts.str.strip_chars()}, schema=_LINES)
    if block.first == 1:
        lines = lines.with_columns(pl.col("text").str.strip_prefix("\ufeff"))
    return lines, undecoded


def _undecoded(lines: Sequence[tuple[int, bytes]]) -> pl.DataFrame:
    rows = []
    for line, octets in lines:
        try:
            octets.decode()
        except UnicodeDecodeError as error:
            reason = f"it is not UTF-8: {error.reason} at byte {error.start}"
            rows.append((line, "bad-utf-8", reason, octets[:TOLD_LETTERS].decode(errors="backslashreplace")))
    return pl.DataFrame(rows, schema=REJECTS, orient="row")


def _rewritten(text: pl.Expr) -> pl.Expr:
    """A text without user info and with its zone as A-label; nothing where that alone may not make it plain."""
    is_odd = text.str.contains("[^!-~\u0410-\u044f]") | (text.str.len_bytes() > MAX_INPUT)
    plain = text.str.to_lowercase().str.replace(_USER, "$1")
    for zone in _IDN_ZONES:
        plain = plain.str.replace(rf"\{ZONE_UNICODE[zone].lower()}(\.?(?:[:/?#]|$))", f".{zone}$1")
    return pl.when(is_odd).then(pl.lit("")).otherwise(plain)


def _tidy(lines: pl.DataFrame) -> pl.DataFrame:
    """Take out what is no record, and take lines of hosts files and Adblock rules apart: (line, text)."""
    text = pl.col("text")
    is_comment = text.is_in(["", "\ufeff"]) | text.str.contains("^[#!;]")
    lines = lines.filter(~is_comment).with_columns(
        pl.when(text.str.contains(" #", literal=True))
        .then(text.str.replace("(?s) #.*$", "").str.strip_chars())
        .otherwise(text)
    )
    is_apart = text.str.contains(_ADDRESS) | text.str.starts_with("||")
    apart = lines.filter(is_apart)
    if not len(apart):
        return lines
    return pl.concat(
        [lines.filter(~is_apart), pl.DataFrame(list(_take_apart(apart)), schema=lines.schema, orient="row")]
    )


def _take_apart(lines: pl.DataFrame) -> Iterator[tuple[int, str]]:
    for line, text in lines.iter_rows():
        if text.startswith("||"):
            for host in hosts_of_adblock_line(text) or (text,):
                yield line, host
        else:
            for host in hosts_of_hosts_line(text):
                yield line, host
