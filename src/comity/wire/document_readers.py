"""Which reader reads which kind of document, and how a document is known by its first octets."""

from typing import Final

from comity.core.errors import InputError
from comity.wire.documents import Document, DocumentReader, DocumentSign
from comity.wire.formats import Format
from comity.wire.stix_document import is_stix, read_stix

# name of the declared format (`wire.formats.FORMATS`): how it is known by its first 64 KiB, and its reader
READERS: Final[dict[str, tuple[DocumentSign, DocumentReader]]] = {
    "stix": (is_stix, read_stix),
}


def read_document(declared: Format, data: bytes) -> Document:
    """Read a document of a declared format.  Raises `InputError` where the whole cannot be read."""
    known = READERS.get(declared.name)
    if known is None:
        raise InputError("is no format of documents", item=declared.name)
    return known[1](data)


def detect_document(head: bytes) -> str:
    """Name the format of a document by its first octets; empty where it is none that is known for certain."""
    return next((name for name, (is_one, _read) in READERS.items() if is_one(head)), "")
