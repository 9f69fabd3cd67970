"""A checked evidence package as an account for a person: who said what and when, by which clause, proven by what.

Each statement is tied to its entry of its ledger, and to the time by which the other side confirmed that it holds it.
The time before a statement is the sender's own word; the confirmation's time is the receiver's.  Addresses are
defanged and named in both scripts; what others wrote is shown on one line, in quotes, with nothing invisible in it.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from comity.core.case_evidence import Fault, JudgedEntry, JudgedLedger
from comity.core.harmless import defang, show_unseen
from comity.core.labels import Host, fold_host
from comity.wire.case_words import ACTIONS, CATEGORIES, DISPOSITIONS, OUTCOMES, say
from comity.wire.decision_texts import Language, clause_text, reason_text
from comity.wire.evidence_check import Verdict
from comity.wire.evidence_fault_texts import fault_text
from comity.wire.evidence_texts import word
from comity.wire.notices import ErasedPayload, ErasurePayload, MarkingPayload
from comity.wire.said import Said, name_attachments, read_said
from comity.wire.stix import CaseEventPayload, PayloadProblem, ReportPayload

_HOST: Final = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*://)?([^/?#:@\s]+)")
_ADDRESS: Final = re.compile(r"\b(?:https?|ftp)://\S+", re.IGNORECASE)
_EVENTS: Final = frozenset(("accepted", "asked", "info", "withdrawn", "retracted"))
_SHOWN_LETTERS: Final = 2_000


class Statement(msgspec.Struct, frozen=True):
    """What one entry says: `said` is a problem where it cannot be read, None where it was erased or is not proven."""

    ledger: JudgedLedger
    entry: JudgedEntry
    said: Said | PayloadProblem | None

    @property
    def at(self) -> datetime | None:
        """When the sender says to have decided it."""
        return None if self.said is None or isinstance(self.said, PayloadProblem) else self.said.decided_at


def read_statements(verdict: Verdict) -> list[Statement]:
    """Read what the entries say, in the order of the times they give; one that gives none follows the one before it."""
    found: list[tuple[datetime, str, int, Statement]] = []
    for ledger in verdict.ledgers:
        reached = datetime.min.replace(tzinfo=UTC)
        for entry in ledger.entries:
            one = Statement(ledger, entry, _read(entry) if entry.is_proven else None)
            reached = one.at or reached
            found.append((reached, ledger.origin, entry.position, one))
    return [one for *_, one in sorted(found, key=lambda row: row[:3])]


def render_account(verdict: Verdict, language: Language, *, given: dict[str, str] | None = None) -> list[str]:
    """Write the account as lines.  `given`: names of files that lie beside the package, by their SHA-256."""
    faults, manifest = verdict.faults, verdict.manifest
    lines = [word("bad", language, len(faults)) if faults else word("good", language)]
    lines += [f"  {number}. {plain_fault(fault, language)}" for number, fault in enumerate(faults, 1)]
    if manifest is None:
        return lines
    case = manifest.case
    lines += [
        "",
        word("case", language, case.ref, show_address(case.registrable), say(case.category, CATEGORIES, language)),
    ]
    if verdict.sealed_by:
        lines.append(word("made", language, manifest.made_by, show_time(manifest.made_at), verdict.sealed_by))
    lines += ["", word("believed", language), *_texts(verdict, language), "", word("said", language)]
    for statement in read_statements(verdict):
        lines += _statement(verdict, statement, language, given or {})
    lines += [
        f"  {word('waiting', language, position, kind, ledger.origin)}"
        for ledger in verdict.ledgers
        for position, kind in ledger.unreceipted
    ]
    return [*lines, "", word("scope", language, manifest.made_by)]


def plain_fault(fault: Fault, language: Language) -> str:
    """A fault as a sentence, with nothing invisible from the package in it."""
    said = tuple(one_line(part) for part in fault.said)
    return fault_text(Fault(fault.code, one_line(fault.place), said), language)


def show_address(address: str) -> str:
    """Defang a name or URL, and name its host in the other script where it has two."""
    shown = defang(one_line(address))
    match = _HOST.match(address)
    host = fold_host(match[1]) if match and (not match[1].isascii() or "xn--" in match[1].lower()) else None
    if not isinstance(host, Host) or host.ascii == host.unicode:
        return shown
    return f"{shown} ({defang(host.unicode if host.ascii in address else host.ascii)})"


def show_time(at: datetime) -> str:
    """A time as people compare it: UTC, whole seconds."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def one_line(text: str) -> str:
    """Bring what others wrote to one line, bounded, with nothing invisible."""
    shown = " ".join(show_unseen(text[: _SHOWN_LETTERS + 1]).split())
    return shown if len(text) <= _SHOWN_LETTERS else f"{shown} …"


def _read(entry: JudgedEntry) -> Said | PayloadProblem | None:
    return None if entry.leaf is None or entry.payload is None else read_said(entry.leaf.kind, entry.payload)


def _texts(verdict: Verdict, language: Language) -> Iterator[str]:
    why = {one.text.digest: one.why for one in verdict.believed}
    for text in verdict.texts:
        memorandum = text.memorandum
        title = next((memorandum.title[key] for key in (language, "en") if key in memorandum.title), "")
        yield f"  {word('memorandum', language, memorandum.id, memorandum.version, one_line(title))}"
        yield f"    {text.digest}"
        for one in text.signatures:
            yield f"    {word('signed', language, one.party, one.kid, show_time(one.signed_at))}"
        reason = why.get(text.digest)
        yield f"    {word(f'why-{reason}' if reason else 'not-believed', language)}"


def _statement(verdict: Verdict, one: Statement, language: Language, given: dict[str, str]) -> list[str]:
    ledger, entry = one.ledger, one.entry
    if not entry.is_proven or entry.leaf is None:
        return [f"  {word('unproven', language, entry.position, ledger.origin)}"]
    when = f"{show_time(one.at)}: " if one.at else ""
    lines = [f"  {when}{_sentence(one, language)}"]
    details: list[str] = []
    if isinstance(one.said, Said):
        details += [*_details(one.said, language), *_clause(verdict, one.said, language)]
        for kind, sha in name_attachments(one.said):
            details.append(word("attachment", language, kind, sha))
            if sha in given:
                details.append(word("attachment-given", language, one_line(given[sha])))
    confirmed = show_time(ledger.cosigned_at) if ledger.cosigned_at else ""
    details.append(
        word("proven", language, entry.position, ledger.origin, ledger.receiver, ledger.cosigned_by, confirmed)
    )
    return lines + [f"    {detail}" for detail in details]


def _sentence(one: Statement, language: Language) -> str:
    parties, said, leaf = (one.ledger.sender, one.ledger.receiver), one.said, one.entry.leaf
    if isinstance(said, ReportPayload):
        code = said.kind if leaf is not None and leaf.kind == "report" else "correction"
        category = say(said.report.category, CATEGORIES, language)
        return word(code, language, *parties, show_address(said.target), category)
    if isinstance(said, CaseEventPayload):
        return _event_sentence(said, parties, language)
    if isinstance(said, MarkingPayload):
        return word("marking", language, *parties, said.tlp)
    if isinstance(said, ErasurePayload):
        return word("erasure", language, *parties, said.position, said.reason)
    if isinstance(said, ErasedPayload):
        return word("erasure-answer", language, *parties, said.position, one_line(said.origin), said.answer)
    if leaf is not None and one.entry.erased:
        return word("erased", language, *parties, leaf.payload_sha256)
    return word("unreadable", language, *parties, leaf.kind if leaf else "", said.code if said else "")


def _event_sentence(said: CaseEventPayload, parties: tuple[str, str], language: Language) -> str:
    if said.event == "outcome":
        return word("outcome", language, *parties, say(one_line(said.outcome), OUTCOMES, language))
    if said.event == "refused":
        return word("refused", language, *parties, reason_text(one_line(said.reason), language))
    if said.event in _EVENTS:
        return word(said.event, language, *parties)
    return word("other-event", language, *parties, one_line(said.event))


def _details(said: Said, language: Language) -> list[str]:
    if isinstance(said, ReportPayload):
        report = said.report
        found = (
            [word("disposition", language, say(report.disposition, DISPOSITIONS, language))]
            if report.disposition
            else []
        )
        return found + _quoted((report.narrative, *(piece.note for piece in report.evidence)), language)
    if not isinstance(said, CaseEventPayload):
        return []
    parts = [
        (said.event != "outcome" and said.outcome, "outcome-word", OUTCOMES),
        (said.action, "action", ACTIONS),
        (said.disposition, "disposition", DISPOSITIONS),
    ]
    found = [word(code, language, say(one_line(value), table, language)) for value, code, table in parts if value]
    return found + _quoted((said.note,), language)


def _quoted(texts: Sequence[str], language: Language) -> list[str]:
    return [
        word("words", language, _ADDRESS.sub(lambda found: defang(found[0]), one_line(text))) for text in texts if text
    ]


def _clause(verdict: Verdict, said: Said, language: Language) -> list[str]:
    if isinstance(said, ErasedPayload):  # a receipt: it tells nothing that a clause would be asked about
        return []
    clause = clause_text(one_line(said.clause), language)
    text = next((text for text in verdict.texts if text.digest == said.memorandum), None)
    if text is None:
        return [word("clause-elsewhere", language, clause, one_line(said.memorandum))]
    return [word("clause", language, clause, text.memorandum.version)]
