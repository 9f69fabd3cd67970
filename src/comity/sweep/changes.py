"""What changed between two dumps of one zone, at a cost that follows the number of changes?

Both files are mapped into memory.  Octets that are equal are passed over in growing blocks; at a difference both are
read by delegations from the last one before it, until they agree again (docs/spec/sweep-changes.md).  The order of the
names decides who is missing: octets of the whole name, with or without its final dot, of the name below the zone, or
canonical (RFC 4034 §6.1).  It is checked wherever names are read; a dump in none of these orders is refused, as is one
that cannot be read from the middle.  `DumpUnlikeError` sends the caller to a whole reading
(`snapshot_writing.write_snapshot`).
"""

import mmap
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import polars as pl

from comity.sweep.columns import SERVERS
from comity.sweep.dump_clusters import Cluster, Dump, DumpUnlikeError
from comity.sweep.names_apart import APART, tell_changes
from comity.sweep.server_sets import UNKNOWN_SERVERS, ServerSigner, join_servers
from comity.sweep.zone_names import find_bad_a_labels
from comity.sweep.zone_text import BadLine

_FIRST_BLOCK: Final = 1 << 13
_LAST_BLOCK: Final = 1 << 17
_MANY: Final = 100_000  # delegations: whatever the size, so many are read
_OCTETS_A_READ: Final = 2_000  # that a whole reading parses in the time in which one delegation is compared
_NEW_LINE: Final = 10
_BLANKS: Final = b" \t"

Key = bytes | list[bytes]
ORDERS: Final[tuple[Callable[[bytes, int], Key], ...]] = (
    lambda name, _: name,
    lambda name, _: name + b".",
    lambda name, zone: name[:-zone],
    lambda name, _: name.split(b".")[::-1],
)


class DumpChanges(msgspec.Struct, frozen=True):
    """What two dumps have differently: APART by name, the sets (SERVERS) that names have now, serials of the SOA."""

    zone: str
    apart: pl.DataFrame
    servers: pl.DataFrame
    serial_before: int
    serial: int

    def tell(self, at: date) -> pl.DataFrame:
        """Tell it as CHANGES of a day."""
        return tell_changes(self.apart, at)


def compare_dumps(
    before: Path,
    after: Path,
    *,
    zone: str = "",
    bad: Callable[[BadLine], None] | None = None,
    most_reads: int | None = None,
    is_dense: bool = False,
) -> DumpChanges:
    """Compare two sorted dumps of one zone; `zone` is needed where their names are relative.

    `bad` is told of lines that were skipped where the new dump differs.  `most_reads` bounds the delegations of one
    file that are read; without it as many as cost about what a whole reading costs.  `is_dense`: the first dump was the
    second of a comparison before, so that it is known to have one record a line.  Raises `DumpUnlikeError`.
    """
    told: list[BadLine] = []
    with ExitStack() as stack:
        one = Dump(before, stack.enter_context(_mapped(before)), zone)
        other = Dump(after, stack.enter_context(_mapped(after)), zone or one.zone[:-1].decode("ascii"), told.append)
        if one.ends_with_soa() and not other.ends_with_soa():
            raise other.refuse("lacks the SOA at its end that the dump before has: perhaps it was cut short")
        for order in ORDERS:
            told.clear()
            other.begin_again()
            most = _MANY + other.size // _OCTETS_A_READ if most_reads is None else most_reads
            walk = _Walk(one, other, order, most, is_dense=is_dense)
            if walk.run():
                break
        else:
            raise other.refuse("has its names, or the dump before has them, in no order that is known")
    if bad is not None:
        for line in told:
            bad(line)
    return walk.render()


class _Walk:
    """Two dumps read side by side in one order."""

    def __init__(
        self, one: Dump, other: Dump, order: Callable[[bytes, int], Key], most_reads: int, *, is_dense: bool
    ) -> None:
        self._one, self._other, self._order, self._most = one, other, order, most_reads
        self._is_dense = is_dense
        self._suffix = len(one.zone)  # of ".zone", as names have it at their end
        self._rows: list[tuple[bytes, Cluster | None, Cluster | None]] = []

    def run(self) -> bool:
        """Read both to their ends; False where names turn out not to be in this order."""
        one, other = self._one, self._other
        at, there = 0, 0
        last: Key | None = None
        left: Cluster | None = None
        right: Cluster | None = None
        left_at = right_at = -1
        while at < one.size or there < other.size:
            equal = _count_equal(one, at, other, there, is_dense=self._is_dense)
            if equal:
                back = one.go_back(at + equal, at) - at
                at, there = at + back, there + back
            if left_at != at:
                left, left_at = one.read_cluster(at), at
            if right_at != there:
                right, right_at = other.read_cluster(there), there
                if other.reads > self._most:
                    raise other.refuse("differs from the dump before in too many places, signatures perhaps")
            if left is None and right is None:
                return True
            left_key = None if left is None else self._order(left.name, self._suffix)
            right_key = None if right is None else self._order(right.name, self._suffix)
            first = right is None or (left_key is not None and left_key <= right_key)  # type: ignore[operator]  # mypy: not None where the other is None
            second = left is None or (right_key is not None and right_key <= left_key)  # type: ignore[operator]
            key = left_key if first else right_key
            if last is not None and key <= last:  # type: ignore[operator]
                return False
            last = key
            self._note(left if first else None, right if second else None)
            if first and left is not None:
                at = left.end
            if second and right is not None:
                there = right.end
        return True

    def _note(self, left: Cluster | None, right: Cluster | None) -> None:
        left = left if left is not None and left.servers else None  # a DS without servers delegates nothing
        right = right if right is not None and right.servers else None
        if left is not None and right is not None and left[:3] == right[:3]:
            return
        named = left or right
        if named is not None:
            self._rows.append((named.name, left, right))

    def render(self) -> DumpChanges:
        """Make frames of what was found."""
        signer = ServerSigner()
        names = [name.decode("ascii") for name, _, _ in self._rows]
        was = [left for _, left, _ in self._rows]
        now = [right for _, _, right in self._rows]
        texts_before, texts = [_text(cluster) for cluster in was], [_text(cluster) for cluster in now]
        frame = pl.DataFrame(
            {
                "name": names,
                "ns_before": _sign(signer, was, texts_before),
                "ds_before": [None if cluster is None else cluster.ds for cluster in was],
                "was": [cluster is not None for cluster in was],
                "ns": _sign(signer, now, texts),
                "ds": [None if cluster is None else cluster.ds for cluster in now],
                "is": [cluster is not None for cluster in now],
                "servers": texts,
            },
            schema={**APART, "servers": pl.String},
        )
        zone = self._one.zone[:-1].decode("ascii")
        odd = [name[:-1] for name in find_bad_a_labels(frame["name"] + ".", zone)]
        frame = frame.filter(~pl.col("name").is_in(odd) & ~_IS_SILENT).sort("name")
        servers = (
            frame.filter(pl.col("is") & (pl.col("ns") != UNKNOWN_SERVERS))
            .select(SERVERS.names())
            .unique("ns")
            .sort("ns")
        )
        return DumpChanges(zone, frame.select(APART.names()), servers, self._one.serial, self._other.serial)


# As `names_apart.set_apart`: where one of the two does not name servers, nothing is told of a name that both have.
_IS_SILENT: Final = (
    pl.col("was") & pl.col("is") & ((pl.col("ns") == UNKNOWN_SERVERS) | (pl.col("ns_before") == UNKNOWN_SERVERS))
)


def _text(cluster: Cluster | None) -> str:
    return "" if cluster is None else join_servers(host.decode("ascii") for host in cluster.servers)


def _sign(signer: ServerSigner, clusters: list[Cluster | None], texts: list[str]) -> list[int | None]:
    signed = signer.sign(texts)
    return [None if cluster is None else number for cluster, number in zip(clusters, signed, strict=True)]


def _count_equal(one: Dump, at: int, other: Dump, there: int, *, is_dense: bool) -> int:
    """Count the octets that are equal from two places on, and refuse what among them is not one record a line."""
    block, begin, last = _FIRST_BLOCK, at, _NEW_LINE
    while True:
        left, right = one.octets[at : at + block], other.octets[there : there + block]
        size = min(len(left), len(right))
        same = size
        if left != right:
            apart = np.frombuffer(left, np.uint8, size) != np.frombuffer(right, np.uint8, size)
            at_most = int(apart.argmax()) if size else 0
            same = at_most if size and apart[at_most] else size
        if same and not is_dense:
            _check_dense(one, left[:same] if same < len(left) else left, last)
            last = left[same - 1]
        at, there = at + same, there + same
        if same < block:
            return at - begin
        block = min(4 * block, _LAST_BLOCK)


def _check_dense(dump: Dump, octets: bytes, last: int) -> None:
    if b"(" in octets or b"$" in octets:
        raise dump.refuse("holds a parenthesis or a `$`")
    if b"\n " in octets or b"\n\t" in octets or (last == _NEW_LINE and octets[0] in _BLANKS):
        raise dump.refuse("holds a line that begins with a blank")


@contextmanager
def _mapped(path: Path) -> Iterator[mmap.mmap]:
    with path.open("rb") as file:
        begun = _stamp(path)
        if not begun[0]:
            raise DumpUnlikeError("is empty", item=path.name)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as octets:
            yield octets
        if _stamp(path) != begun:
            raise DumpUnlikeError("was written to while it was read", item=path.name)


def _stamp(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ino
