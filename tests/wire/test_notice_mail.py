"""Notices in five languages: what they say, what they ask of whom, and that nothing in them opens by accident."""

import re
from datetime import UTC, datetime, timedelta
from string import Formatter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.categories import CATEGORIES, DISPOSITIONS
from comity.core.defang import refang
from comity.core.onward import Told
from comity.core.registrars import LANGUAGES
from comity.core.reports import Evidence, EvidenceKind, Report
from comity.wire.mail_message import Message, render_message
from comity.wire.notice_advice import ASKS, CONTESTS, CURES, EVIDENCE_KINDS
from comity.wire.notice_mail import NoticeFacts, NoticeKind, default_asks, marking_of, render_notice
from comity.wire.notice_texts import HEADINGS, LINES, OPENINGS, SUBJECTS

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
URL = "https://oac.by/answer/" + "t" * 43 + "/"
KINDS: tuple[NoticeKind, ...] = ("registrar", "host", "registrant", "hold")
REPORT = Report(
    name="https://xn--e1awd7f.xn--90ais/login", category="phishing", observed_at=AT, sha256="c" * 64,
    narrative="See https://evil.example/x\nand \u202edlrow",
    evidence=(Evidence(kind="screenshot", sha256="d" * 64, captured_at=AT), Evidence(kind="live-check")),
)  # fmt: skip
FACTS = NoticeFacts(
    kind="registrar", language="en", party="oac.by", ref="7K3Q-F9XW-2M1A", name="xn--e1awd7f.xn--90ais",
    unicode="тест.бел", category="phishing", disposition="malicious", told=(Told(REPORT, REPORT.name),),
    answer_url=URL, answer_until=AT + timedelta(days=30), due_at=AT + timedelta(hours=24),
    hold_until=AT + timedelta(days=14), reason="Two sources.", basis="Rules 4.2", has_xarf=True,
)  # fmt: skip
PIECES = [
    "https://",
    "HTTP:",
    "evil.example",
    "www.",
    "(",
    "а.рф",
    " ",
    "\n",
    "\r",
    "\u202e",
    "x",
    ".",
    "\0",
    "\x85",
    "\u2028",
]
TABLES = {
    "SUBJECTS": SUBJECTS, "OPENINGS": OPENINGS, "HEADINGS": HEADINGS, "LINES": LINES, "ASKS": ASKS, "CURES": CURES,
    "CONTESTS": CONTESTS, "EVIDENCE_KINDS": EVIDENCE_KINDS,
}  # fmt: skip


@pytest.mark.parametrize("table", sorted(TABLES))
def test_each_sentence_stands_in_five_languages_with_the_same_places(table: str) -> None:
    for key, texts in TABLES[table].items():
        assert len(texts) == len(LANGUAGES), key
        assert all(text.strip() == text and text for text in texts), key
        places = [
            sorted({name or "" for _, name, _, _ in Formatter().parse(text) if name is not None}) for text in texts
        ]
        assert all(each == places[0] for each in places), key
        assert not re.search("[а-яё]", texts[0] + texts[3] + texts[4], re.IGNORECASE), key
        assert not re.search("[ищъ]", texts[2]), key  # letters that Belarusian has not


def test_every_category_disposition_and_kind_of_evidence_has_its_words() -> None:
    assert set(CURES) == set(CATEGORIES)
    assert set(EVIDENCE_KINDS) == set(EvidenceKind.__args__)
    for kind in KINDS:
        for disposition in DISPOSITIONS:
            assert set(default_asks(kind, disposition)) <= set(ASKS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_notice_says_all_that_is_owed(kind: NoticeKind, language: str) -> None:
    place = [*LANGUAGES].index(language)
    notice = render_notice(msgspec.structs.replace(FACTS, kind=kind, language=language))
    for heading in ("found", "addresses", "claim", "evidence", "basis", "reason", "due", "cure", "contest", "answer"):
        assert HEADINGS[heading][place] in notice.text, heading
    assert "7K3Q-F9XW-2M1A" in notice.subject
    assert "тест[.]бел" in notice.subject
    assert "hxxps://xn--e1awd7f[.]xn--90ais/login" in notice.text
    assert "d" * 64 in notice.text
    assert "c" * 64 in notice.text
    assert ("2026-12-09 12:00 UTC" if kind == "hold" else "2026-11-26 12:00 UTC") in notice.text
    assert "TLP:AMBER" in notice.text
    assert (HEADINGS["asked"][place] in notice.text) is (kind != "hold")
    assert "{" not in notice.text + notice.subject
    # The only address that can be followed is the answer page.
    assert re.findall(r"https?://\S+", notice.text) == [URL]
    assert "\u202e" not in notice.text
    assert "⟨U+202E⟩" in notice.text


@given(
    st.lists(
        st.sampled_from(["https://", "HTTP:", "evil.example", "www.", "(", "а.рф", " ", "\n", "\r", "\u202e", "x", "."])
    )
)
def test_nothing_that_people_wrote_becomes_a_link(pieces: list[str]) -> None:
    report = msgspec.structs.replace(REPORT, narrative="".join(pieces))
    notice = render_notice(msgspec.structs.replace(FACTS, told=(Told(report, REPORT.name),)))
    rest = notice.text.replace(URL, "")
    assert "http:" not in rest.lower()
    assert "https:" not in rest.lower()
    assert not re.search(r"(evil|www|а)\.[a-zр]", rest)
    assert "\u202e" not in rest
    letter = Message(
        key="k", sender="a@b.ru", sender_name="x", to="c@d.ru", subject=notice.subject, text=notice.text,
        language="en", at=AT,
    )  # fmt: skip
    assert render_message(letter)


def test_an_address_within_an_address_is_broken_too_and_reads_back() -> None:
    url = "https://kassa-demo.by/go.php?to=http://www.evil.example/a.html"
    told = (Told(REPORT, url),)
    text = render_notice(msgspec.structs.replace(FACTS, told=told)).text
    (line,) = [line.strip() for line in text.splitlines() if "kassa-demo" in line]
    assert line == "hxxps://kassa-demo[.]by/go[.]php?to=hxxp://www[.]evil[.]example/a[.]html"
    assert refang(line) == url.replace("http://www", "hxxp://www")


def test_nobody_is_asked_to_take_a_hacked_site_from_its_holder() -> None:
    hacked = render_notice(msgspec.structs.replace(FACTS, disposition="compromised"))
    assert ASKS["tell-holder-first"][0] in hacked.text
    assert ASKS["check-and-end-delegation"][0] not in hacked.text
    unclear = render_notice(msgspec.structs.replace(FACTS, disposition="undetermined"))
    assert ASKS["check-and-answer"][0] in unclear.text


def test_an_authority_profile_may_ask_otherwise() -> None:
    asked = render_notice(msgspec.structs.replace(FACTS, asks=("check-and-answer",), basis="Правила, 5.7"))
    assert ASKS["check-and-answer"][0] in asked.text
    assert ASKS["check-and-end-delegation"][0] not in asked.text
    assert "Правила, 5.7" in asked.text


def test_what_is_not_known_is_said() -> None:
    bare = render_notice(msgspec.structs.replace(FACTS, kind="hold", told=(), hold_until=None, reason="", basis=""))
    assert LINES["none-told"][0] in bare.text
    assert LINES["no-evidence"][0] in bare.text
    assert LINES["no-end"][0] in bare.text


def test_the_strictest_marking_counts() -> None:
    green = msgspec.structs.replace(REPORT, tlp="TLP:GREEN")
    assert marking_of((Told(green, "a.by"), Told(REPORT, "a.by"), Told(green, "a.by"))) == "TLP:AMBER"
    assert marking_of(()) == "TLP:GREEN"
