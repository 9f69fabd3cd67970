"""Good inputs to begin from: the specification's vectors and samples of formats, as octets; words of each grammar."""

import json
from base64 import b64decode
from functools import cache
from pathlib import Path
from typing import Any, Final

from comity.testing.rdap_responder import domain
from comity.wire.canonical import canonical
from comity.wire.evidence_tar import parse_tar

ROOT: Final = Path(__file__).resolve().parents[2]
SAMPLES: Final = ROOT / "tests" / "samples"
SEED_TIME: Final = "2026-11-23T12:00:00Z"


@cache
def vectors(name: str) -> Any:
    """A file of docs/spec/vectors."""
    return json.loads((ROOT / "docs" / "spec" / "vectors" / f"{name}.json").read_text(encoding="utf-8"))


def notes() -> list[bytes]:
    ledger = vectors("ledger")
    wrong = [one["note"] for one in ledger["negative"]["notes"] if len(one["note"]) < 2_000]
    return [note.encode() for note in (ledger["checkpoint"]["signed"], ledger["checkpoint"]["receipt"], *wrong)]


def batches() -> list[bytes]:
    ledger = vectors("ledger")
    bodies = [ledger["batch"]["body_hex"], ledger["erased_batch"]["body_hex"]]
    return [bytes.fromhex(body) for body in (*bodies, *(one["body_hex"] for one in ledger["negative"]["batches"]))]


def tile_paths() -> list[bytes]:
    tiles = vectors("ledger")["tiles"]
    return [path.encode() for path in (*(one["path"] for one in tiles["paths"]), *tiles["refused"])]


def bundles() -> list[bytes]:
    return [bytes.fromhex(one["hex"]) for one in vectors("ledger")["tiles"]["ledger"]]


def payloads(kind: str) -> list[bytes]:
    entries = vectors("entries")
    refused = [one["payload"] for one in entries["refused"] if one["kind"] == kind]
    return [text.encode() for text in (entries[kind]["payload"], *refused)]


def notices() -> list[bytes]:
    return [vectors("entries")[kind]["payload"].encode() for kind in ("marking", "erasure", "erased")]


def consultations() -> list[bytes]:
    kinds = ("consultation", "attachment-part", "expert")
    return [vectors("consultations")[kind]["payload"].encode() for kind in kinds]


def library_entries() -> list[bytes]:
    return [one["payload"].encode() for one in vectors("articles")["entries"]]


def statements() -> list[bytes]:
    return [one["payload"].encode() for one in vectors("statistics")["entries"]]


def statistics_documents() -> list[bytes]:
    page = vectors("statistics")
    return [page["document"].encode(), page["file"].encode(), page["transparency"].encode()]


def revocations() -> list[bytes]:
    return [vector["statement"].encode() for vector in vectors("keys")["vectors"]]


@cache
def package() -> bytes:
    """The evidence package of the vectors."""
    return b64decode(vectors("evidence")["package"])


def of_package(ending: str) -> list[bytes]:
    """What stands in the package's members of some name."""
    found = parse_tar(package())
    assert isinstance(found, dict)
    return [content for name, content in found.items() if name.endswith(ending)]


def memoranda() -> list[bytes]:
    example = (ROOT / "tests" / "fixtures" / "memorandum-ru-by.yaml").read_bytes()
    return [example, canonical(vectors("memorandum")["base"])]


def documents() -> list[bytes]:
    return [canonical(one["document"]) for one in vectors("memorandum")["signed"]]


def rdap_answers() -> list[bytes]:
    return [json.dumps(domain("kassa-demo.ru")).encode(), b'{"objectClassName":"domain","ldhName":"kassa-demo.ru"}']


def samples(*names: str) -> list[bytes]:
    return [(SAMPLES / name).read_bytes() for name in names]


def reports() -> list[bytes]:
    return samples("ndjson.ndjson")[0].splitlines()


def names() -> list[bytes]:
    more = ["hxxp://Пример[.]РФ:80/a?b#c", "http://a@b:c@xn--p1ai/%2e%2e/", "xn--80ak6aa92e.by", "a。b．c", "[::1]:80"]
    return [one["input"].encode("utf-8", "surrogatepass") for one in vectors("names")["vectors"]] + [
        text.encode() for text in more
    ]


JSON_WORDS: Final = (
    b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\u0000", b"\\ud800", b"\\udc00", b"null", b"true", b"0", b"-1",
    b"1e999", b"0.0", b" ", b"\n", b"\xef\xbb\xbf", b"\xff", b"\0", b'{"a":', b'"a":1,', b"9" * 400,
)  # fmt: skip
NOTE_WORDS: Final = ("— ".encode(), b"\n\n", b"\n", b" ", b"\r", b"=", b"AAAAAAA=", b"/ledger/", b"0", b"9" * 19, b"+")
BATCH_WORDS: Final = (
    b"comity-batch/1\n", b" ", b"\n", b" erased ", b"0" * 64, b"report ", b" 0\n\n", b"0", b"65535", b"10000", b"-",
)  # fmt: skip
YAML_WORDS: Final = (
    *JSON_WORDS, b"- ", b"? ", b"&a ", b"*a", b"!!str ", b"|\n", b">-\n", b"---\n", b"...\n", b"  ", b"\t", b"# ",
    b"status: []\n", b"signatures: {}\n", b"<<: ", b"'", b"%YAML 1.1\n", b"\xc2\x85", b"\xe2\x80\xa8", b"@", b"`",
)  # fmt: skip
NAME_WORDS: Final = (
    b".", b"..", b"-", b"xn--", b"@", b":", b"/", b"//", b"\\", b"?", b"#", b"%2e", b"%ff", b"%", b"[.]", b"(dot)",
    b"[:]", b"hxxp", b"http://", b"ftp://", b" ", b"\t", b"*", b"_", "。".encode(), "ß".encode(), "\u200d".encode(),
    "\u0301".encode(), "א".encode(), "١".encode(), "\U0001f4a9".encode(), b"\xed\xa0\x80", b"0x7f", b"1.2.3.4",
    b"by", b"ck",
)  # fmt: skip
FEED_WORDS: Final = (
    b'"', b'""', b",", b";", b"\t", b"\n", b"\r", b"#", b"http://", b"|", b"||", b"@@", b"##", b"$", b"^", b"0.0.0.0 ",
    b"nan", b"inf", b"-1", b"9" * 30, b"0001-01-01T00:00:00+14:00", b"9999-12-31T23:59:59-14:00", b"CSAM", b"\xff",
    b"\0", b"malware_download", b"None", b"[", b"]",
)  # fmt: skip
TILE_WORDS: Final = (b"tile/", b"entries", b"/", b"x000", b"x001", b"000", b".p/", b"255", b"256", b"0", b"-", b"\n")
TOML_WORDS: Final = (
    b"[",
    b"]",
    b"=",
    b'"',
    b"'",
    b"{",
    b"}",
    b"\n",
    b".",
    b",",
    b"true",
    b"1",
    b"#",
    b"1979-05-27",
    b"[[",
)
