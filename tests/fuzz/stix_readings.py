"""STIX of strangers: bundles and the patterns in them."""

import json

from comity.wire.stix_document import is_stix, read_stix
from comity.wire.stix_pattern import PatternProblem, parse_pattern
from fuzz.readings import read_records, text_of

PATTERN_WORDS = (
    b"[", b"]", b"(", b")", b" AND ", b" OR ", b" NOT ", b" = ", b" IN ", b"'a.by'", b"domain-name:value", b"url:value",
    b"file:hashes.'SHA-256'", b" FOLLOWEDBY ", b" WITHIN 5 SECONDS", b"\\'", b"h'00'",
)  # fmt: skip


def read_bundle(data: bytes) -> object:
    assert is_stix(data[:65536]) in {True, False}
    document = read_stix(data)
    read_records(document.records)
    return document


def read_pattern(data: bytes) -> object:
    text = text_of(data)
    found = parse_pattern(text)
    assert not isinstance(found, PatternProblem) or 0 <= found.place <= len(text)
    return found


def bundles() -> list[bytes]:
    name = {"type": "indicator", "id": "indicator--6f9619ff-8b86-4011-b42d-00c04fc964ff", "labels": ["phishing"],
            "pattern": "[url:value = 'http://a.by/' OR domain-name:value = 'b.ru']",
            "valid_from": "2026-11-23T00:00:00Z"}  # fmt: skip
    seen = {"type": "sighting", "id": "sighting--7f9619ff-8b86-4011-b42d-00c04fc964ff", "sighting_of_ref": name["id"]}
    return [json.dumps({"type": "bundle", "id": "bundle--1", "objects": [name, seen]}).encode(), b"[]"]


def patterns() -> list[bytes]:
    return [
        b"[domain-name:value = 'a.by' AND file:hashes.'SHA-256' = 'aa'] FOLLOWEDBY [url:value IN ('b', 'c')]",
        b"([ipv4-addr:value != '198.51.100.1'] AND [x:y LIKE 'a%']) WITHIN 5 SECONDS",
    ]


def slow_patterns(size: int) -> dict[str, bytes]:
    pieces = (b"[", b"(", b"a:b", b"a:b.", b"a:b[*]", b"'", b"\\'", b" ", b"NOT ", b"[a:b='c'] OR ", b"a:'b'.")
    return {repr(piece): piece * (size // len(piece)) for piece in pieces}
