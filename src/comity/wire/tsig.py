"""Transaction signatures of DNS messages (RFC 8945) with hmac-sha256: checked on what comes, chained over what leaves.

Of a transfer every message is signed: the first over the MAC of the question and all variables, each further one over
the MAC before it and the timers (§5.3.1), so that none can be taken out, repeated or put elsewhere.  A MAC that was
made shorter is refused.  No other algorithm is offered.
"""

import hashlib
import hmac
import struct
from typing import Final, Literal

import msgspec

from comity.wire.dns_message import ANY_CLASS, HEADER, NOTAUTH, TSIG, Query, TsigRecord, render_answer, render_name

ALGORITHM: Final = "hmac-sha256"
FUDGE_SECONDS: Final = 300
BADSIG, BADKEY, BADTIME = 16, 17, 18
_ALGORITHM: Final = render_name(ALGORITHM)
_NO_TTL: Final = bytes(4)

Verdict = Literal["good", "unknown-key", "bad-signature", "bad-time"]
_ERRORS: Final[dict[Verdict, int]] = {"unknown-key": BADKEY, "bad-signature": BADSIG, "bad-time": BADTIME}


class TsigKey(msgspec.Struct, frozen=True):
    """A shared secret under its name, in A-labels."""

    name: str
    secret: bytes

    def __repr__(self) -> str:
        return f"TsigKey(name={self.name!r})"


def judge(query: Query, key: TsigKey | None, *, at_seconds: int) -> Verdict:
    """Say whether the TSIG of a query was made with the key, now."""
    record = query.tsig
    if record is None or key is None or record.algorithm != _ALGORITHM or record.name != render_name(key.name):
        return "unknown-key"
    made = _mac(key.secret, query.signed + _variables(record))
    if not hmac.compare_digest(made, record.mac):
        return "bad-signature"
    return "good" if abs(at_seconds - record.time) <= record.fudge else "bad-time"


class Signer:
    """Signs the messages of one answer, each after the one before it."""

    def __init__(self, key: TsigKey, request_mac: bytes) -> None:
        self._key, self._name = key, render_name(key.name)
        self._before = len(request_mac).to_bytes(2) + request_mac if request_mac else b""
        self._is_first = True

    def sign(self, message: bytes, *, at_seconds: int, error: int = 0, other: bytes = b"") -> bytes:
        """Give the message with its TSIG record."""
        ident = int.from_bytes(message[:2])
        record = TsigRecord(self._name, _ALGORITHM, at_seconds, FUDGE_SECONDS, b"", ident, error, other)
        said = _variables(record) if self._is_first else _timers(record)
        mac = _mac(self._key.secret, self._before + message + said)
        self._before, self._is_first = len(mac).to_bytes(2) + mac, False
        return _append(message, msgspec.structs.replace(record, mac=mac))


def render_refusal(query: Query, verdict: Verdict, key: TsigKey | None, *, at_seconds: int) -> bytes:
    """Answer a query whose signature is not good (RFC 8945 §5.2): NOTAUTH, signed where the time alone is wrong."""
    answer = render_answer(query, b"", 0, rcode=NOTAUTH)
    record = query.tsig
    if record is None:
        return answer
    error = _ERRORS[verdict]
    if error == BADTIME and key is not None:
        return Signer(key, record.mac).sign(answer, at_seconds=record.time, error=error, other=at_seconds.to_bytes(6))
    empty = msgspec.structs.replace(record, mac=b"", original_id=query.id, error=error, other=b"")
    return _append(answer, empty)


def _mac(secret: bytes, data: bytes) -> bytes:
    return hmac.digest(secret, data, hashlib.sha256().name)


def _timers(record: TsigRecord) -> bytes:
    return record.time.to_bytes(6) + record.fudge.to_bytes(2)


def _variables(record: TsigRecord) -> bytes:
    begins = record.name + struct.pack("!H", ANY_CLASS) + _NO_TTL + record.algorithm
    return begins + _timers(record) + struct.pack("!HH", record.error, len(record.other)) + record.other


def _append(message: bytes, record: TsigRecord) -> bytes:
    counts = HEADER.unpack_from(message)
    data = record.algorithm + _timers(record) + struct.pack("!H", len(record.mac)) + record.mac
    data += struct.pack("!HHH", record.original_id, record.error, len(record.other)) + record.other
    header = HEADER.pack(*counts[:5], counts[5] + 1)
    ends = record.name + struct.pack("!HH", TSIG, ANY_CLASS) + _NO_TTL + struct.pack("!H", len(data)) + data
    return header + message[HEADER.size :] + ends
