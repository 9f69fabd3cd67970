"""The memoranda of an evidence package: is each a text in its one form, and did every party sign it?

Step (3) of docs/spec/evidence.md §5, taken by `wire.evidence_check`.  A text with any fault is no text: nothing in it
is believed.  Whether one without fault is genuine is not asked here (`core.case_evidence.believe`).
"""

from datetime import datetime

from comity.core.case_evidence import Fault, SignedText
from comity.core.errors import InputError
from comity.core.memoranda import Memorandum, Problem, Signature, digest
from comity.wire.canonical import parse_canonical
from comity.wire.evidence import Manifest, memorandum_names
from comity.wire.memorandum_document import Document, find_faults, read_signatures, render_signatures
from comity.wire.memorandum_yaml import MAX_BYTES, read_memorandum, render_memorandum


def read_enclosed(
    members: dict[str, bytes], manifest: Manifest, number: int, faults: list[Fault], *, at: datetime
) -> SignedText | None:
    """Read a memorandum of a package, the first being number 0; what is wrong with it is added to `faults`."""
    place, signed = memorandum_names(number + 1)
    if place not in members or signed not in members:
        return None
    text, start = members[place], len(faults)
    # (3.1) Text and signatures are in canonical form, and the text's digest is the one the manifest names.
    memorandum = _read_memorandum(text)
    signatures = _read_signatures(members[signed])
    faults += [
        Fault("bad-memorandum", where, (problem.reason,))
        for where, problem in ((place, memorandum), (signed, signatures))
        if isinstance(problem, Problem)
    ]
    if isinstance(memorandum, Problem) or isinstance(signatures, Problem):
        return None
    document = Document(memorandum, text, signatures)
    if digest(text) != manifest.memoranda[number]:
        faults.append(Fault("memorandum-digest", place, (manifest.memoranda[number], digest(text))))
    # (3.2) Every signature is good: docs/spec/memorandum.md §5.
    faults += [
        Fault("memorandum-signature", signed, (*_signer(document, problem.path), problem.code))
        for problem in find_faults(document, at=at)
    ]
    # (3.3) Every party signed.
    faults += [
        Fault("memorandum-not-signed", signed, (party.id,))
        for party in document.memorandum.parties
        if party.id not in document.signed_by()
    ]
    if len(faults) > start:
        return None
    return SignedText(place, digest(text), document.memorandum, document.signatures)


def _read_memorandum(text: bytes) -> Memorandum | Problem:
    try:
        found = read_memorandum(parse_canonical(text, max_bytes=MAX_BYTES))
    except InputError as error:
        return Problem("", error.code, error.message)
    if not isinstance(found, Memorandum):
        return Problem(found[0].path, found[0].code, f"{found[0].path} {found[0].reason}".strip())
    return found if render_memorandum(found) == text else Problem("", "not-canonical", "writes out a default")


def _read_signatures(data: bytes) -> tuple[Signature, ...] | Problem:
    try:
        found = read_signatures(parse_canonical(data, max_bytes=MAX_BYTES))
    except InputError as error:
        return Problem("", error.code, error.message)
    wrong = next((one for one in found if isinstance(one, Problem)), None)
    if wrong is not None:
        return Problem(wrong.path, wrong.code, f"{wrong.path} {wrong.reason}")
    good = tuple(one for one in found if isinstance(one, Signature))
    return good if render_signatures(good) == data else Problem("", "not-canonical", "is in another order")


def _signer(document: Document, path: str) -> tuple[str, str]:
    signature: Signature = document.signatures[int(path[len("signatures[") : -1])]
    return signature.party, signature.kid
