"""What fuzzing found: an input, the parser that it brought down, and what is answered now.

Beside each what it did before.  A case is never taken out: it is how the fault is kept from coming back.
"""

from typing import Final, NamedTuple

_REJECTS: Final = b'{"format":"comity-rejects/1","source":"s","reporter":"r","header":"url,tags","declared":'


class Found(NamedTuple):
    """One case.  `code` stands in what is answered now."""

    parser: str
    what: str
    data: bytes
    code: str


def _feed(column: str, cell: str) -> bytes:
    return f"url,category,{column}\nhttp://a.by/,phishing,{cell}\n".encode()


def _report(member: str) -> bytes:
    return b'{"name":"a.by","category":"phishing",%b}' % member.encode()


FOUND: Final[tuple[Found, ...]] = (
    Found("memorandum", "a status that is a list: TypeError", b'{"status":[]}', "not-in-list"),
    Found("memorandum", "the same in YAML: TypeError", b"status: []\n", "not-in-list"),
    Found("signed memorandum", "the same: TypeError", b'{"memorandum":{"status":{}},"signatures":[]}', "not-in-list"),
    Found("memorandum", "an unclosed string of escaped quotes: minutes", b'{"a":"' + b'\\"' * 120_000, "not-json"),
    Found("resumption", "the same: five seconds", b'{"a":"' + b'\\"' * 30_000, "not-canonical"),
    Found("memorandum", "a lone surrogate as a key", b'{"\\ud800":1}', "not-json"),
    Found("memorandum", "the same as a value", b'{"format":"\\uDFFF"}', "not-json"),
    Found("memorandum", "the same in YAML", b'"\\ud800": 1\n', "bad-text"),
    Found("JSON", "a lone surrogate as a key that stands twice", b'{"\\ud800":1,"\\ud800":2}', "not-canonical"),
    Found("JSON", "a number that is read as infinity", b'{"a":1e999}', "not-canonical"),
    Found("resumption", "a lone surrogate as a key that stands twice", b'{"\\ud800":1,"\\ud800":2}', "not-canonical"),
    Found("problem answer", "not UTF-8: the courier fell", b'{"code":"\xff"}', "code=''"),
    Found("problem answer", "deep nesting: the courier fell", b'{"x":' + b"[" * 5_000, "code=''"),
    Found("report entry", "not UTF-8: the receiver answered 500 for ever", b'{"type":"\xff"}', "malformed"),
    Found("case event entry", "the same", b'{"type":"\xff"}', "malformed"),
    Found("report", "a time that has no UTC", _report('"observed_at":"0001-01-01T00:00:00+14:00"'), "bad-time"),
    Found(
        "report", "the same in evidence",
        _report('"evidence":[{"kind":"note","captured_at":"9999-12-31T23:59:59-14:00"}]'), "bad-time",
    ),
    Found("feed", "a time that has no UTC", _feed("observed_at", "0001-01-01T00:00:00+14:00"), "bad-time"),
    Found("feed", "a confidence that is no number: the run ended", _feed("confidence", "nan"), "bad-field"),
    Found("feed", "a confidence over 1: the partner refused the entry", _feed("confidence", "7"), "bad-field"),
    Found("feed", "port 0: the partner refused the entry", _feed("port", "0"), "bad-field"),
    Found("feed", "a hash that is none: the partner refused the entry", _feed("sha256", "XYZ"), "bad-field"),
    Found("feed", "too many tags: the partner refused the entry", _feed("tags", '"' + "a," * 300 + '"'), "bad-field"),
    Found("feed", "a narrative too long: the partner refused the entry", _feed("narrative", "a" * 2_001), "bad-field"),
    Found("rejects", "base64 that is not ASCII: the run ended",
          '{"line":3,"reason":"invalid-text","message":"m","raw_base64":"п"}'.encode(), "[]"),
    Found("rejects", "a header nested deeply: RecursionError", _REJECTS + b"[" * 5_000, "bad-input"),
    Found("rejects", "a header without a delimiter: ValueError",
          _REJECTS + b'{"delimiter":"","category":{"fixed":"malware"}}}\n{"line":2,"reason":"","message":"","raw":"a"}',
          "bad-input"),
    Found("mapping", "deep nesting: RecursionError", b"a = " + b"[" * 3_000, "bad-input"),
    Found("mapping", "a zone more than a day from UTC: ValueError", b"utc_offset_minutes = 1440", "bad-input"),
    Found("name", "a URL that encoding makes too long to be read again", b"http://a.by/" + b" x" * 8_000, "too-long"),
    Found("name", "a host with a dot at its end: another canonical URL in a batch", b"http://bad.by./", "bad.by"),
)  # fmt: skip
