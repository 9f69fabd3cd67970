"""Memoranda for tests: the example of the field with real keys, and changes to it.

`example()` is the fixture as a tree of JSON values; `made(**changes)` is a memorandum in force since 2026-01-01 between
cctld.ru and oac.by, changed at dotted paths: `made({"scope.zone_rule": "any-party-zone"})`.
"""

from base64 import b64encode
from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from nacl.signing import SigningKey

from comity.core.memoranda import Memorandum, Signature
from comity.wire.memorandum_document import Document, write_signature
from comity.wire.memorandum_yaml import parse_memorandum, read_memorandum, render_memorandum

EXAMPLE = Path(__file__).parent / "fixtures" / "memorandum-ru-by.yaml"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
URN = "urn:comity:memo:cctld.ru:oac.by:2020-cooperation"
SECRETS = {"cctld.ru": SigningKey(b"r" * 32), "oac.by": SigningKey(b"b" * 32)}
KIDS = {"cctld.ru": "ru-2026-1", "oac.by": "by-2026-1"}


@cache
def _tree() -> dict[str, Any]:
    memorandum = parse_memorandum(EXAMPLE.read_bytes())
    assert isinstance(memorandum, Memorandum), memorandum
    tree = msgspec.json.decode(render_memorandum(memorandum))
    assert isinstance(tree, dict)
    tree["version"] = 1
    del tree["supersedes"]
    tree["effective"] = "2026-01-01T00:00:00Z"
    tree["legal_text"]["digest"] = "sha256:" + "ab" * 32
    for party in tree["parties"]:
        public = b64encode(bytes(SECRETS[party["id"]].verify_key)).decode()
        party["keys"][0].update(kid=KIDS[party["id"]], public=public, not_before="2026-01-01", not_after="2027-01-31")
    return tree


def example(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The memorandum as a tree of JSON values, changed; None removes."""
    tree = deepcopy(_tree())
    for path, value in (changes or {}).items():
        *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        place: Any = tree
        for parent in parents:
            place = place[parent]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return tree


def made(changes: Mapping[str, Any] | None = None) -> Memorandum:
    """The memorandum as a value."""
    memorandum = read_memorandum(example(changes))
    assert isinstance(memorandum, Memorandum), memorandum
    return memorandum


def signed(memorandum: Memorandum, *parties: str, at: datetime = NOW) -> Document:
    """A document signed by some of its parties with the keys of this file."""
    text = render_memorandum(memorandum)
    signatures: list[Signature] = [
        write_signature(party, KIDS[party], SECRETS[party].sign(text).signature, at=at) for party in parties
    ]
    return Document(memorandum=memorandum, text=text, signatures=tuple(signatures))
