"""A raw message (RFC 5322, MIME) taken apart, whatever is wrong with it: bounded in size, headers, parts and depth.

Nothing here raises for what a mail says but `TooLargeError` for one that is too large.  What cannot be what it claims
(a transfer coding, a charset, a boundary that never comes) is read as far as it goes and named in `faults`.  A message
inside the message stays one part, as octets: whoever needs its headers asks for them (`split_head`).
"""

import base64
import binascii
import codecs
import quopri
import re
from contextlib import suppress
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from typing import Final

import msgspec

from comity.core.errors import TooLargeError
from comity.core.media_types import clean_file_name

MAX_MAIL_BYTES: Final = 25 << 20
MAX_PARTS: Final = 200
MAX_DEPTH: Final = 12
MAX_HEADER_BYTES: Final = 256 << 10
MAX_HEADERS: Final = 1_000
MAX_VALUE: Final = 8 << 10
_TEXT_BYTES: Final = 1 << 20
_FIELD: Final = re.compile(rb"([!-9;-~]{1,120})[ \t]*:[ \t]*(.*)", re.DOTALL)
_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/=]+")
_CHARSET_NAMES: Final = {"utf8": "utf-8", "unknown-8bit": "utf-8", "default": "utf-8", "x-unknown": "utf-8"}
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A leaf of a message.  `path` is its place (1.2 is the second part of the first); `data` is decoded."""

    path: str
    media_type: str
    charset: str
    name: str
    data: bytes

    @property
    def text(self) -> str:
        """The part as text, by its charset as far as that is true."""
        return decode_text(self.data[:_TEXT_BYTES], self.charset)


class MailParts(msgspec.Struct, frozen=True, kw_only=True):
    """A message in parts: header fields in order as (lower-case name, decoded value), leaves, and what was wrong."""

    fields: tuple[tuple[str, str], ...]
    media_type: str
    report_type: str
    parts: tuple[Part, ...]
    faults: tuple[str, ...]
    body_start: int

    def first(self, name: str) -> str:
        """The first field of a name; a second one of the same name is not believed by anybody."""
        return next((value for field, value in self.fields if field == name), "")

    def all(self, name: str) -> list[str]:
        return [value for field, value in self.fields if field == name]


def split_mail(data: bytes) -> MailParts:
    """Take a message apart.  Raises `TooLargeError`."""
    if len(data) > MAX_MAIL_BYTES:
        raise TooLargeError(f"{len(data):,} bytes; a mail has at most {MAX_MAIL_BYTES:,}")
    if b"\n" not in data:  # line ends of old Macs
        data = data.replace(b"\r", b"\n")
    fields, start = split_head(data)
    splitter = _Splitter()
    head = _mime(fields)
    splitter.walk(head, data[start:], "", 0)
    return MailParts(
        fields=tuple(fields),
        media_type=head.get_content_type(),
        report_type=_parameter(head, "report-type").lower(),
        parts=tuple(splitter.parts),
        faults=tuple(dict.fromkeys(splitter.faults)),
        body_start=start,
    )


def split_head(data: bytes) -> tuple[list[tuple[str, str]], int]:
    """Read header fields, and where the body begins; a line that is no field ends the head."""
    fields: list[tuple[bytes, list[bytes]]] = []
    place, size, is_first = 0, 0, True
    limit = min(len(data), MAX_HEADER_BYTES)
    while place < limit:
        end = data.find(b"\n", place)
        stop = len(data) if end < 0 else end + 1
        line = data[place:stop].rstrip(b"\r\n")
        if not line:
            place = stop
            break
        found = _FIELD.fullmatch(line)
        if line[:1] in (b" ", b"\t") and fields:
            if size < MAX_VALUE:
                fields[-1][1].append(b" " + line.strip())
                size += len(line) + 1
        elif found is not None:
            if len(fields) < MAX_HEADERS:
                fields.append((found[1].lower(), [found[2][:MAX_VALUE].strip()]))
            size = len(found[2])
        elif not (is_first and line.startswith(b"From ")) and not line.startswith(b">From "):
            break
        is_first = False
        place = stop
    return [(name.decode("ascii"), decode_value(b"".join(value))) for name, value in fields], place


def decode_value(value: bytes) -> str:
    """Decode a header value: UTF-8 or else Latin-1 for bare octets, encoded words (RFC 2047), no controls."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    if "=?" in text:
        with suppress(MessageError, ValueError, binascii.Error):
            text = "".join(
                piece if isinstance(piece, str) else decode_text(piece, charset or "latin-1")
                for piece, charset in decode_header(text)
            )
    return _CONTROLS.sub("", text.replace("\r", " ").replace("\n", " ")).strip()


def decode_text(data: bytes, charset: str) -> str:
    """Decode octets by a charset as far as it exists and is true; what is no letter of it shows as U+FFFD."""
    name = _CHARSET_NAMES.get(charset.strip("\"' ").lower(), charset.strip("\"' ").lower()) or "utf-8"
    try:
        info = codecs.lookup(name)
        if not info._is_text_encoding or info.name in _NOT_OF_MAIL:  # noqa: SLF001 — the only way to ask
            name = "utf-8"
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        name = "utf-8"
    if name in ("ascii", "us-ascii"):
        name = "utf-8"  # the commonest lie: UTF-8 that is called ASCII
    try:
        text = data.decode(name, "replace")
    except (UnicodeError, ValueError):  # a codec that has no `replace`
        text = data.decode("utf-8", "replace")
    return _CONTROLS.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


_NOT_OF_MAIL: Final = frozenset(
    ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem")
)


class _Splitter:
    """Walks the parts of one message, with what is left of its bounds."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.faults: list[str] = []

    def walk(self, head: Message, body: bytes, path: str, depth: int) -> None:
        if len(self.parts) >= MAX_PARTS:
            self.faults.append(f"more than {MAX_PARTS} parts; the others were not looked at")
            return
        media_type = head.get_content_type()
        boundary = (
            _parameter(head, "boundary").encode("utf-8", "replace") if media_type.startswith("multipart/") else b""
        )
        if boundary and len(boundary) <= 200 and depth < MAX_DEPTH:
            pieces = self._cut(body, boundary, path)
            for number, piece in enumerate(pieces, 1):
                if len(self.parts) >= MAX_PARTS:
                    self.faults.append(f"more than {MAX_PARTS} parts; the others were not looked at")
                    return
                fields, start = split_head(piece)
                self.walk(_mime(fields), piece[start:], f"{path}.{number}" if path else str(number), depth + 1)
            if pieces:
                return
        if media_type.startswith("multipart/"):
            self.faults.append(
                f"parts are nested deeper than {MAX_DEPTH} levels" if depth >= MAX_DEPTH else "a boundary is missing"
            )
            media_type = "text/plain"
        self.parts.append(self._leaf(head, media_type, body, path or "1"))

    def _cut(self, body: bytes, boundary: bytes, path: str) -> list[bytes]:
        """The octets between boundary lines, without preamble and epilogue."""
        pieces: list[bytes] = []
        start = -1
        is_closed = False
        line = re.compile(rb"(?:\A|\n)--" + re.escape(boundary) + rb"(--)?[ \t]*\r?(?=\n|\Z)")
        for found in line.finditer(body):
            if start >= 0:
                pieces.append(body[start : found.start()].removesuffix(b"\r"))
            if found[1] or len(pieces) > MAX_PARTS:
                is_closed = True
                break
            start = found.end() + 1
        else:
            if start >= 0:
                pieces.append(body[start:])
        if pieces and not is_closed:
            self.faults.append(f"part {path or 'whole'} does not end with its boundary")
        return pieces

    def _leaf(self, head: Message, media_type: str, body: bytes, path: str) -> Part:
        coding = str(head.get("Content-Transfer-Encoding", "")).strip().lower()
        if media_type == "message/rfc822" and coding not in ("base64", "quoted-printable"):
            coding = ""
        data = body
        if coding == "base64":
            data = self._from_base64(body, path)
        elif coding == "quoted-printable":
            data = quopri.decodestring(body)
        elif coding not in ("", "7bit", "8bit", "binary"):
            self.faults.append(f"part {path}: its transfer coding {coding[:30]!r} is not known")
        return Part(
            path=path, media_type=media_type, charset=_parameter(head, "charset") or "utf-8", name=_file_name(head),
            data=data,
        )  # fmt: skip

    def _from_base64(self, body: bytes, path: str) -> bytes:
        clean = _BASE64.sub(b"", body)
        clean, _, after = clean.partition(b"=")
        if after.strip(b"=") or _BASE64.sub(b"", body) != re.sub(rb"\s+", b"", body):
            self.faults.append(f"part {path}: its base64 is broken; it was read as far as it goes")
        clean = clean[: len(clean) - (len(clean) % 4 == 1)]
        return base64.b64decode(clean + b"=" * (-len(clean) % 4))


def _mime(fields: list[tuple[str, str]]) -> Message:
    """A header of the library's own, only to ask it about Content-Type and Content-Disposition."""
    head = Message()
    for name in ("content-type", "content-disposition", "content-transfer-encoding"):
        value = next((value for field, value in fields if field == name), "")
        if value:
            head[name] = value
    return head


def _parameter(head: Message, name: str) -> str:
    try:
        value = head.get_param(name)
    except (ValueError, LookupError, MessageError, TypeError):
        return ""
    if isinstance(value, tuple):
        charset, _language, text = value
        value = decode_text(text.encode("latin-1", "replace"), charset or "utf-8")
    return value if isinstance(value, str) else ""


def _file_name(head: Message) -> str:
    try:
        name = head.get_filename("")
    except (ValueError, LookupError, MessageError, TypeError):
        return ""
    return clean_file_name(decode_value(name.encode("utf-8", "replace"))) if isinstance(name, str) else ""
