"""Every bound of the listener for partners, in one table.

A bound on time is never for one read alone: who sends an octet a second keeps every single read short.  So a head has a
total time, and a body and an answer have a pace: `grace_seconds` and then `octets_a_second` (16 MiB in 74 seconds).
"""

from typing import Final

import msgspec

from comity.wire.checkpoint import NOTE_MAX_BYTES
from comity.wire.link_batch import BATCH_MAX_BYTES

_MEBIBYTE: Final = 1_048_576
SMALL_BYTES: Final = 65_536
_LARGE_BODY: Final = frozenset({"batch", "return", "objects"})
_LARGE_ANSWER: Final = frozenset({"fetch", "recall", "objects"})


class Limits(msgspec.Struct, frozen=True):
    """Seconds, octets and counts; docs/threat-model.md says what each is for."""

    handshake_seconds: float = 10.0
    head_seconds: float = 10.0
    head_bytes: int = 16_384
    idle_seconds: float = 120.0
    life_seconds: float = 3_600.0  # then a certificate is looked at again
    grace_seconds: float = 10.0
    octets_a_second: int = 262_144
    stop_seconds: float = 8.0  # a supervisor kills after ten
    part_seconds: float = 10.0  # for reading past what was refused, so that its sender hears why
    part_bytes: int = 2 * BATCH_MAX_BYTES
    connections: int = 512
    connections_unknown: int = 128
    connections_a_partner: int = 16
    queued: int = 64
    queued_a_partner: int = 8
    memory_bytes: int = 96 * _MEBIBYTE
    memory_bytes_a_partner: int = 2 * BATCH_MAX_BYTES
    memory_wait_seconds: float = 30.0
    retry_after_seconds: int = 5


def body_max_bytes(verb: str) -> int:
    """Tell how long the body of a request with this verb may be."""
    return BATCH_MAX_BYTES if verb in _LARGE_BODY else max(SMALL_BYTES, NOTE_MAX_BYTES)


def memory_bytes(verb: str, length: int) -> int:
    """Tell what a request takes of the memory budget: a large body, or an answer that may be large; small ones nothing.

    Small ones are bounded by the count of connections.
    """
    body = length if length > SMALL_BYTES else 0
    return body + (BATCH_MAX_BYTES if verb in _LARGE_ANSWER else 0)
