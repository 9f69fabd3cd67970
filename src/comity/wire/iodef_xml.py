"""The octets of an IODEF document as a bounded tree: what is no XML, too deep or too large is refused while read.

There is no document type and so no entity but those of XML itself, no network, and no other encoding than UTF-8.
"""

from typing import Final

from lxml import etree

from comity.core.errors import InputError, TooLargeError
from comity.wire.iodef_words import NAMESPACE, NAMESPACE_V1

MAX_BYTES: Final = 16 << 20
MAX_DEPTH: Final = 40
MAX_ELEMENTS: Final = 400_000


def parse_bounded(data: bytes) -> etree._Element:
    """Read a document up to its root.  Raises `InputError` with the place of the fault."""
    if len(data) > MAX_BYTES:
        raise TooLargeError(f"{len(data)} bytes; at most {MAX_BYTES}", item="IODEF")
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or b"\0" in data[:4]:
        raise InputError("is not XML in UTF-8", item="IODEF")
    if b"<!DOCTYPE" in data:
        raise InputError("has a document type; none is read", item="IODEF")
    parser = etree.XMLPullParser(
        ("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    root: etree._Element | None = None
    depth = count = 0
    try:
        for start in range(0, len(data), 65_536):
            parser.feed(data[start : start + 65_536])
            for event, element in parser.read_events():
                if event == "end":
                    depth -= 1
                    continue
                depth, count = depth + 1, count + 1
                if root is None:
                    root = element
                    _check_root(root)
                if depth > MAX_DEPTH:
                    raise InputError(
                        f"line {element.sourceline}: nested deeper than {MAX_DEPTH} elements", item="IODEF"
                    )
                if count > MAX_ELEMENTS:
                    raise TooLargeError(f"more than {MAX_ELEMENTS} elements", item="IODEF")
        whole = parser.close()
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise InputError(f"is not XML: {error}", item="IODEF") from None
    if root is None:
        _check_root(whole)
    return whole


def _check_root(root: etree._Element) -> None:
    if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
        raise InputError("has a document type; none is read", item="IODEF")
    name = etree.QName(root)
    if name.localname != "IODEF-Document" or name.namespace not in {NAMESPACE, NAMESPACE_V1}:
        raise InputError(f"the root is {name.text[:200]}; IODEF-Document of {NAMESPACE} is read", item="IODEF")
