"""How a signed memorandum travels: {"memorandum": {…}, "signatures": [{party, kid, signed_at, value}]}, one JSON file.

`parse_document` reads it; `find_faults` checks every signature over the canonical text against the keys in the text
itself, in numbered steps (docs/spec/memorandum.md §5), and gives all faults.  Whether the keys are truly the
parties' own is for the people who countersign: a text that they did not agree to is not made good by a signature.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from comity.core.memoranda import Memorandum, Problem, Signature, digest
from comity.wire.canonical import canonical
from comity.wire.memorandum_yaml import parse_tree, read_memorandum, render_memorandum
from comity.wire.shapes import fit, shape_of
from comity.wire.signatures import verify_ed25519

_AHEAD: Final = timedelta(hours=1)


class Document(msgspec.Struct, frozen=True):
    """A memorandum, its canonical bytes, and the signatures that came with it."""

    memorandum: Memorandum
    text: bytes
    signatures: tuple[Signature, ...]

    @property
    def digest(self) -> str:
        return digest(self.text)

    def signed_by(self) -> frozenset[str]:
        """Parties that signed, if the signatures are good."""
        return frozenset(signature.party for signature in self.signatures)

    def is_complete(self) -> bool:
        """Answer whether all parties signed, if the signatures are good."""
        return all(party.id in self.signed_by() for party in self.memorandum.parties)


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    party: str
    kid: str
    signed_at: datetime
    value: str


def parse_document(data: bytes) -> Document | tuple[Problem, ...]:
    """Read a signed memorandum; every reason why not."""
    tree = parse_tree(data)
    if isinstance(tree, Problem):
        return (tree,)
    if not isinstance(tree, dict) or set(tree) != {"memorandum", "signatures"}:
        return (Problem("", "not-a-document", 'is not a signed document: {"memorandum": …, "signatures": […]}'),)
    memorandum = read_memorandum(tree["memorandum"])
    signatures = read_signatures(tree["signatures"])
    problems = [
        *(_below("memorandum", memorandum) if isinstance(memorandum, tuple) else ()),
        *(part for part in signatures if isinstance(part, Problem)),
    ]
    if isinstance(memorandum, tuple) or problems:
        return tuple(problems)
    good = tuple(part for part in signatures if isinstance(part, Signature))
    return Document(memorandum=memorandum, text=render_memorandum(memorandum), signatures=good)


def render_document(document: Document) -> bytes:
    """Write the signed document as canonical JSON."""
    return b'{"memorandum":' + document.text + b',"signatures":' + render_signatures(document.signatures) + b"}"


def render_signatures(signatures: tuple[Signature, ...]) -> bytes:
    """Write signatures alone, in the order of the parties' names."""
    ordered = sorted(signatures, key=lambda signature: (signature.party, signature.kid))
    return canonical([msgspec.to_builtins(signature) for signature in ordered])


def read_signatures(tree: Any) -> list[Signature | Problem]:
    """Read signatures from a tree of values."""
    if not isinstance(tree, list):
        return [Problem("signatures", "wrong-type", "must be a list")]
    problems: list[Problem] = []
    fitted = [fit(part, shape_of(_Written), f"signatures[{at}]", problems) for at, part in enumerate(tree)]
    if problems:
        return list(problems)
    return [msgspec.convert(part, Signature) for part in fitted]


def write_signature(party: str, kid: str, value: bytes, *, at: datetime) -> Signature:
    """Write down a signature that was made over the canonical text of a memorandum."""
    signed_at = at.astimezone(UTC).replace(microsecond=0)
    return Signature(party=party, kid=kid, signed_at=signed_at, value=b64encode(value).decode("ascii"))


def find_faults(document: Document, *, at: datetime) -> tuple[Problem, ...]:
    """Check all signatures of a document; an empty answer means that each is good."""
    problems: list[Problem] = []
    seen: set[str] = set()
    for number, signature in enumerate(document.signatures):
        fault = _fault(document, signature, at)
        if fault is None and signature.party in seen:
            fault = ("party-twice", f"{signature.party} signed twice")
        seen.add(signature.party)
        if fault is not None:
            problems.append(Problem(f"signatures[{number}]", *fault))
    return tuple(problems)


def _fault(document: Document, signature: Signature, at: datetime) -> tuple[str, str] | None:
    # (1) the signer is a party of this memorandum
    party = document.memorandum.party(signature.party)
    if party is None:
        return "not-a-party", f"{signature.party} is no party of this memorandum"
    # (2) the key is one that the text names for this party
    key = next((key for key in party.keys if key.kid == signature.kid), None)
    if key is None:
        return "unknown-key", f"{signature.party} has no key {signature.kid} in this memorandum"
    # (3) it was signed while the key was valid, and not in the future
    if not key.not_before <= signature.signed_at.date() <= key.not_after:
        return "key-not-valid", f"key {key.kid} is valid from {key.not_before} to {key.not_after}"
    if signature.signed_at - at > _AHEAD:
        return "signed-in-the-future", f"signed at {signature.signed_at.isoformat()}"
    # (4) the signature is over exactly this text
    try:
        value = b64decode(signature.value, validate=True)
    except (Base64Error, ValueError):
        return "bad-form", "the signature is not base64"
    if not verify_ed25519(key.public_bytes, value, document.text):
        return "bad-signature", f"does not sign this text with {signature.party}'s key {signature.kid}"
    return None


def _below(prefix: str, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(
        Problem(f"{prefix}.{problem.path}" if problem.path else prefix, problem.code, problem.reason)
        for problem in problems
    )
