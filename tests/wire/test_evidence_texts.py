"""The account in five languages: complete, the same in each, and harmless whatever a partner wrote."""

import ast
import re
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from itertools import product
from pathlib import Path

import polib
import pytest

import comity.web
from comity.core.case_evidence import Fault
from comity.core.cases import ACTIONS
from comity.core.categories import CATEGORIES, DISPOSITIONS
from comity.core.exchange import OutgoingEntry
from comity.core.outcomes import OUTCOMES, PARTNER_REFUSED
from comity.core.reports import Report
from comity.wire import case_words, enclosed_memoranda, evidence_account, evidence_check, evidence_tar
from comity.wire.decision_texts import LANGUAGES, Language
from comity.wire.evidence_account import read_statements, render_account, show_address, show_time
from comity.wire.evidence_check import check_package
from comity.wire.evidence_fault_texts import FAULTS, fault_text
from comity.wire.evidence_texts import WORDS
from comity.wire.notices import ErasedPayload, ErasurePayload, MarkingPayload, Notice, object_of, render_notice
from wire.evidence_made import (
    LATER,
    NAME,
    REPORT,
    SCREENSHOT,
    event,
    forge,
    ledger,
    made_of,
    members,
    package,
    report,
    texts,
)

PAGE = (Path(__file__).parents[2] / "docs/spec/evidence.md").read_text(encoding="utf-8")
LOCALE = Path(comity.web.__file__).parent / "locale"


def called_with(modules: list[object], function: str) -> set[str]:
    """The texts that stand first in calls of a function, in the source of some modules."""
    found: set[str] = set()
    for module in modules:
        source = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))  # type: ignore[attr-defined]
        for node in ast.walk(source):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function:
                found |= {part.value for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant)}
    return found


def test_every_fault_has_a_text_and_stands_on_the_page() -> None:
    codes = called_with([evidence_check, evidence_tar, enclosed_memoranda], "Fault")
    named = {"attachment-not-named", "attachment-not-listed"}  # given by a name
    assert codes | named == set(FAULTS)
    section = PAGE.partition("## 5.")[2].partition("## 6.")[0]
    steps = re.findall(r"`([a-z]+(?:-[a-z]+)*)`", section)
    assert set(FAULTS) - set(steps) == set()


def test_every_sentence_of_the_account_has_its_text() -> None:
    used = called_with([evidence_account], "word") | {"report", "early-warning", "correction"}
    computed = {f"why-{why}" for why in ("pinned", "named-by-pinned", "signed-by-all")} | {"not-believed"}
    computed |= {"accepted", "asked", "info", "withdrawn", "retracted", "outcome-word", "action", "disposition"}
    assert {code for code in used | computed if not code.endswith("-")} == set(WORDS)


@pytest.mark.parametrize(("code", "texts_of"), [*WORDS.items(), *FAULTS.items()])
def test_five_texts_with_the_same_places(code: str, texts_of: tuple[str, ...]) -> None:
    assert len(texts_of) == len(LANGUAGES)
    places = [sorted(re.findall(r"\{[a-z0-9]*\}", text)) for text in texts_of]
    assert all(found == places[0] for found in places), code
    assert all(text.strip() == text and text for text in texts_of)
    assert len(set(texts_of)) >= len(LANGUAGES) - 1  # two languages may share a word, not more


def test_words_are_those_of_the_pages() -> None:
    tables = (case_words.CATEGORIES, case_words.OUTCOMES, case_words.ACTIONS, case_words.DISPOSITIONS)
    for place, directory in enumerate(("ru", "be", "vi", "zh_Hans"), 1):
        catalogue = polib.pofile(str(LOCALE / directory / "LC_MESSAGES/django.po"))
        known = {entry.msgid: entry.msgstr for entry in catalogue}
        for table in tables:
            assert {words[0]: words[place] for words in table.values()} == {
                words[0]: known[words[0]] for words in table.values()
            }


def test_every_code_has_its_words() -> None:
    assert set(case_words.CATEGORIES) == set(CATEGORIES)
    assert set(case_words.OUTCOMES) == {*OUTCOMES, PARTNER_REFUSED}
    assert set(case_words.ACTIONS) == set(ACTIONS)
    assert set(case_words.DISPOSITIONS) == set(DISPOSITIONS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_account_says_who_said_what_when_by_which_clause_and_what_proves_it(language: Language) -> None:
    lines = render_account(check_package(package(), at=LATER), language, given={SCREENSHOT: "shot.png"})
    account = "\n".join(lines)
    for part in (
        "hxxps://xn----8sbzclmxk[.]xn--90ais/login", "мой-сайт[.]бел", "cctld.ru/ledger/oac.by",
        "2026-11-23 09:30:00 UTC", "Is it still there? Write to hxxp://by[.]example/",
        "2026-11-23 10:30:00 UTC", "by-2026-1", "ru-2026-1", SCREENSHOT, "shot.png", "3.2", "sha256:", "297",
        case_words.OUTCOMES["hold_registry"][LANGUAGES.index(language)],
    ):  # fmt: skip
        assert part in account, part
    assert "http://" not in account
    assert "https://" not in account
    assert lines[0] == WORDS["good"][LANGUAGES.index(language)]


@pytest.mark.parametrize(("code", "language"), list(product(FAULTS, LANGUAGES)))
def test_every_fault_names_its_place_and_what_was_found(code: str, language: Language) -> None:
    text = FAULTS[code][LANGUAGES.index(language)]
    said = tuple(f"found-{number}" for number in range(len(set(re.findall(r"\{[0-9]\}", text)))))
    sentence = fault_text(Fault(code, "ledger-1/7.leaf", said), language)
    assert all(part in sentence for part in said)
    assert "{" not in sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_corrections_markings_and_erasures_are_told(language: Language) -> None:
    terms = {"clause": "3", "memorandum": texts()[0].digest, "decided_at": LATER}
    marking = MarkingPayload(report_id=REPORT, tlp="TLP:GREEN", **terms)
    erasure = ErasurePayload(position=0, reason="data-subject-request", **terms)
    erased = ErasedPayload(
        origin="cctld.ru/ledger/oac.by", position=0, answer="already-erased", memorandum=terms["memorandum"],
        decided_at=LATER,
    )  # fmt: skip
    first, corrected = report(), report(target="https://better-demo-c3.by/")
    sent_now = [
        OutgoingEntry("report", first.subject, sha256(first.payload).digest(), True),
        OutgoingEntry("correction", corrected.subject, corrected.payload),
        *(
            OutgoingEntry(kind, str(REPORT), _notice(kind, said, "cctld.ru"))
            for kind, said in (("marking", marking), ("erasure", erasure))
        ),
    ]
    answers = [OutgoingEntry("erased", str(REPORT), _notice("erased", erased, "oac.by"))]
    held = (ledger("cctld.ru", "oac.by", sent_now, range(4)), ledger("oac.by", "cctld.ru", answers, [0]))
    verdict = check_package(made_of(texts(), held), at=LATER)
    assert verdict.faults == ()
    account = "\n".join(render_account(verdict, language))
    at = LANGUAGES.index(language)
    for code, said in (
        ("correction", ("cctld.ru", "oac.by", "hxxps://better-demo-c3[.]by/", case_words.CATEGORIES["phishing"][at])),
        ("marking", ("cctld.ru", "oac.by", "TLP:GREEN")),
        ("erasure", ("cctld.ru", "oac.by", 0, "data-subject-request")),
        ("erasure-answer", ("oac.by", "cctld.ru", 0, "cctld.ru/ledger/oac.by", "already-erased")),
        ("erased", ("cctld.ru", "oac.by", sha256(first.payload).hexdigest())),
    ):
        assert WORDS[code][at].format(*said) in account, code


def _notice(kind: str, said: Notice, sender: str) -> bytes:
    return render_notice(
        said, sender=sender, about=object_of("report", str(REPORT), sender), tlp="TLP:AMBER", salt="5a" * 16
    )


def test_an_account_of_a_bad_package_names_the_faults_and_claims_nothing_that_is_not_proven() -> None:
    altered = members()["ledger-2/296.payload"].replace(b"hold_registry", b"sinkhole_regi")
    lines = render_account(check_package(forge({"ledger-2/296.payload": altered}), at=LATER), "en")
    assert lines[:2] == [
        "This evidence package is NOT in order. Faults: 1",
        f"  1. ledger-2/296.payload is not what was recorded: {lines[1].partition(': ')[2]}",
    ]
    assert "  NOT proven: entry 296 of oac.by/ledger/cctld.ru; see the faults" in lines
    assert not any("Put on serverHold" in line or "sinkhole" in line for line in lines)


def test_statements_stand_in_the_order_of_their_times() -> None:
    statements = read_statements(check_package(package(), at=LATER))
    places = [(one.ledger.sender, one.entry.position) for one in statements]
    assert places == [
        ("cctld.ru", 300), ("oac.by", 0), ("oac.by", 3), ("oac.by", 4), ("oac.by", 5), ("oac.by", 296),
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_partner_wrote_cannot_draw_on_the_screen(language: Language) -> None:
    evil = "\x1b[2J\u202egnp.exe\n  1. proven: everything\r\x07" + "{0}{place}" + "x" * 9_000
    said = Report(name="x.by", category="phishing", narrative=evil[:1_900])
    entries = [
        report(report=said, target="http://evil\u202e.by/\n\x1b[1mproven"),
        *(event(word, minutes=1, note=evil[:4_000]) for word in ("asked", "refused", "outcome")),
        event(
            "nev\u202eer\nheard", minutes=2, outcome="a\nb", action="c\x1bd", disposition="e\u2028f", reason="g\x9bh"
        ),
    ]
    held = ledger("oac.by", "cctld.ru", entries, range(5))
    lines = render_account(check_package(made_of(texts(), [held]), at=LATER), language)
    assert all(line.isprintable() or not line for line in lines)
    assert all(len(line) < 2_600 for line in lines)
    assert not any(line.startswith("  1. ") for line in lines)


def test_an_address_is_defanged_and_named_in_both_scripts() -> None:
    assert show_address("http://a.by/x") == "hxxp://a[.]by/x"
    assert show_address(f"https://{NAME}:8443/x") == f"hxxps://{NAME.replace('.', '[.]')}:8443/x (мой-сайт[.]бел)"
    assert show_address("мой-сайт.бел") == f"мой-сайт[.]бел ({NAME.replace('.', '[.]')})"
    assert show_address("xn--a.by") == "xn--a[.]by"  # no A-label: shown as it is, and as nothing else
    assert show_address("") == ""


def test_times_are_shown_in_utc_whatever_their_zone() -> None:
    elsewhere = datetime(2026, 11, 23, 6, 30, tzinfo=timezone(timedelta(hours=3)))
    held = ledger("cctld.ru", "oac.by", [report(decided_at=elsewhere)], [0])
    assert show_time(elsewhere) == "2026-11-23 03:30:00 UTC"
    lines = render_account(check_package(made_of(texts(), [held]), at=LATER), "en")
    assert any(line.startswith("  2026-11-23 03:30:00 UTC: cctld.ru reported") for line in lines)


def test_a_kind_of_a_later_version_is_said_to_be_unknown() -> None:
    lines = render_account(check_package(package(), at=LATER), "en")
    assert "  oac.by sent cctld.ru an entry of kind ballot that this program cannot read (unknown-kind)" in lines


def test_a_clause_of_a_memorandum_that_is_not_enclosed_is_said_to_be_elsewhere() -> None:
    other = "sha256:" + "0" * 64
    held = ledger("cctld.ru", "oac.by", [report(memorandum=other)], [0])
    lines = render_account(check_package(made_of(texts(), [held]), at=LATER), "en")
    assert f"    under clause 3 of a memorandum that is not enclosed: {other}" in lines
