"""A private set intersection between two nodes: what passes, in which sizes, and what is refused unread.

The party that asks learns which of its names, or registrants, the other has as well; the other learns a bucket: the
power of two that both sets are padded to.  Three messages pass: the `request`; the `setup` and the `response`, which
answer it.  Each is as many points of the curve P-256 as the bucket says, 33 octets each, so equal buckets are equal
bytes.  The arithmetic is not here (`comity.edges.psi_process`); docs/spec/warnings.md §6 says why nothing else shows.
"""

from typing import Final, Literal, get_args

from comity.core.errors import InputError, TooLargeError

Over = Literal["names", "registrants"]
OVERS: Final[tuple[Over, ...]] = get_args(Over)
Message = Literal["request", "setup", "response"]
MESSAGES: Final[tuple[Message, ...]] = get_args(Message)
RunState = Literal["asked", "waiting", "answered", "finished", "refused", "expired", "failed"]
RUN_STATES: Final[tuple[RunState, ...]] = get_args(RunState)

POINT_BYTES: Final = 33  # compressed, SEC 1
PART_BYTES: Final = 45_000  # of a message in one entry, before base64
BUCKETS: Final = (256, 1_024, 4_096, 16_384, 65_536, 131_072)
LONGEST_ELEMENT: Final = 253
EXPIRE_DAYS: Final = 7
_SIGNS_OF_Y: Final = frozenset(b"\x02\x03")


def bucket_of(size: int) -> int:
    """The bucket that a set of a size is padded to.  Raises `TooLargeError`."""
    for bucket in BUCKETS:
        if size <= bucket:
            return bucket
    raise TooLargeError(f"a set has at most {BUCKETS[-1]} members", item=str(size))


def count_parts(bucket: int) -> int:
    """How many entries carry one message of a bucket."""
    return -(-bucket * POINT_BYTES // PART_BYTES)


def size_of_part(bucket: int, number: int) -> int:
    """How many octets a part has: it is known before it comes."""
    return min(PART_BYTES, bucket * POINT_BYTES - number * PART_BYTES)


def check_points(data: bytes, bucket: int) -> bool:
    """Answer whether octets are as many compressed points as the bucket says, each another one.

    Whether they lie on the curve, the arithmetic tells.  The members of a set differ, and so do their points: a point
    that comes twice is a message that was not made as the protocol says.
    """
    if len(data) != bucket * POINT_BYTES or not _SIGNS_OF_Y.issuperset(data[::POINT_BYTES]):
        return False
    return len({data[at : at + POINT_BYTES] for at in range(0, len(data), POINT_BYTES)}) == bucket


def parse_set(text: str) -> frozenset[str]:
    """Read a set, an element a line.  Raises `InputError` where there is none, or one is too long or cannot be seen."""
    found = frozenset(line.strip().lower() for line in text.splitlines() if line.strip())
    if not found:
        raise InputError("holds nothing to compare", item="set")
    longest = max(found, key=len)
    unseen = next((one for one in sorted(found) if not one.isprintable()), None)
    if unseen is not None:
        raise InputError("an element has letters that cannot be seen", item=repr(unseen[:80]))
    if max(len(one.encode()) for one in found) > LONGEST_ELEMENT:
        raise InputError(f"an element has at most {LONGEST_ELEMENT} octets", item=longest[:80])
    return found
