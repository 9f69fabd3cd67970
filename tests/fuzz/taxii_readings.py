"""TAXII for the fuzzer: the query of a request, and an envelope that is posted."""

from urllib.parse import parse_qs

from comity.wire.taxii_envelope import split_envelope
from comity.wire.taxii_query import OF_OBJECTS, parse_query, parse_time, render_next
from fuzz.slow import slow_json

QUERY_WORDS = (
    b"match[", b"]=", b"&", b"added_after=", b"limit=", b"next=", b",", b"all", b"first", b"2026-11-26T09:00:00Z",
)  # fmt: skip
ID = b"indicator--7b1c2c1e-0f5d-4d0e-8a51-2b6f6b5b0f10"


def read_query(data: bytes) -> object:
    text = data.decode("latin-1")
    parse_time(text)
    return parse_query(parse_qs(text, keep_blank_values=True), OF_OBJECTS, place="/objects/")


def queries() -> list[bytes]:
    following = render_next({"limit": ["7"]}, place="/objects/", after=3, upto=9)
    return [
        f"limit=7&next={following}".encode(),
        b"added_after=2026-11-26T09:00:00.123456Z&match[version]=all,2026-11-26T09:00:00Z",
        b"match[id]=" + ID + b"&match[type]=indicator,note&match[spec_version]=2.1&limit=1000",
    ]


def slow_queries(size: int) -> dict[str, bytes]:
    return {
        "many values": b"match[type]=" + b"a," * (size // 2 - 6),
        "one parameter many times": b"&".join([b"limit=1"] * (size // 8)),
        "one long number": b"limit=" + b"9" * (size - 6),
        "one long fraction": b"added_after=2026-11-26T09:00:00." + b"9" * (size - 40) + b"Z",
    }


def envelopes() -> list[bytes]:
    one = b'{"type":"indicator","spec_version":"2.1","id":"%s","created":"2026-11-26T09:00:00Z","modified":' % ID
    return [
        b'{"objects":[%s"2026-11-26T09:00:00.000Z","x":[{"a":1.10}]},{"type":"url","id":"url--1"}]}' % one,
        b'{"more":false,"objects":[]}',
    ]


def read_envelope(data: bytes) -> object:
    return split_envelope(data)


def slow_envelopes(size: int) -> dict[str, bytes]:
    return {name: b'{"objects":[' + data for name, data in slow_json(size - 12).items()} | slow_json(size)
