"""An evidence package made without a store: two ledgers of some hundred entries, a case told of in both directions.

`package()` is good.  `members` and `forge` take one apart and put it together again as its maker would, with manifest
and seal made anew over whatever was changed: what is noticed then is not noticed by a hash of the container.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from uuid import UUID

import msgspec

from comity.core.exchange import OutgoingEntry
from comity.core.ledger import Frontier, Head, entry_hash, ledger_origin
from comity.core.ledger import leaf_data as write_leaf
from comity.core.proofs import inclusion_proof, tile_reader
from comity.core.reports import Evidence, Report
from comity.wire.checkpoint import cosign, sign_checkpoint, sign_text
from comity.wire.evidence import (
    MANIFEST,
    SEAL,
    CaseName,
    EnclosedEntry,
    EnclosedLedger,
    EnclosedText,
    Manifest,
    Member,
    Waiting,
    parse_manifest,
    render_manifest,
    render_package,
    seal_text,
)
from comity.wire.evidence_tar import parse_tar, render_tar
from comity.wire.memorandum_document import Document, render_signatures
from comity.wire.stix import CaseEventPayload, ReportPayload, render_case_event, render_report
from memoranda_made import SECRETS, made, signed

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
LATER = AT + timedelta(days=2)
CASE, THEIRS, REPORT = UUID(int=1), UUID(int=2), UUID(int=3)
SCREENSHOT, SAMPLE = sha256(b"a screenshot").hexdigest(), sha256(b"a sample").hexdigest()
NAME = "xn----8sbzclmxk.xn--90ais"  # банк-демо.бел
NARRATIVE = "A page at https://evil.example/x that asks for the code under the name of an invented bank."


@cache
def document() -> Document:
    return signed(made(), "cctld.ru", "oac.by", at=AT)


def report(**changed: object) -> OutgoingEntry:
    told = Report(
        name=f"https://{NAME}/login", category="phishing", url=f"https://{NAME}/login", observed_at=AT,
        narrative=NARRATIVE, disposition="malicious", sha256=SAMPLE,
        evidence=(Evidence(kind="screenshot", sha256=SCREENSHOT, captured_at=AT),),
    )  # fmt: skip
    payload = ReportPayload(
        report_id=REPORT, case=CASE, kind="report", target=f"https://{NAME}/login", report=told, clause="3",
        memorandum=document().digest, decided_at=AT,
    )  # fmt: skip
    payload = msgspec.structs.replace(payload, **changed)
    return OutgoingEntry("report", str(REPORT), render_report(payload, sender="cctld.ru", salt="5a" * 16))


def event(word: str, *, minutes: int, **more: str) -> OutgoingEntry:
    payload = CaseEventPayload(
        case=THEIRS, peer_cases=(CASE,), event=word, registrable=NAME, category="phishing", clause="3.2",
        memorandum=document().digest, decided_at=AT + timedelta(minutes=minutes), **more,
    )  # fmt: skip
    data = render_case_event(payload, sender="oac.by", tlp="TLP:AMBER", opened_at=AT, salt="5a" * 16)
    return OutgoingEntry("case-event", str(THEIRS), data)


def erased(entry: OutgoingEntry) -> OutgoingEntry:
    return OutgoingEntry(entry.kind, entry.subject, sha256(entry.payload).digest(), True)


def noise(count: int) -> list[OutgoingEntry]:
    return [OutgoingEntry("test", f"nobody-{number}", b"%d" % number) for number in range(count)]


def ledger(
    sender: str, receiver: str, entries: Sequence[OutgoingEntry], about: Sequence[int], *,
    waiting: Sequence[Waiting] = (), at: datetime = AT + timedelta(hours=1),
) -> EnclosedLedger:  # fmt: skip
    """A ledger of these entries, receipted whole, with those at `about` proven."""
    leaves = [entry_hash(*entry) for entry in entries]
    edge, growth = Frontier().extend(leaves)
    levels = {0: leaves, **growth}
    read = tile_reader(lambda level, number: b"".join(levels.get(level, [])[256 * number : 256 * (number + 1)]))
    origin = ledger_origin(sender, receiver)
    note = sign_checkpoint(Head(origin, edge.size, edge.root()), public(sender), signer(sender))
    receipt = cosign(note, receiver, public(receiver), signer(receiver), at=at)
    enclosed = tuple(
        EnclosedEntry(
            position,
            write_leaf(*entries[position]),
            None if entries[position].erased else entries[position].payload,
            inclusion_proof(position, edge.size, read),
        )
        for position in about
    )
    return EnclosedLedger(origin, receipt, enclosed, tuple(waiting))


@cache
def sent() -> list[OutgoingEntry]:
    """Everything in the ledger of cctld.ru for oac.by."""
    return [*noise(300), report(), *noise(7)]


@cache
def answered() -> list[OutgoingEntry]:
    """Everything in the ledger of oac.by for cctld.ru."""
    note = event("asked", minutes=10, note="Is it still there?\nWrite to http://by.example/")
    return [
        event("accepted", minutes=5), *noise(2), note, erased(event("info", minutes=20, note="a name of a person")),
        OutgoingEntry("ballot", str(THEIRS), b"\x00\xff of a later version"), *noise(290),
        event("outcome", minutes=60, outcome="hold_registry", action="server-hold"),
    ]  # fmt: skip


@cache
def ledgers() -> tuple[EnclosedLedger, EnclosedLedger]:
    return (
        ledger("cctld.ru", "oac.by", sent(), [300]),
        ledger("oac.by", "cctld.ru", answered(), [0, 3, 4, 5, 296], waiting=[Waiting(297, "case-event")]),
    )


def case_name() -> CaseName:
    subjects = tuple(sorted(map(str, (CASE, THEIRS, REPORT))))
    return CaseName(str(CASE), "7K3Q-F9XW-2M1A", NAME, "phishing", subjects)


def texts(*documents: Document) -> list[EnclosedText]:
    return [EnclosedText(one.digest, one.text, render_signatures(one.signatures)) for one in documents or (document(),)]


@cache
def package() -> bytes:
    return made_of(texts(), ledgers())


def made_of(memoranda: Sequence[EnclosedText], held: Sequence[EnclosedLedger], maker: str = "cctld.ru") -> bytes:
    return render_package(case_name(), memoranda, held, maker=maker, public=public(maker), sign=signer(maker), at=LATER)


def members(data: bytes | None = None) -> dict[str, bytes]:
    found = parse_tar(package() if data is None else data)
    assert isinstance(found, dict)
    return found


def forge(
    changed: Mapping[str, bytes],
    change: Callable[[Manifest], Manifest] = lambda manifest: manifest,
    of: bytes | None = None,
) -> bytes:
    """Put altered members together again, manifest and seal made anew by the maker itself."""
    held = {**members(of), **changed}
    manifest = parse_manifest(held[MANIFEST])
    listed = tuple(
        Member(name, len(held[name]), sha256(held[name]).hexdigest()) for name in held if name not in {MANIFEST, SEAL}
    )
    manifest = change(msgspec.structs.replace(manifest, members=listed))
    held[MANIFEST] = render_manifest(manifest)
    held[SEAL] = sign_text(seal_text("cctld.ru", held[MANIFEST]), "cctld.ru", public("cctld.ru"), signer("cctld.ru"))
    return render_tar(held.items())


def public(party: str) -> bytes:
    return bytes(SECRETS[party].verify_key)


def signer(party: str) -> Callable[[bytes], bytes]:
    return lambda data: SECRETS[party].sign(data).signature
