"""Inputs as large as are let in and meant to be slow: what one token repeated, or one thing nested, does to a parser.

Each function gives, for a size in octets, inputs of about that size by what they are.
"""

from comity.wire.evidence_tar import render_tar
from fuzz import corpus


def _filled(size: int, *, begin: bytes = b"", piece: bytes, end: bytes = b"") -> bytes:
    return begin + piece * max(0, (size - len(begin) - len(end)) // len(piece)) + end


def _pieces(size: int, *pieces: bytes, begin: bytes = b"", end: bytes = b"") -> dict[str, bytes]:
    return {repr(piece)[:40]: _filled(size, begin=begin, piece=piece, end=end) for piece in pieces}


def slow_json(size: int) -> dict[str, bytes]:
    some = _pieces(size, b"[", b'{"a":', b'"', b'\\"', b"[[],", b"9", b"1,", b"-", b" ", b"\\u0000", b'"a",')
    members = b",".join(b'"%d":0' % number for number in range(size // 12))
    return some | {
        "a string that never ends, of escaped quotes": _filled(size, begin=b'{"a":"', piece=b'\\"'),
        "a string that never ends, of backslashes": _filled(size, begin=b'{"a":"', piece=b"\\\\", end=b"\\"),
        "many members": b"{" + members + b"}",
        "one member many times": _filled(size, begin=b"{", piece=b'"a":0,', end=b'"a":0}'),
        "many empty objects": _filled(size, begin=b'{"a":[', piece=b"{},", end=b"{}]}"),
        "many empty lists": _filled(size, begin=b'{"a":[', piece=b"[],", end=b"[]]}"),
        "many numbers": _filled(size, begin=b'{"a":[', piece=b"1.5,", end=b"1]}"),
        "one long number": _filled(size, begin=b'{"a":', piece=b"9", end=b"}"),
        "one long fraction": _filled(size, begin=b'{"a":0.', piece=b"9", end=b"}"),
        "one long text": _filled(size, begin=b'{"a":"', piece="я".encode(), end=b'"}'),
    }


def slow_memorandum(size: int) -> dict[str, bytes]:
    yaml = _pieces(
        size, b"a: b\n", b"- a\n", b"- - ", b"? ", b"a: ", b"#\n", b"\n", b" ", b"\t", b"'", b"a ", b"a\n", b"{a: b, ",
        b"[a, ", b"[", b"{", b"&a ", b"*a ", b"!a ", b"|\n", b"> ", b"%a\n", b'"\\x41', b"- ? a\n", b"---\n", b":",
        b"::: ", b"a:\n ", b",", b"@", b"\xc2\x85", b'"\n', b"a: |\n  x\n", b"- {a: [b]}\n", b"k: 'v'\n",
    )  # fmt: skip
    more = {
        "a block of lines": _filled(size, begin=b"a: |\n", piece=b"  x\n"),
        "a plain text of lines": _filled(size, begin=b"a: x\n", piece=b"  x\n"),
        "a quoted text of lines": _filled(size, begin=b'a: "x\n', piece=b"\n", end=b'"'),
        "deep then wide": _filled(size, begin=b"[" * 15, piece=b"a,"),
        "nested keys": b"".join(b" " * depth + b"a:\n" for depth in range(int((2 * size) ** 0.5) - 2)),
        "keys that differ": b"".join(b"k%d: v\n" % number for number in range(size // 12)),
    }
    document = corpus.documents()[0]
    signatures = _filled(size - len(document), piece=b'{"kid":"k","party":"p","signed_at":"x","value":"v"},')
    return (
        yaml
        | more
        | slow_json(size)
        | {"signatures": document.replace(b'"signatures":[', b'"signatures":[' + signatures)}
    )


def slow_note(size: int) -> dict[str, bytes]:
    head = b"cctld.ru/ledger/oac.by\n7\nS9SWp/i0BLPJdaYd7G4jzrRh4froPUHFZCQZcpqgC5Y=\n\n"
    line = "— a AAAAAAA=\n".encode()
    known = corpus.notes()[0].rpartition(b"\n\n")[2]
    return _pieces(size, b"\n", b"\n\n", "— ".encode(), b"a", b"a\n", b" ") | {
        "many lines": _filled(size, begin=head, piece=line),
        "many lines of the sender": _filled(size, begin=head, piece=known),
        "one long line": _filled(size, begin=head + "— a ".encode(), piece=b"A", end=b"\n"),
        "a long name": _filled(size, begin=head + "— ".encode(), piece=b"a", end=b" AAAAAAA=\n"),
        "a long size": _filled(size, begin=b"a\n", piece=b"9", end=b"\nAA==\n\n" + line),
    }


def slow_batch(size: int) -> dict[str, bytes]:
    def batch(count: int, entries: bytes) -> bytes:
        return b"comity-batch/1\n0 %d 4\nnote" % count + entries

    payload = b"x" * 1_600
    many = min(size // 1_700, 10_000)
    return _pieces(size, b"\n", b" ", b"a", begin=b"comity-batch/1\n") | {
        "empty entries": batch(min(size // 20, 10_000), b"report a 0\n\n" * min(size // 20, 10_000)),
        "erased entries": batch(
            min(size // 90, 10_000), (b"report a erased " + b"0" * 64 + b"\n") * min(size // 90, 10_000)
        ),
        "as many entries as fit": batch(many, (b"report a 1600\n" + payload + b"\n") * many),
        "the largest payloads": batch(size // 65_600, (b"report a 65535\n" + b"x" * 65_535 + b"\n") * (size // 65_600)),
        "an entry that lacks its end": batch(many, (b"report a 1600\n" + payload + b"\n") * many)[:-1],
        "a line without end": _filled(size, begin=batch(1, b""), piece=b"a"),
    }


def slow_part(size: int) -> dict[str, bytes]:
    hashes = b"comity-part/1\n0 0 4 999\nnote" + (b"0" * 64 + b"\n") * 999
    some = {
        what: data.replace(b"comity-batch/1", b"comity-part/1", 1).replace(b" 4\nnote", b" 4 0\nnote", 1)
        for what, data in slow_batch(size - 2).items()
    }
    return some | {"hashes": hashes}


def slow_proof(size: int) -> dict[str, bytes]:
    begin = b"c2sp.org/tlog-proof@v1\nindex 1\n"
    return _pieces(size, b"\n", b"a", b"A" * 43 + b"=\n", b"index 1\n", begin=begin) | _pieces(
        size, b"\n", b" ", b"a\n"
    )


def slow_tar(size: int) -> dict[str, bytes]:
    def tar(name: bytes, content: bytes) -> bytes:
        return render_tar([(name.decode(), content)])[:-1024]

    count = min(32_768, size // 512 - 2)
    empty = b"".join(tar(b"a%d" % number, b"") for number in range(count))
    return _pieces(size, b"\0", b"a", tar(b"a", b""), tar(b"a", b"x" * 512)) | {
        "as many members as are let in": empty + bytes(1_024),
        "one large member": tar(b"a", bytes(size - 2_048)) + bytes(1_024),
        "a header that promises more": tar(b"a", b"").replace(b"00000000000\0", b"77777777777\0", 1) * (size // 512),
        "nothing behind its end": bytes(1_024) + b"\0" * (size - 1_025) + b"x",
    }


def slow_package(size: int) -> dict[str, bytes]:
    manifest = _filled(size // 2, begin=b'{"attachments":[', piece=b"[],", end=b"[]]}")
    return slow_tar(size) | {"a large manifest": render_tar([("manifest.json", manifest), ("manifest.note", b"x")])}


def slow_payload(size: int) -> dict[str, bytes]:
    payload = corpus.payloads("report")[0]
    room = max(0, size - len(payload))
    fields = (b'"tags":[', b'"evidence":[', b'"peer_cases":[')
    pieces = (b'"x",', b'{"kind":"note"},', b'"00000000-0000-0000-0000-000000000000",')
    wide = {
        name.decode(): payload.replace(
            b'"report":{', b'"report":{' + _filled(room, begin=name, piece=piece, end=piece[:-1] + b"],"), 1
        )
        for name, piece in zip(fields, pieces, strict=True)
    }
    return (
        slow_json(size)
        | wide
        | {
            "nested where anything may stand": payload.replace(
                b'"type":"bundle"', b'"x":' + b"[" * (room // 2) + b"]" * (room // 2) + b',"type":"bundle"'
            ),
            "a long target": payload.replace(b"phish", b"a." * (room // 2), 1),
        }
    )


def slow_report(size: int) -> dict[str, bytes]:
    begin = b'{"name":"a.by","category":"phishing"'
    return slow_json(size) | {
        "many tags": _filled(size, begin=begin + b',"tags":[', piece=b'"x",', end=b'"x"]}'),
        "much evidence": _filled(
            size, begin=begin + b',"evidence":[', piece=b'{"kind":"note"},', end=b'{"kind":"note"}]}'
        ),
        "a long name": _filled(size, begin=b'{"category":"phishing","name":"', piece=b"a.", end=b'"}'),
        "nested": _filled(size, begin=begin + b',"x":', piece=b"["),
    }


def slow_lines(size: int) -> dict[str, bytes]:
    return _pieces(
        size, b'"', b'""', b'","', b'"a",', b",", b";", b"#", b" ", b"\r", b"\n", b"a\n", b"a,b\n", b'"\n', b'a"\n',
        b"||a^\n", b"0.0.0.0 a", b"0.0.0.0 a.by\n", b"[.]", b"http://a.by/\n", b"http://a.by/?", b"a.by\n", b"{",
        b'{"name":"a.by"}\n', b'{"name":"a.by","category":"phishing"}\n', b"x[.]by\n", b"%41", b"\xd0\xb0",
    ) | {
        "a csv of empty cells": _filled(size, begin=b"url,category\n", piece=b",", end=b"\n"),
        "a csv with an odd quote in each line": _filled(size, begin=b"url,category\n", piece=b'http://a.by,"phishing\n'),
        "a csv that is right": _filled(size, begin=b"url,category\n", piece=b"http://a.by/,phishing\n"),
        "a csv of no category": _filled(size, begin=b"url,category\n", piece=b"http://a.by/,x\n"),
    }  # fmt: skip


def slow_name(size: int) -> dict[str, bytes]:
    pieces = (
        b".", b"a.", b"a", b"-", b"xn--a.", b"xn--", b"@", b":", b"/", b"\\", b"%2e", b"%", b"[.]", b"[", b"(",
        b"( dot )", b" ", b"  [", b"\t", b"1.", b"_", "ß".encode(), "\u0301".encode(), "я.".encode(),
        "א.".encode(), "\u200d".encode(), "ﷺ".encode(), "。".encode(), "😀".encode(), b"hxxp://", b"?", b"#",
        b"/.", b"/..", b"a/../", b"[:]", b"{.}",
    )  # fmt: skip
    in_url = _pieces(size, *pieces, begin=b"http://a.by/")
    in_host = _pieces(size, *pieces, begin=b"hxxp://", end=b".by/x")
    return (
        _pieces(size, *pieces)
        | {f"{name} in a URL": data for name, data in in_url.items()}
        | {f"{name} in a host": data for name, data in in_host.items()}
    )


def slow_bundle(size: int) -> dict[str, bytes]:
    return _pieces(size, b"\0\0", b"\0\1a", b"\xff\xff") | {"full": (b"\xff\xff" + b"x" * 65_535) * (size // 65_537)}


def slow_path(size: int) -> dict[str, bytes]:
    return _pieces(size, b"x001/", b"0", b"/", begin=b"tile/0/")


def slow_attachment(size: int) -> dict[str, bytes]:
    chunk = b"\0\0\0\0tEXt\0\0\0\0"
    return {
        "a picture of very many pieces": _filled(
            size, begin=b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR" + b"\0" * 17, piece=chunk
        ),
        "a mail of very many headers": _filled(size, begin=b"From: a\n", piece=b"Received: b\n"),
        "blanks before a page": _filled(size, piece=b" ", end=b"<html>"),
        "nested JSON": b"[" * (size // 2) + b"]" * (size // 2),
        "many members": _filled(size, begin=b"[", piece=b'{"a":0},', end=b"0]"),
        "one long line": _filled(size, piece="я".encode()),
        "a PDF without an end": _filled(size, begin=b"%PDF-1.7\n", piece=b"%%EO"),
    }


def slow_dns_query(size: int) -> dict[str, bytes]:
    begins = b"\0\1\0\0\0\1\0\0\0\1\0\2"
    pointers = b"".join((0xC000 | max(12, 12 + at - 2)).to_bytes(2) for at in range(0, min(size, 16_000), 2))
    return {
        "a chain of pointers": (begins + b"\0\0\6\0\1" + pointers)[:size],
        "labels without end": (begins + b"\x01a" * size)[:size],
    }
