"""Checkpoints and receipts as bytes: C2SP signed-note, tlog-checkpoint and tlog-cosignature/v1 (Ed25519).

A note is text, an empty line, and signature lines.  Signatures of unknown keys are ignored, as the specifications ask;
a false signature under a known key refuses the whole note.  Stricter than C2SP, on purpose: no extension lines, at most
16 KiB, and every number and base64 text in its one canonical form, so that equal heads are equal bytes.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

import msgspec

from comity.core.errors import InputError, TooLargeError
from comity.core.exchange import ForgedError, SignedHead
from comity.core.ledger import Head, PublicKey
from comity.wire.signatures import verify_ed25519

NOTE_MAX_BYTES: Final = 16_384
SIGNATURES_MAX: Final = 64

_ED25519: Final = 0x01
_COSIGNATURE: Final = 0x04
_LINE: Final = re.compile(r"— (?P<name>[^\s+]+) (?P<blob>[A-Za-z0-9+/]+={0,2})")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")

Sign = Callable[[bytes], bytes]


class NoteSignature(msgspec.Struct, frozen=True):
    """One signature line: who says to have signed, the key's short id, and the signature's bytes."""

    name: str
    key_id: bytes
    blob: bytes


class Note(msgspec.Struct, frozen=True):
    """A signed note taken apart; nothing in it is believed yet."""

    text: bytes
    signatures: tuple[NoteSignature, ...]


class Cosignature(msgspec.Struct, frozen=True):
    """A cosignature that was checked: by which key, and when its owner says to have made it."""

    kid: str
    at: datetime


def key_id(name: str, public: bytes, *, kind: int = _ED25519) -> bytes:
    """Compute the four octets by which a signature line names its key (signed-note, "Signatures")."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def render_checkpoint(head: Head) -> bytes:
    """Write the text that is signed: origin, size and root, a line each."""
    return f"{head.origin}\n{head.size}\n{b64encode(head.root).decode()}\n".encode()


def sign_checkpoint(head: Head, public: bytes, sign: Sign) -> bytes:
    """Write a checkpoint signed by its sender, whose key name is the origin."""
    return sign_text(render_checkpoint(head), head.origin, public, sign)


def sign_text(text: bytes, name: str, public: bytes, sign: Sign) -> bytes:
    """Write a signed note: the text, an empty line, and one Ed25519 signature under the key's name."""
    return text + b"\n" + _line(name, key_id(name, public) + sign(text))


def cosign(note: bytes, name: str, public: bytes, sign: Sign, *, at: datetime) -> bytes:
    """Add the receiver's cosignature, in place of an older one by the same key.  `name` is the receiving party."""
    parsed = parse_note(note)
    mine = key_id(name, public, kind=_COSIGNATURE)
    kept = [line for line in parsed.signatures if (line.name, line.key_id) != (name, mine)]
    lines = b"".join(_line(line.name, line.key_id + line.blob) for line in kept)
    receipt = parsed.text + b"\n" + lines + _cosignature_line(parsed.text, name, public, sign, at=at)
    if len(kept) >= SIGNATURES_MAX or len(receipt) > NOTE_MAX_BYTES:
        raise TooLargeError("leaves no room for a cosignature", item="note")
    return receipt


def cosign_head(head: Head, name: str, public: bytes, sign: Sign, *, at: datetime) -> bytes:
    """Write a checkpoint that only its receiver signed: how a receiver says that it has nothing yet."""
    text = render_checkpoint(head)
    return text + b"\n" + _cosignature_line(text, name, public, sign, at=at)


def parse_note(data: bytes) -> Note:
    """Take a signed note apart.  Raises `InputError` naming what is malformed."""
    if len(data) > NOTE_MAX_BYTES:
        raise TooLargeError(f"a note has at most {NOTE_MAX_BYTES} bytes", item="note")
    text, lines = _halves(data)
    try:
        content, signature_text = text.decode(), lines.decode()
    except UnicodeDecodeError:
        raise InputError("is not UTF-8", item="note") from None
    if _CONTROL.search(content) or _CONTROL.search(signature_text):
        raise InputError("contains control characters", item="note")
    signatures: list[NoteSignature] = []
    for line in signature_text.split("\n")[:-1]:
        match = _LINE.fullmatch(line)
        blob = _base64(match["blob"]) if match else b""
        if match is None or len(blob) < 5:
            raise InputError("has a malformed signature line", item="note")
        signatures.append(NoteSignature(match["name"], blob[:4], blob[4:]))
    if len(signatures) > SIGNATURES_MAX:
        raise TooLargeError(f"a note has at most {SIGNATURES_MAX} signatures", item="note")
    return Note(text, tuple(signatures))


def parse_head(text: bytes) -> Head:
    """Read a checkpoint's text.  Raises `InputError` naming the line that is malformed."""
    lines = text.decode().split("\n")
    if len(lines) != 4 or lines[3] or not lines[0]:
        raise InputError("must be exactly three lines: origin, size, root", item="checkpoint")
    origin, size, root = lines[:3]
    if not _SIZE.fullmatch(size) or int(size) >= 1 << 63:
        raise InputError("the second line is not a size", item="checkpoint")
    digest = _base64(root)
    if len(digest) != 32:
        raise InputError("the third line is not a root", item="checkpoint")
    return Head(origin, int(size), digest)


def check_signatures(note: Note, name: str, keys: Sequence[PublicKey]) -> tuple[str, ...]:
    """Tell which of a party's keys signed the note.  Raises `ForgedError` on a false signature under a known key."""
    known = {key_id(name, key.public): key for key in keys}
    signers: list[str] = []
    for line in note.signatures:
        key = known.get(line.key_id) if line.name == name else None
        if key is None:
            continue
        if not verify_ed25519(key.public, line.blob, note.text):
            raise ForgedError("the signature is false", item=key.kid)
        signers.append(key.kid)
    return tuple(signers)


def check_cosignatures(note: Note, name: str, keys: Sequence[PublicKey]) -> tuple[Cosignature, ...]:
    """Tell which of a party's keys cosigned the note, and when.  Raises `ForgedError` on a false cosignature."""
    known = {key_id(name, key.public, kind=_COSIGNATURE): key for key in keys}
    found: list[Cosignature] = []
    for line in note.signatures:
        key = known.get(line.key_id) if line.name == name else None
        if key is None:
            continue
        stamp, signature = int.from_bytes(line.blob[:8], "big"), line.blob[8:]
        if stamp > _LATEST or not verify_ed25519(key.public, signature, _cosigned(note.text, stamp)):
            raise ForgedError("the cosignature is false", item=key.kid)
        found.append(Cosignature(key.kid, datetime.fromtimestamp(stamp, UTC)))
    return tuple(found)


def read_head(
    data: bytes, *, sender: Sequence[PublicKey] = (), receiver: Sequence[PublicKey] = (), receiver_name: str = ""
) -> SignedHead:
    """Read a checkpoint or receipt and check what both parties signed of it; the origin is the sender's key name."""
    note = parse_note(data)
    head = parse_head(note.text)
    signers = check_signatures(note, head.origin, sender)
    cosigners = check_cosignatures(note, receiver_name, receiver) if receiver_name else ()
    return SignedHead(head, signers, tuple(cosignature.kid for cosignature in cosigners))


def keep_signatures(
    data: bytes, *, sender: Sequence[PublicKey], receiver: Sequence[PublicKey] = (), receiver_name: str = ""
) -> bytes:
    """Write a note again with those signature lines alone that `read_head` finds good under these keys.

    What is kept must stay readable: a line that nobody can check today may be false under a key that is known tomorrow,
    or was known yesterday, and would spoil the whole note then.
    """
    note = parse_note(data)
    origin = parse_head(note.text).origin
    good = {(origin, key_id(origin, key.public)) for key in sender}
    good |= {(receiver_name, key_id(receiver_name, key.public, kind=_COSIGNATURE)) for key in receiver}
    lines = [line for line in note.signatures if (line.name, line.key_id) in good]
    return note.text + b"\n" + b"".join(_line(line.name, line.key_id + line.blob) for line in dict.fromkeys(lines))


_LATEST: Final = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())


def _cosigned(text: bytes, stamp: int) -> bytes:
    return b"cosignature/v1\ntime %d\n" % stamp + text


def _cosignature_line(text: bytes, name: str, public: bytes, sign: Sign, *, at: datetime) -> bytes:
    stamp = int(at.timestamp())
    return _line(
        name, key_id(name, public, kind=_COSIGNATURE) + stamp.to_bytes(8, "big") + sign(_cosigned(text, stamp))
    )


def _line(name: str, blob: bytes) -> bytes:
    return f"— {name} {b64encode(blob).decode()}\n".encode()


def _halves(data: bytes) -> tuple[bytes, bytes]:
    """Split a note at its last empty line into text (with its newline) and signature lines."""
    at = data.rfind(b"\n\n")
    if at < 0 or not data.endswith(b"\n") or at + 2 >= len(data):
        raise InputError("must be text, an empty line and signature lines", item="note")
    return data[: at + 1], data[at + 2 :]


def _base64(text: str) -> bytes:
    try:
        data = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        raise InputError("has malformed base64", item="note") from None
    if b64encode(data).decode() != text:
        raise InputError("has base64 that is not canonical", item="note")
    return data
