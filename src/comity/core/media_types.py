"""What a file is by its octets, and whether it may be kept: evidence is looked at, never executed.

Pictures, PDF, mail and plain text are kept.  Everything that a browser or a computer would run (HTML, SVG, scripts,
programs, archives) is refused by name: of malware only hashes and a sandbox's report belong here (FIELD C.1).
"""

from typing import Final

MAX_BYTES: Final = 10 * 1024 * 1024
KINDS: Final = ("screenshot", "mail", "sandbox-report", "log", "document", "other")

_MAGIC: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
_TEXT: Final = "text/plain"


def media_type_of(data: bytes) -> str:
    """Name a file's type by its octets; "" for what is not kept."""
    for magic, name in _MAGIC:
        if data.startswith(magic):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return _TEXT if _is_plain_text(data) else ""


def _is_plain_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    start = text.lstrip("\ufeff \t\r\n")[:256].lower()
    if start.startswith(("<", "#!", "mz")):
        return False
    return bool(data) and not any(letter < " " and letter not in "\t\r\n\f" for letter in text)
