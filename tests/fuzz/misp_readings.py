"""What is asked of the readers of MISP events and of IODEF documents."""

from comity.wire.documents import MAX_NAMED, Document
from comity.wire.iodef_document import is_iodef, read_iodef
from comity.wire.iodef_words import NAMESPACE
from comity.wire.misp_document import is_misp, read_misp
from fuzz import corpus
from fuzz.readings import read_records
from fuzz.slow import slow_json

MISP_WORDS = (
    *corpus.JSON_WORDS, b'"Event":{', b'"Attribute":[', b'"Object":[', b'"Tag":[{"name":"tlp:red"}],',
    b'"deleted":true,', b'"type":"domain|ip",', b'"value":"a.by|1.2.3.4",', b'"timestamp":"1",', b'"first_seen":"1",',
    b'"to_ids":"1",',
    b'"response":[', b'"name":"phishing",', b'"Galaxy":[{"GalaxyCluster":[{}]}],',
)  # fmt: skip
IODEF_WORDS = (
    b"<", b">", b"</", b"/>", b"&amp;", b"&#0;", b"&#x1F4A9;", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?a", b"?>",
    b"<!DOCTYPE a [", b"<EventData>", b"</EventData>", b"<System>", b"<Node>", b' restriction="red"', b"\xff", b"\0",
    b'<Address category="site-uri">', b"<Name>", f'xmlns="{NAMESPACE}"'.encode(), b'xmlns:a="b"', b"<a:b/>",
)  # fmt: skip


def read_misp_events(data: bytes) -> object:
    is_misp(data)
    return _checked(read_misp(data), read_misp)


def read_iodef_document(data: bytes) -> object:
    is_iodef(data)
    return _checked(read_iodef(data), read_iodef)


def _checked(document: Document, read: object) -> Document:
    """A record can be stored, its place is its number, and what is kept of it is read again."""
    assert [record.line for record in read_records(document.records)] == list(range(1, len(document.records) + 1))
    assert len(document.not_understood) < 2 * MAX_NAMED
    for record in document.records[:3]:
        if record.raw is not None:
            assert "\n" not in record.raw
            again = read(record.raw.encode())  # type: ignore[operator]
            assert record.name in [one.name for one in again.records]
    return document


def misp_events() -> list[bytes]:
    return corpus.samples("misp-json.json")


def iodef_documents() -> list[bytes]:
    return corpus.samples("iodef.xml")


def slow_misp(size: int) -> dict[str, bytes]:
    def filled(begin: bytes, piece: bytes, end: bytes) -> bytes:
        return begin + piece * ((size - len(begin) - len(end)) // len(piece)) + end

    head, tail = b'{"Event":{"Attribute":[', b'{"type":"domain","value":"a.by"}]}}'
    claim = b'{"type":"domain","value":"a.by"},'
    tags = b'{"Event":{"Tag":[' + b",".join(b'{"name":"a:b%d=c"}' % number for number in range(200)) + b"],"
    pages, page = (
        b'{"Event":{"Object":[{"name":"url","Attribute":[',
        b'{"type":"url","object_relation":"url","value":"a"},',
    )
    return slow_json(size) | {
        "many claims": filled(head, claim, tail),
        "many attributes that name nothing": filled(head, b'{"type":"sha1"},', tail),
        "many events": filled(b"[", b'{"Event":{"info":"i","Attribute":[]}},', b'{"Event":{"Attribute":[]}}]'),
        "many tags": filled(b'{"Event":{"Tag":[', b'{"name":"a:b=c"},', b"{}]," + head[10:] + tail),
        "many claims under many tags": filled(tags + head[10:], claim, tail),
        "many pages of one object": filled(pages, page, b"{}]}]}}"),
        "a long tag": filled(b'{"Event":{"Tag":[{"name":"', b"a:", b'"}],' + head[10:] + tail),
        "many references": filled(
            b'{"Event":{"Object":[{"name":"url","ObjectReference":[', b'{"referenced_uuid":"a"},', b"{}]}]}}"
        ),
    }  # fmt: skip


def slow_iodef(size: int) -> dict[str, bytes]:
    head = f'<IODEF-Document xmlns="{NAMESPACE}"><Incident restriction="green"><IncidentID>a</IncidentID>'.encode()
    tail = b"</Incident></IODEF-Document>"
    system = b"<System><Node><DomainData><Name>a.by</Name></DomainData></Node></System>"

    def filled(piece: bytes, begin: bytes = head, end: bytes = tail) -> bytes:
        return begin + piece * max(0, (size - len(begin) - len(end)) // len(piece)) + end

    some = {repr(piece): filled(piece) for piece in (b"<a>", b"<a/>", b"&amp;", b"<!--a-->", b"<", b"&", b" ", b"]]>")}
    return some | {
        "many systems": filled(system, head + b"<EventData><Flow>", b"</Flow></EventData>" + tail),
        "many events": filled(b"<EventData><Flow>" + system + b"</Flow></EventData>"),
        "many namespaces": filled(b'<a:a xmlns:a="b"/>'),
        "many attributes": filled(b' a="b"', head + b"<a", b"/>" + tail),
        "a long text": filled(b"a", head + b"<Description>", b"</Description>" + tail),
        "a comment that never ends": filled(b"-", head + b"<!--"),
    }
