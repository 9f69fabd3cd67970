"""What may be answered, asked, and made of a reporter's reports: the pure rules and their edges."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.answers import (
    ANSWER_KINDS,
    ANSWER_ROLES,
    ANSWERED,
    Answer,
    digest_of,
    event_of,
    kinds_offered,
    why_not_answer,
)
from comity.core.cases import NOTES, STATES, TRANSITIONS
from comity.core.categories import CATEGORIES
from comity.core.mail_addresses import hide_address, parse_address
from comity.core.names import NameFolder
from comity.core.outcomes import OUTCOMES
from comity.core.public_reports import FieldProblem, Filing, read_filing
from comity.core.report_guide import GUIDE, fields_for, find_missing, route
from comity.core.reporter_quality import (
    ENOUGH,
    LIMITS,
    USUAL_LIMITS,
    Tally,
    reports_a_day,
    verdict_of,
    weigh_reporter,
    wilson,
)
from comity.core.reports import Evidence, Problem, Report
from comity.core.told_claims import tell_claim
from comity.edges.suffix_file import load_suffixes
from comity.web.labels import TABLES
from comity.wire.decision_texts import LANGUAGES
from comity.wire.letter_texts import LETTERS
from comity.wire.letters import write_letter
from comity.wire.outcome_sentences import OUTCOME_SENTENCES

AT = datetime(2026, 11, 25, 9, tzinfo=UTC)
FORM = {"name": "https://a.by/", "observed_on": "2026-11-25", "email": "c@mail.example", "good_faith": "yes"}


class TestAnswers:
    @pytest.mark.parametrize("role", ANSWER_ROLES)
    @pytest.mark.parametrize("state", STATES)
    def test_an_answer_becomes_only_what_the_table_gives_its_role(self, role: str, state: str) -> None:
        rows = {(row.from_state, row.event): row.roles for row in TRANSITIONS}
        for kind in kinds_offered(role, state):
            event = event_of(kind, role, state)
            assert role in (NOTES[event][0] if event == ANSWERED else rows[state, event])
        assert ("appealed" in kinds_offered(role, state)) == (role in rows.get((state, "appeal_filed"), ()))

    @given(st.sampled_from(ANSWER_KINDS), st.text(max_size=50), st.text(max_size=20), st.sampled_from(ANSWER_ROLES))
    def test_any_words_are_judged(self, kind: str, text: str, contact: str, role: str) -> None:
        answer = Answer(kind=kind, text=text, contact=contact)  # type: ignore[arg-type]  # one of the kinds
        reasons = why_not_answer(answer, role, "notified")
        assert digest_of(answer) == digest_of(answer)
        if not reasons:
            assert "\x00" not in text
            assert kind != "appealed"

    def test_the_same_words_of_another_kind_or_with_a_file_are_another_answer(self) -> None:
        said = Answer(kind="said", text="x")
        assert len({
            digest_of(said), digest_of(Answer(kind="cured", text="x")), digest_of(said, ("ab",)),
            digest_of(Answer(kind="said", contact="x")),
        }) == 4  # fmt: skip


class TestQuality:
    def test_every_outcome_has_its_meaning(self) -> None:
        meant = {verdict_of(code) for code in OUTCOMES}
        assert meant == {"confirmed", "dismissed", "reversed", "withdrawn", "not-counted"}
        assert verdict_of("") == "open"
        assert verdict_of("partner_refused:no-evidence") == "dismissed"

    @given(st.integers(0, 500), st.integers(1, 500))
    def test_the_interval_holds_the_share_and_lies_in_0_to_1(self, part: int, more: int) -> None:
        share = wilson(part, part + more)
        assert 0 <= share.low <= share.value <= share.high <= 1
        wider = wilson(part * 10, (part + more) * 10)
        assert wider.high - wider.low < share.high - share.low

    def test_wilson_as_published(self) -> None:
        share = wilson(9, 10)  # Newcombe 1998: 0.5958 to 0.9821
        assert (round(share.low, 4), round(share.high, 4)) == (0.5958, 0.9821)

    @given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.sampled_from(["public", "feed"]))
    def test_few_are_never_slowed_and_worse_is_never_faster(self, good: int, bad: int, turned: int, kind: str) -> None:
        tally = Tally(confirmed=good, dismissed=bad, reversed=turned)
        quality = weigh_reporter(tally, kind)
        assert (quality.precision is None) == (tally.decided < ENOUGH)
        if quality.precision is None:
            assert quality.pace == "usual"
        worse = weigh_reporter(Tally(confirmed=good, dismissed=bad + 50, reversed=turned), kind)
        limits = LIMITS.get(kind, USUAL_LIMITS)
        if quality.pace == "slowed" and bad / max(1, tally.decided) > limits.rejected_share:
            assert worse.pace == "slowed"
        assert reports_a_day(kind, "slowed") < reports_a_day(kind, "usual")

    def test_an_ordinary_citizen_is_not_slowed_for_being_one(self) -> None:
        assert weigh_reporter(Tally(confirmed=3, dismissed=17), "public").pace == "usual"
        assert weigh_reporter(Tally(dismissed=60), "public").pace == "slowed"
        assert weigh_reporter(Tally(confirmed=3, dismissed=17), "trusted-notifier").pace == "slowed"


class TestMail:
    @pytest.mark.parametrize(
        ("text", "address"),
        [
            ("a@b.example", "a@b.example"),
            (" A.b+c@MAIL.Example ", "A.b+c@mail.example"),
            ("x@почта.рф", "x@xn--80a1acny.xn--p1ai"),
        ],
    )
    def test_one_address_is_read(self, text: str, address: str) -> None:
        assert parse_address(text) == address

    @pytest.mark.parametrize(
        "text",
        ["", "a", "@b.example", "a@", "a@b", "a@b.example\n", "a@b.example,c@d.example", "A <a@b.example>",
         "a b@c.example", "a@b.example\r\nBcc: c@d.example", ".a@b.example", "a..b@c.example", "я@b.example",
         "a@b_c.example", "a@[1.2.3.4]", "a@b.example\u202e",
         "a" * 65 + "@b.example", "a@" + "b." * 130 + "example", '"a b"@c.example'],
    )  # fmt: skip
    def test_what_is_not_one_address_is_refused(self, text: str) -> None:
        assert isinstance(parse_address(text), Problem)

    def test_an_address_is_known_to_its_owner_alone(self) -> None:
        assert hide_address("citizen@mail.example") == "c…@mail.example"

    def test_every_letter_says_the_same_in_every_language(self) -> None:
        places = dict.fromkeys(
            ("name", "reference", "link", "registry", "hours", "until", "reasons", "outcome"), "x.by"
        )
        for letter, texts in LETTERS.items():
            assert tuple(texts) == LANGUAGES
            for language in LANGUAGES:
                written = write_letter(letter, language, **places)
                assert "\n" not in written.subject
                assert "{" not in written.subject + written.text
        assert {tuple(texts) for texts in OUTCOME_SENTENCES.values()} == {LANGUAGES}

    @given(st.text(max_size=60))
    def test_nothing_that_is_filled_in_begins_a_line_or_links(self, name: str) -> None:
        written = write_letter("filed", "en", name=f"http://a.by/{name}", reference=name, link="https://node/")
        assert len(written.subject.splitlines()) == 1
        assert len(written.text.splitlines()) == 6
        assert "http://a.by" not in written.text


class TestPublicForm:
    def test_today_is_now_and_a_day_before_is_noon(self) -> None:
        today, before = (read_filing(FORM | {"observed_on": day}, "phishing", expert=False, at=AT)
                         for day in ("2026-11-25", "2026-11-24"))  # fmt: skip
        assert isinstance(today, Filing)
        assert isinstance(before, Filing)
        assert today.report.observed_at == AT
        assert before.report.observed_at == datetime(2026, 11, 24, 12, tzinfo=UTC)
        farthest = read_filing(
            FORM | {"observed_on": "2026-11-25"}, "phishing", expert=False, at=AT - timedelta(hours=10)
        )
        assert isinstance(farthest, Filing)  # it is already the next day where the reporter is

    @given(st.dictionaries(st.sampled_from(["name", "email", "observed_on", "narrative", "port", "sha256"]), st.text()))
    def test_any_form_is_a_filing_or_says_why(self, typed: dict[str, str]) -> None:
        for expert in (False, True):
            read = read_filing(FORM | typed, "botnet-c2", expert=expert, at=AT)
            assert isinstance(read, Filing) or all(isinstance(one, FieldProblem) for one in read)
            assert read != ()

    @pytest.mark.parametrize("category", CATEGORIES)
    def test_experts_are_asked_what_the_field_requires(self, category: str) -> None:
        report = Report(name="https://a.by/", category=category)  # type: ignore[arg-type]  # one of them
        required = {field for field, need in fields_for(report.category) if need == "required"}
        missing = {problem.message for problem in find_missing(report)}
        assert required - {"name"} <= missing
        read = read_filing(FORM, report.category, expert=True, at=AT)
        assert not isinstance(read, Filing)

    def test_a_sentence_leads_to_exactly_one_place(self) -> None:
        for lead in GUIDE:
            assert (lead.category is None) != (lead.elsewhere is None)
            assert lead.code in TABLES["guide"]
        assert {lead.category for lead in GUIDE} - {None} == set(CATEGORIES)

    @pytest.mark.parametrize(
        ("text", "routed"),
        [
            ("a-demo.ru", "here"), ("a-demo.by", "partner"), ("a-demo.vn", "registry"), ("a-demo.com", "unknown-zone"),
            ("http://192.0.2.1/", "address"), ("http://[2001:db8::1]/", "address"), ("not a name", "no-name"),
        ],
    )  # fmt: skip
    def test_who_is_responsible(self, text: str, routed: str) -> None:
        assert route(NameFolder(load_suffixes()).fold(text), own=("ru",), partners=("by",)) == routed


class TestToldClaims:
    def test_nothing_about_the_reporter_is_told(self) -> None:
        report = Report(
            name="https://u:p@a.by/?m=v@mail.example", category="phishing", narrative="Ask v@mail.example",
            source_ref="KO-17", legal_basis="5.7", evidence=(Evidence("screenshot", note="by Ivanova"),),
            personal_data={"victim": "Ivanova"},
        )  # fmt: skip
        told = tell_claim(report, "trusted-notifier", "a.by")
        assert told is not None
        assert told.address == "https://a.by/?m=redacted"
        assert told.narrative == "Ask redacted"
        assert not {"KO-17", "5.7", "Ivanova", "by Ivanova"} & {*told.evidence, told.narrative, told.address}
        public = tell_claim(report, "public", "a.by")
        assert public is not None
        assert (public.narrative, public.words_withheld) == ("", True)

    @pytest.mark.parametrize("tlp", ["TLP:RED", "TLP:AMBER+STRICT"])
    def test_a_marking_keeps_a_report_from_registrars(self, tlp: str) -> None:
        report = Report(name="a.by", category="phishing", tlp=tlp)  # type: ignore[arg-type]  # one of the markings
        assert tell_claim(report, "feed", "a.by") is None
