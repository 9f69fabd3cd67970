"""What kind of file are these octets?  Answered from the octets, never from what somebody calls them.

A short list is taken as evidence: pictures, PDF, plain text, mail, JSON.  Everything else is refused by name, with
where it belongs: programs, scripts, archives and samples never come near a node (their SHA-256 does); pages and SVG may
run when they are opened.  A declared type or an ending that says otherwise than the octets is refused, and so are
octets after the end of a picture, because a second file may hide there.  docs/spec/cases.md §11 is the contract.
"""

import re
from collections.abc import Callable
from typing import Final

import msgspec

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_ATTACHMENTS: Final = 50  # of one case
NAME_LETTERS: Final = 120

KINDS: Final = (
    "screenshot", "mail", "sandbox-report", "log", "document", "other", "traffic", "live-check", "second-source",
)  # fmt: skip

PICTURES: Final = frozenset(("image/png", "image/jpeg", "image/webp", "image/gif"))
TEXTS: Final = frozenset(("text/plain", "message/rfc822", "application/json"))
MEDIA_TYPES: Final = (*sorted(PICTURES), "application/pdf", *sorted(TEXTS))

_ANY: Final = PICTURES | TEXTS | {"application/pdf"}
TYPES_OF_KIND: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(KINDS, _ANY),
    "screenshot": PICTURES | {"application/pdf"},
    "mail": frozenset(("message/rfc822", "text/plain")),
    "sandbox-report": frozenset(("application/pdf", "application/json", "text/plain")),
    "log": frozenset(("text/plain", "application/json")),
    "traffic": frozenset(("text/plain", "application/json")),
}

# Names of files by their ending: what the bytes must then be.
_TYPE_OF_ENDING: Final = {
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp", "gif": "image/gif",
    "pdf": "application/pdf", "txt": "text/plain", "log": "text/plain", "csv": "text/plain", "eml": "message/rfc822",
    "json": "application/json",
}  # fmt: skip
_SAME_AS: Final = {"image/jpg": "image/jpeg", "text/csv": "text/plain", "text/x-log": "text/plain"}
_SAYS_NOTHING: Final = frozenset(("", "application/octet-stream", "binary/octet-stream", "application/unknown"))

_HASH_INSTEAD: Final = "give its SHA-256 in a report instead; samples never come into a node"
_TEXT_INSTEAD: Final = "attach a picture of it, or its text as a .txt file"
_REFUSED: Final[dict[str, str]] = {
    "program": f"a program: {_HASH_INSTEAD}",
    "script": f"a script, which may run: {_TEXT_INSTEAD}",
    "archive": f"an archive: {_HASH_INSTEAD}; attach what else is in it file by file",
    "office-document": f"an office document, which may hold macros: {_TEXT_INSTEAD}",
    "web-page": f"a page or SVG, which may run when opened: {_TEXT_INSTEAD}",
}
_REFUSED_STARTS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"MZ", "program"), (b"\x7fELF", "program"), (b"\xfe\xed\xfa\xce", "program"), (b"\xfe\xed\xfa\xcf", "program"),
    (b"\xce\xfa\xed\xfe", "program"), (b"\xcf\xfa\xed\xfe", "program"), (b"\xca\xfe\xba\xbe", "program"),
    (b"dex\n", "program"), (b"\x00asm", "program"), (b"#!", "script"), (b"L\x00\x00\x00\x01\x14\x02\x00", "program"),
    (b"PK\x03\x04", "archive"), (b"PK\x05\x06", "archive"), (b"\x1f\x8b", "archive"), (b"BZh", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"), (b"Rar!", "archive"), (b"\xfd7zXZ\x00", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"), (b"MSCF", "archive"), (b"ITSF", "archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office-document"), (b"{\\rtf", "office-document"),
)  # fmt: skip
_REFUSED_ENDINGS: Final[dict[str, str]] = {
    **dict.fromkeys(("exe", "dll", "scr", "com", "msi", "apk", "jar", "elf", "dmg", "lnk", "iso", "img"), "program"),
    **dict.fromkeys(("js", "mjs", "vbs", "vbe", "ps1", "bat", "cmd", "sh", "py", "php", "hta", "wsf", "jse"), "script"),
    **dict.fromkeys(("zip", "rar", "7z", "gz", "tgz", "tar", "xz", "bz2", "zst", "cab", "chm"), "archive"),
    **dict.fromkeys(
        ("doc", "docx", "docm", "xls", "xlsx", "xlsm", "ppt", "pptx", "rtf", "odt", "one"), "office-document"
    ),
    **dict.fromkeys(("svg", "svgz", "html", "htm", "xhtml", "mhtml", "mht", "xml", "xsl"), "web-page"),
}
# How a text begins that a program may take for a page, whatever it is called (WHATWG MIME sniffing §7.1, and PHP).
_PAGE: Final = re.compile(
    rb"[\t\n\x0c\r ]*<(?:!doctype|!--|html|head|body|script|svg|iframe|title|style|table|div|font|br|p|h1|a|b|"
    rb"\?xml|\?php|%)(?=[\t\n\x0c\r />\-!?%=A-Za-z]|$)",
    re.IGNORECASE,
)
_TAR_MARK: Final = slice(257, 262)
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_HEADER: Final = re.compile(rb"[!-9;-~]{1,76}:|[ \t]")
_HEADERS_BYTES: Final = 262_144
_MAIL_FIELDS: Final = frozenset(("from", "date", "received", "message-id", "return-path"))
_LEAST_MAIL_FIELDS: Final = 2
_PDF_TAIL_BYTES: Final = 2_048
_ZIP_END_BYTES: Final = 66_000
_NOT_IN_NAMES: Final = re.compile('[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff/\\\\:*?"<>|]')


class MediaRefusal(msgspec.Struct, frozen=True):
    """Why bytes are not taken: a stable code and a sentence."""

    code: str
    message: str


def find_media_type(data: bytes, *, name: str = "", declared: str = "", kind: str = "other") -> str | MediaRefusal:
    """Name the media type of what somebody wants to attach, or say why it is not taken.

    `name` and `declared` are claims that must not contradict the bytes; `kind` is one of `KINDS`.
    """
    if kind not in TYPES_OF_KIND:
        return MediaRefusal("kind-unknown", f"what it is must be one of {', '.join(KINDS)}")
    if not data:
        return MediaRefusal("attachment-empty", "the file is empty")
    if len(data) > MAX_BYTES:
        return MediaRefusal("attachment-too-large", f"more than {MAX_BYTES // 1024 // 1024} MB")
    ending = ending_of(name)
    refused = _find_refused(data) or _REFUSED_ENDINGS.get(ending, "")
    if refused:
        return MediaRefusal("attachment-refused", _REFUSED[refused])
    claim = _SAME_AS.get(said := declared.partition(";")[0].strip().lower(), said)
    claims = {_TYPE_OF_ENDING.get(ending, "")} | ({claim} if claim not in _SAYS_NOTHING else set())
    found = _find_binary(data) or _find_text(data, claims - {""})
    if isinstance(found, MediaRefusal):
        return found
    wrong = sorted(claims - {found, ""})
    if wrong or (ending and ending not in _TYPE_OF_ENDING):
        called = " and ".join(wrong) or f".{ending}"
        return MediaRefusal("type-mismatch", f"it is called {called[:80]}, and its bytes are {found}")
    if found not in TYPES_OF_KIND[kind]:
        return MediaRefusal("kind-mismatch", f"{found} is no {kind}: {', '.join(sorted(TYPES_OF_KIND[kind]))}")
    return found


def media_type_of(data: bytes) -> str:
    """Name the media type of octets of which nobody claims anything; "" for what is not kept."""
    found = find_media_type(data)
    return found if isinstance(found, str) else ""


def ending_of(name: str) -> str:
    """The last ending of a file's name in lower case; "" where there is none."""
    _, dot, ending = clean_file_name(name).rpartition(".")
    return ending.strip().lower() if dot else ""


def clean_file_name(name: str) -> str:
    """Give a file's name that shows what it is: no directories, nothing unseen, nothing that turns the writing."""
    last = re.split(r"[/\\]", name)[-1]
    cleaned = _NOT_IN_NAMES.sub("", last).strip(" .")
    if len(cleaned) <= NAME_LETTERS:
        return cleaned
    stem, dot, ending = cleaned.rpartition(".")
    return f"{stem[: NAME_LETTERS - len(ending) - 1]}.{ending}" if dot and len(ending) <= 8 else cleaned[:NAME_LETTERS]


def excerpt(data: bytes, media_type: str, *, letters: int = 2_000) -> str:
    """The beginning of a text, for the page to escape and defang; "" for what is no text."""
    if media_type not in TEXTS:
        return ""
    text = data[: 4 * letters].decode("utf-8-sig", "ignore")
    return text[:letters]


def _find_refused(data: bytes) -> str:
    for start, what in _REFUSED_STARTS:
        if data.startswith(start):
            return what
    if data[_TAR_MARK] == b"ustar":
        return "archive"
    return "web-page" if _PAGE.match(data[:1024].removeprefix(b"\xef\xbb\xbf")) else ""


def _find_binary(data: bytes) -> str | MediaRefusal:
    for start, media_type, is_whole in _BINARY:
        if data.startswith(start):
            if media_type == "image/webp" and data[8:12] != b"WEBP":
                continue
            if not is_whole(data) or b"PK\x05\x06" in data[-_ZIP_END_BYTES:]:
                return MediaRefusal("attachment-damaged", f"it begins as {media_type} and does not end as one")
            return media_type
    return ""


def _is_png(data: bytes) -> bool:
    place = 8
    while place + 12 <= len(data):
        length = int.from_bytes(data[place : place + 4])
        end = place + 12 + length
        if data[place + 4 : place + 8] == b"IEND":
            return length == 0 and end == len(data)
        place = end
    return False


_BINARY: Final[tuple[tuple[bytes, str, Callable[[bytes], bool]], ...]] = (
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR", "image/png", _is_png),
    (b"\xff\xd8\xff", "image/jpeg", lambda data: data.endswith(b"\xff\xd9")),
    (b"GIF87a", "image/gif", lambda data: data.endswith(b";")),
    (b"GIF89a", "image/gif", lambda data: data.endswith(b";")),
    (b"RIFF", "image/webp", lambda data: int.from_bytes(data[4:8], "little") + 8 == len(data)),
    (b"%PDF-", "application/pdf", lambda data: b"%%EOF" in data[-_PDF_TAIL_BYTES:]),
)


def _find_text(data: bytes, claims: set[str]) -> str | MediaRefusal:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return MediaRefusal("type-unknown", f"it is none of {', '.join(MEDIA_TYPES)}; text must be UTF-8")
    if _CONTROLS.search(text):
        return MediaRefusal("type-unknown", "a text with control characters is no text")
    fits = {"text/plain"}
    if _is_json(data):
        fits.add("application/json")
    if _is_mail(data):
        fits.add("message/rfc822")
    wanted = fits & claims
    if wanted:
        return min(wanted, key=lambda one: one == "text/plain")
    if claims & TEXTS:  # it is called JSON or mail, and is not
        return "text/plain"
    return min(fits, key=lambda one: (one == "text/plain", one))


def _is_json(data: bytes) -> bool:
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in {b"{", b"["}:
        return False
    try:
        msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    return True


def _is_mail(data: bytes) -> bool:
    """Answer whether it begins with nothing but header fields, at least two of those that every mail has (RFC 5322)."""
    head, blank, _body = data[:_HEADERS_BYTES].replace(b"\r\n", b"\n").partition(b"\n\n")
    lines = head.split(b"\n")
    if not blank or not all(_HEADER.match(line) for line in lines) or lines[0][:1] in {b" ", b"\t"}:
        return False
    names = {line.partition(b":")[0].decode().lower() for line in lines if line[:1] not in {b" ", b"\t"}}
    return len(names & _MAIL_FIELDS) >= _LEAST_MAIL_FIELDS
