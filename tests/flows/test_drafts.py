"""Drafts of a memorandum: what is written is kept and binds nobody; what it would let through is told beforehand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from comity.core.errors import ConflictError, InputError, NotFoundError
from comity.core.memoranda import Memorandum
from comity.flows.compare import MOST_CHANGES, compare
from comity.flows.countersign import countersign
from comity.flows.draft import amend, begin, drop, propose_draft, write_clause
from comity.store.drafts import get_draft, list_drafts, list_revisions
from comity.store.memoranda import find_in_force, find_version
from comity.store.models import Decision
from comity.store.models import Memorandum as Row
from comity.wire.memorandum_document import render_document
from flows.two_parties import AT, Parties, file, phishing

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def parties(tmp_path: Path) -> Parties:
    """Two nodes; the store is that of cctld.ru, which has the memorandum in force."""
    parties = Parties(tmp_path, reports_a_day=3)
    parties.sit(parties.ru)
    return parties


def governing() -> Row:
    return Row.objects.get(status="in-force")


def answers(**changed: str) -> dict[str, list[str]]:
    return {path.replace("__", "."): [given] for path, given in changed.items()}


class TestWriting:
    def test_an_amendment_begins_with_the_text_in_force_and_follows_it(self, parties: Parties) -> None:
        row = governing()
        draft = get_draft(amend(parties.ru, row.urn, row.version, actor="olga", at=AT))
        assert (draft.version, draft.revision, draft.status, draft.partner) == (row.version + 1, 1, "open", "oac.by")
        assert draft.memorandum.supersedes is not None
        assert draft.memorandum.supersedes.digest == row.digest
        before = find_in_force("oac.by", at=AT)
        assert before is not None
        assert msgspec.structs.replace(draft.memorandum, version=row.version, supersedes=None) == before.memorandum

    def test_every_revision_is_kept_and_nothing_in_force_is_changed(self, parties: Parties) -> None:
        row = governing()
        pk = amend(parties.ru, row.urn, row.version, actor="olga", at=AT)
        given = {"suspension.by": ["either"], "suspension.notice": ["PT0S"], "suspension.must_state_reason": ["1"]}
        assert (
            write_clause(
                pk, "suspension", given | {"suspension.resume": ["suspender"]}, revision=1, actor="olga", at=AT
            )
            == ()
        )
        assert get_draft(pk).memorandum.suspension.resume == "suspender"
        assert [(one.number, one.part, one.actor) for one in list_revisions(pk)] == [
            (2, "suspension", "olga"),
            (1, "", "olga"),
        ]
        assert (
            write_clause(pk, "suspension", given | {"suspension.resume": ["suspender"]}, revision=2, actor="o", at=AT)
            == ()
        )
        assert get_draft(pk).revision == 2  # nothing was said anew
        assert governing().digest == row.digest

    def test_what_has_not_the_shape_is_not_kept(self, parties: Parties) -> None:
        row = governing()
        pk = amend(parties.ru, row.urn, row.version, actor="olga", at=AT)
        faults = write_clause(pk, "termination", answers(termination__notice="soon"), revision=1, actor="olga", at=AT)
        assert {"termination.notice"} < {fault.path for fault in faults}
        assert get_draft(pk).revision == 1
        with pytest.raises(InputError):
            write_clause(pk, "supersedes", {}, revision=1, actor="olga", at=AT)

    def test_two_who_write_at_once(self, parties: Parties) -> None:
        row = governing()
        pk = amend(parties.ru, row.urn, row.version, actor="olga", at=AT)
        given = {"disputes.steps": ["duty"], "disputes.then": ["mediation"]}
        assert write_clause(pk, "disputes", given, revision=1, actor="olga", at=AT) == ()
        with pytest.raises(ConflictError):
            write_clause(pk, "disputes", given | {"disputes.then": ["none"]}, revision=1, actor="ivan", at=AT)
        assert get_draft(pk).memorandum.disputes.then == "mediation"

    def test_a_file_that_is_none_is_refused_with_all_reasons(self, parties: Parties) -> None:
        for data in (b"", b"\xff", b"a: [", b"[1]", b"{}", b"format: comity-memorandum/1\nversion: zero\n"):
            with pytest.raises(InputError):
                begin(parties.ru, data, actor="olga", at=AT)
        text = governing().body.replace(b'"cctld.ru"', b'"elsewhere.example"')
        with pytest.raises(InputError, match="no party"):
            begin(parties.ru, text, actor="olga", at=AT)
        assert list_drafts() == []
        with pytest.raises(NotFoundError):
            amend(parties.ru, "urn:comity:memo:no:such", 1, actor="olga", at=AT)


class TestProposing:
    def test_a_draft_is_proposed_and_the_partner_countersigns_the_same_text(self, parties: Parties) -> None:
        row = governing()
        pk = amend(parties.ru, row.urn, row.version, actor="olga", at=AT)
        with pytest.raises(ConflictError):
            propose_draft(parties.ru, pk, revision=9, actor="olga", at=AT)
        document = propose_draft(parties.ru, pk, revision=1, actor="olga", at=AT)
        assert get_draft(pk).status == "proposed"
        stored = find_version(row.urn, row.version + 1)
        assert stored is not None
        assert stored.status == "proposed"
        assert stored.digest == get_draft(pk).digest == document.digest
        with pytest.raises(ConflictError):
            write_clause(pk, "disputes", {}, revision=1, actor="olga", at=AT)
        parties.sit(parties.by)
        countersigned = countersign(parties.by, render_document(document), actor="test", at=AT)
        assert countersigned.is_complete()

    def test_what_does_not_agree_is_not_proposed_and_the_draft_stays_open(self, parties: Parties) -> None:
        row = governing()
        pk = amend(parties.ru, row.urn, row.version, actor="olga", at=AT)
        tree = msgspec.json.decode(get_draft(pk).body)
        tree["scope"]["excluded_categories"] = ["phishing"]
        other = begin(parties.ru, msgspec.json.encode(tree), actor="olga", at=AT)
        with pytest.raises(InputError, match="allowed-and-excluded"):
            propose_draft(parties.ru, other, revision=1, actor="olga", at=AT)
        assert get_draft(other).status == "open"
        drop(other, at=AT)
        assert [draft.pk for draft in list_drafts()] == [pk]
        with pytest.raises(ConflictError):
            drop(other, at=AT)

    def test_a_draft_of_ours_does_not_stand_in_the_way_of_what_the_partner_signed(self, parties: Parties) -> None:
        row = governing()
        amend(parties.ru, row.urn, row.version, actor="olga", at=AT)
        parties.sit(parties.by)
        theirs = amend(parties.by, row.urn, row.version, actor="vera", at=AT)
        given = {"disputes.steps": ["duty"], "disputes.then": ["arbitration"]}
        write_clause(theirs, "disputes", given, revision=1, actor="vera", at=AT)
        document = render_document(propose_draft(parties.by, theirs, revision=2, actor="vera", at=AT))
        parties.sit(parties.ru)
        amend(parties.ru, row.urn, row.version, actor="olga", at=AT)
        assert countersign(parties.ru, document, actor="test", at=AT).is_complete()


class TestComparing:
    def changed(self, parties: Parties, **tree: object) -> Memorandum:
        row = governing()
        draft = msgspec.json.decode(get_draft(amend(parties.ru, row.urn, row.version, actor="olga", at=AT)).body)
        for path, value in tree.items():
            part, member = path.split("__")
            draft[part][member] = value
        pk = begin(parties.ru, msgspec.json.encode(draft), actor="olga", at=AT)
        return get_draft(pk).memorandum

    def test_the_same_text_changes_nothing_and_says_what_happened(self, parties: Parties) -> None:
        file(parties.ru, *(phishing(f"https://bank-{n}.demo-{n}.by/login") for n in range(4)))
        found = compare(parties.ru, "oac.by", self.changed(parties), at=AT + DAY)
        kept = Decision.objects.filter(direction="out")
        assert found.items == kept.count() == 4
        assert found.changed == ()
        assert {(row.verdict, row.reason): (row.now, row.then) for row in found.rows} == {
            ("send", "allowed"): (3, 3),
            ("refuse", "over-daily-cap"): (1, 1),
        }
        assert [decision.verdict for decision in kept.order_by("pk")] == ["send"] * 3 + ["refuse"]

    def test_what_another_text_would_have_answered(self, parties: Parties) -> None:
        file(parties.ru, *(phishing(f"https://bank-{n}.demo-{n}.by/login") for n in range(4)))
        stricter = self.changed(parties, evidence__min_score=1.0)
        found = compare(parties.ru, "oac.by", stricter, at=AT + DAY)
        assert found.sums() == {"send": (3, 0), "refuse": (1, 4)}
        assert found.changed_total == 3
        assert {(one.now.verdict, one.then.reason, one.then.clause) for one in found.changed} == {
            ("send", "score-too-low", stricter.evidence.clause)
        }
        kinds = msgspec.to_builtins(stricter.exchange.kinds)
        kinds["report"] = {"both": True, "max_per_day": 100}
        wider = self.changed(parties, exchange__kinds=kinds)
        found = compare(parties.ru, "oac.by", wider, at=AT + DAY)
        assert found.sums() == {"send": (3, 4), "refuse": (1, 0)}
        assert [one.registrable for one in found.changed] == ["demo-3.by"]

    def test_it_is_bounded_and_says_so_and_looks_back_no_further(self, parties: Parties) -> None:
        file(parties.ru, *(phishing(f"https://bank-{n}.demo-{n}.by/login") for n in range(4)))
        same = self.changed(parties)
        cut = compare(parties.ru, "oac.by", same, at=AT + DAY, most=3)
        assert (cut.items, cut.cut) == (3, True)
        assert compare(parties.ru, "oac.by", same, at=AT + DAY, most=4).cut is False
        assert compare(parties.ru, "oac.by", same, at=AT + 3 * DAY, days=1).items == 0
        assert compare(parties.ru, "vnnic.vn", same, at=AT + DAY).items == 0
        assert MOST_CHANGES > 0

    def test_nothing_is_stored(self, parties: Parties) -> None:
        file(parties.ru, phishing("https://bank.demo-1.by/login"))
        before = Decision.objects.count()
        compare(parties.ru, "oac.by", self.changed(parties), at=datetime.now(UTC))
        assert Decision.objects.count() == before
