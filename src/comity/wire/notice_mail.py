"""A notice as its recipient reads it: plain text in one of five languages, and a XARF report for machines.

To a registrar, a host, a registrant, or about a hold.  Names and addresses are defanged, what people wrote is quoted
and shown with what it hides, evidence is listed by SHA-256.  What is asked is the caller's choice (an authority
profile says what a zone's registrars do); silence chooses by the assessment, and never an end of delegation for a
hacked site.
"""

import re
from datetime import UTC, datetime
from typing import Final, Literal

import msgspec

from comity.core.harmless import defang, show_unseen
from comity.core.markings import TLPS, Tlp
from comity.core.onward import Told
from comity.core.registrars import LANGUAGES, Language
from comity.wire.case_words import CATEGORIES, DISPOSITIONS, say
from comity.wire.notice_advice import ASKS, CONTESTS, CURES, EVIDENCE_KINDS
from comity.wire.notice_texts import HEADINGS, LINES, OPENINGS, REASONS, SUBJECTS

NoticeKind = Literal["registrar", "host", "registrant", "hold"]

_REPORTS: Final = 10
_EVIDENCE: Final = 30
_NARRATIVE: Final = 2000
_BROKEN: Final = {"http": "hxxp", "https": "hxxps", "ftp": "fxp"}
_SCHEME: Final = re.compile(r"(?:https?|ftp)(?=:)", re.IGNORECASE)
_DOT: Final = re.compile(r"\.(?=[^\W\d_])")


class NoticeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a notice says.  `told` are the case's reports as the recipient may read them; `asks` keys of `ASKS`."""

    kind: NoticeKind
    language: Language
    party: str
    ref: str
    name: str  # canonical, A-labels
    unicode: str
    category: str
    disposition: str
    told: tuple[Told, ...]
    answer_url: str
    answer_until: datetime
    due_at: datetime | None = None
    asks: tuple[str, ...] = ()
    basis: str = ""
    reason: str = ""
    hold_until: datetime | None = None
    has_xarf: bool = False
    is_passed_on: bool = False  # it goes to a registrar, for the registrant


class NoticeText(msgspec.Struct, frozen=True):
    """Subject and text of the letter."""

    subject: str
    text: str


def default_asks(kind: NoticeKind, disposition: str) -> tuple[str, ...]:
    """What is asked where no authority profile says otherwise."""
    if kind == "hold":
        return ()
    if kind != "registrar":
        return ("clean",)
    by_disposition = {"malicious": "check-and-end-delegation", "compromised": "tell-holder-first"}
    return (by_disposition.get(disposition, "check-and-answer"),)


def render_notice(facts: NoticeFacts) -> NoticeText:
    """Write the notice."""
    place = LANGUAGES.index(facts.language)
    name = defang(facts.name) if facts.unicode == facts.name else f"{defang(facts.unicode)} ({defang(facts.name)})"
    values = {
        "name": name,
        "party": facts.party,
        "ref": facts.ref,
        "due": "" if facts.due_at is None else _moment(facts.due_at),
    }
    sections: list[tuple[str, list[str]]] = [("found", _found(facts, place))]
    if facts.reason:
        said = REASONS[facts.reason][place] if facts.reason in REASONS else show_unseen(facts.reason)
        sections.insert(0, ("reason", [said]))
    sections += [
        ("addresses", _addresses(facts, place)),
        ("claim", _claims(facts)),
        ("evidence", _evidence(facts, place)),
    ]
    if facts.basis:
        sections.append(("basis", [show_unseen(facts.basis)]))
    asks = facts.asks or default_asks(facts.kind, facts.disposition)
    sections.append(("asked", [ASKS[ask][place] for ask in asks]))
    sections.append(("due", _until(facts, place, values)))
    if facts.category in CURES:
        sections.append(("cure", [CURES[facts.category][place]]))
    sections.append(("contest", [CONTESTS["hold" if facts.kind == "hold" else "notice"][place]]))
    sections.append(("answer", [LINES["answer"][place].format(until=_moment(facts.answer_until)), facts.answer_url]))
    blocks = [LINES["pass-on"][place].format(**values)] if facts.is_passed_on else []
    blocks.append(OPENINGS[facts.kind][place].format(**values))
    blocks += [HEADINGS[head][place] + "\n" + "\n".join(lines) for head, lines in sections if lines]
    if facts.has_xarf:
        blocks.append(LINES["xarf"][place])
    blocks.append("-- \n" + LINES["footer"][place].format(party=facts.party, tlp=marking_of(facts.told)))
    # A subject holds the name that people read; the A-labels stand in the text.
    subjects = SUBJECTS["pass-on" if facts.is_passed_on else facts.kind]
    subject = subjects[place].format(name=defang(facts.unicode), ref=facts.ref)
    return NoticeText(_one_line(subject), "\n\n".join(blocks) + "\n")


def marking_of(told: tuple[Told, ...]) -> Tlp:
    """The strictest marking among the reports of a notice."""
    return max((one.report.tlp for one in told), key=TLPS.index, default="TLP:GREEN")


def _found(facts: NoticeFacts, place: int) -> list[str]:
    lines = [LINES["category"][place].format(say(facts.category, CATEGORIES, facts.language))]
    if facts.disposition:
        lines.append(LINES["disposition"][place].format(say(facts.disposition, DISPOSITIONS, facts.language)))
    seen = [told.report.observed_at for told in facts.told if told.report.observed_at is not None]
    if seen:
        lines.append(LINES["observed"][place].format(_moment(max(seen))))
    return lines


def _addresses(facts: NoticeFacts, place: int) -> list[str]:
    urls = list(dict.fromkeys(told.target for told in facts.told if "://" in told.target))
    lines = [f"  {_defang_words(defang(url))}" for url in urls[:_REPORTS]]
    return [*lines, LINES["defanged"][place]] if lines else [LINES["none-told"][place], LINES["defanged"][place]]


def _claims(facts: NoticeFacts) -> list[str]:
    texts = dict.fromkeys(told.report.narrative.strip() for told in facts.told)
    quoted = []
    for text in [text for text in texts if text][:_REPORTS]:
        lines = show_unseen(text[:_NARRATIVE]).splitlines() or [""]
        quoted.append("\n".join(f"> {_defang_words(line)}" for line in lines))
    return ["\n>\n".join(quoted)] if quoted else []


def _defang_words(line: str) -> str:
    """Break whatever a mail program would make a link of: schemes, and dots before letters."""
    return _DOT.sub("[.]", _SCHEME.sub(lambda found: _BROKEN[found[0].lower()], line))


def _evidence(facts: NoticeFacts, place: int) -> list[str]:
    lines = []
    for told in facts.told:
        for piece in told.report.evidence:
            kind = EVIDENCE_KINDS[piece.kind][place] if piece.kind in EVIDENCE_KINDS else piece.kind
            when = f", {_moment(piece.captured_at)}" if piece.captured_at is not None else ""
            lines.append(f"  {kind}{when}" + (f"\n    SHA-256 {piece.sha256}" if piece.sha256 else ""))
        if told.report.sha256:
            lines.append(f"  {EVIDENCE_KINDS['file-hash'][place]}\n    SHA-256 {told.report.sha256}")
    return list(dict.fromkeys(lines))[:_EVIDENCE] or [LINES["no-evidence"][place]]


def _until(facts: NoticeFacts, place: int, values: dict[str, str]) -> list[str]:
    if facts.kind == "hold":
        if facts.hold_until is None:
            return [LINES["no-end"][place]]
        return [LINES["until"][place].format(until=_moment(facts.hold_until))]
    return [LINES["due"][place].format(**values)] if facts.due_at is not None else []


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _one_line(text: str) -> str:
    return " ".join(show_unseen(text).split())
