"""A memorandum between two nodes, from proposal to end; and every forgery on the way."""

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from comity.core.disclosure import Item, decide
from comity.core.errors import ConflictError, InputError, NotFoundError
from comity.edges.keys import SigningKey, load_signing_key, make_keys
from comity.flows.countersign import countersign
from comity.flows.end_memorandum import end_memorandum
from comity.flows.preview import preview
from comity.flows.propose import propose
from comity.flows.resume import resume
from comity.flows.set_up import NewNode, set_up
from comity.flows.suspend import suspend
from comity.store.memoranda import (
    find_governing,
    find_in_force,
    find_newest,
    find_version,
    get_document,
    list_events,
    list_versions,
)
from comity.store.models import Memorandum, MemorandumEvent
from comity.wire.memorandum_document import Document, render_document
from comity.wire.memorandum_yaml import read_memorandum, render_memorandum
from memoranda_made import NOW, URN, example, made

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Pair:
    """Two nodes' directories and the text between them.  The one store is cctld.ru's; of oac.by only the key acts."""

    def __init__(self, path: Path) -> None:
        self.ru = set_up(path / "ru", NewNode("cctld.ru", (), "127.0.0.1", 1, 2, "sqlite:///x"), at=NOW)
        self.by = set_up(path / "by", NewNode("oac.by", (), "127.0.0.1", 3, 4, "sqlite:///x"), at=NOW)
        self.keys: dict[str, SigningKey] = {home.party: load_signing_key(home) for home in (self.ru, self.by)}

    def tree(self, changes: dict[str, Any] | None = None) -> dict[str, Any]:
        tree = example(changes)
        for party in tree["parties"]:
            key = self.keys.get(party["id"])
            if key is not None:
                party["keys"][0].update(kid=key.kid, public=b64encode(key.public).decode())
        return tree

    def yaml(self, changes: dict[str, Any] | None = None) -> bytes:
        return json.dumps(self.tree(changes)).encode()

    def signed_by(
        self, party: str, changes: dict[str, Any] | None = None, *, key: SigningKey | None = None
    ) -> dict[str, Any]:
        """The document as that party's node would send it."""
        tree = self.tree(changes)
        text = _text(tree)
        signer = key or self.keys[party]
        value = b64encode(signer.sign(text)).decode()
        return {
            "memorandum": tree,
            "signatures": [{"party": party, "kid": signer.kid, "signed_at": "2026-11-23T11:00:00Z", "value": value}],
        }


def _text(tree: dict[str, Any]) -> bytes:
    memorandum = read_memorandum(tree)
    assert not isinstance(memorandum, tuple), memorandum
    return render_memorandum(memorandum)


def _bytes(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)


def _in_force(pair: Pair, changes: dict[str, Any] | None = None, at: datetime = NOW) -> Document:
    return countersign(pair.ru, _bytes(pair.signed_by("oac.by", changes)), actor="anna", at=at)


def test_a_proposal_is_signed_and_kept_but_has_no_force(pair: Pair) -> None:
    document = propose(pair.ru, pair.yaml(), actor="anna", at=NOW)
    assert document.signed_by() == {"cctld.ru"}
    assert find_newest("oac.by").status == "proposed"  # type: ignore[union-attr]
    assert find_in_force("oac.by", at=NOW) is None
    again = propose(pair.ru, pair.yaml(), actor="anna", at=NOW + HOUR)
    assert render_document(again) == render_document(document)
    assert [event.event for event in list_events(URN, 1)] == ["propose"]


def test_the_countersigner_signs_and_it_is_in_force(pair: Pair) -> None:
    document = _in_force(pair)
    assert document.is_complete()
    stored = find_in_force("oac.by", at=NOW)
    assert stored is not None
    assert stored.digest == document.digest
    assert [(event.event, event.party) for event in list_events(URN, 1)] == [
        ("propose", "oac.by"), ("countersign", "cctld.ru"), ("enter-force", "cctld.ru"),
    ]  # fmt: skip


def test_the_proposer_adopts_the_returned_file_and_doing_it_twice_changes_nothing(pair: Pair) -> None:
    proposed = propose(pair.ru, pair.yaml(), actor="anna", at=NOW)
    returned = json.loads(render_document(proposed))
    returned["signatures"] += pair.signed_by("oac.by")["signatures"]
    adopted = countersign(pair.ru, _bytes(returned), actor="anna", at=NOW + HOUR)
    assert adopted.is_complete()
    events = [event.event for event in list_events(URN, 1)]
    assert events == ["propose", "countersign", "enter-force"]
    assert countersign(pair.ru, _bytes(returned), actor="anna", at=NOW + DAY) == adopted
    assert [event.event for event in list_events(URN, 1)] == events


def test_before_its_day_it_is_countersigned_and_then_in_force_by_itself(pair: Pair) -> None:
    _in_force(pair, {"effective": "2026-12-01T00:00:00Z"})
    assert find_in_force("oac.by", at=NOW) is None
    assert find_governing("oac.by", at=NOW).status == "countersigned"  # type: ignore[union-attr]
    assert find_in_force("oac.by", at=datetime(2026, 12, 1, tzinfo=UTC)) is not None


def _forged(document: dict[str, Any], pair: Pair) -> None:
    document["memorandum"]["evidence"]["min_score"] = 0.1


def _unknown_key(document: dict[str, Any], pair: Pair) -> None:
    document["signatures"][0]["kid"] = "by-1999-1"


def _expired_key(document: dict[str, Any], pair: Pair) -> None:
    document["signatures"][0]["signed_at"] = "2030-01-01T00:00:00Z"


def _stranger(document: dict[str, Any], pair: Pair) -> None:
    document["signatures"][0]["party"] = "vnnic.vn"


def _nobody(document: dict[str, Any], pair: Pair) -> None:
    document["signatures"] = []


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_forged, "bad-signature"),
        (_unknown_key, "unknown-key"),
        (_expired_key, "key-not-valid"),
        (_stranger, "not-a-party"),
        (_nobody, "nobody-else-signed"),
    ],
)
def test_what_is_not_well_signed_is_refused_and_not_kept(
    pair: Pair, spoil: Callable[[dict[str, Any], Pair], None], code: str
) -> None:
    document = pair.signed_by("oac.by")
    spoil(document, pair)
    with pytest.raises(InputError, match=code):
        countersign(pair.ru, _bytes(document), actor="anna", at=NOW)
    assert not Memorandum.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"parties.0.keys.0.kid": "ru-1999-1"}, "our-key-is-missing"),
        ({"parties.0.keys.0.public": b64encode(b"x" * 32).decode()}, "not-our-key"),
        ({"parties.0.keys.0.not_after": "2026-02-01"}, "key-not-valid"),
        ({"parties.0.zones": ["ru", "tatar"]}, "not-our-zone"),
        ({"parties.0.zones": ["ru", "su"]}, "zone-of-another"),
        ({"parties.0.id": "faitid.org", "parties.0.zones": ["moscow"]}, "not-a-party"),
        ({"legal_text.digest": "sha256:REPLACE"}, "placeholder"),
    ],
)
def test_we_do_not_sign_what_misnames_us(pair: Pair, changes: dict[str, Any], code: str) -> None:
    tree = pair.tree()
    for path, value in changes.items():
        place: Any = tree
        *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        for parent in parents:
            place = place[parent]
        place[last] = value
    with pytest.raises(InputError, match=code):
        propose(pair.ru, _bytes(tree), actor="anna", at=NOW)
    if code != "zone-of-another":
        value = b64encode(pair.keys["oac.by"].sign(_text(tree))).decode()
        kid = pair.keys["oac.by"].kid
        signature = {"party": "oac.by", "kid": kid, "signed_at": "2026-11-23T11:00:00Z", "value": value}
        with pytest.raises(InputError, match=code):
            countersign(pair.ru, _bytes({"memorandum": tree, "signatures": [signature]}), actor="anna", at=NOW)
    assert not Memorandum.objects.exists()


def test_a_partner_cannot_sign_in_our_name_with_a_key_it_names_as_ours(pair: Pair, tmp_path: Path) -> None:
    theirs = make_keys(tmp_path / "forger", "ru-forged")
    tree = pair.tree()
    ours = tree["parties"][0]["keys"]
    ours.append({**ours[0], "kid": theirs.kid, "public": b64encode(theirs.public).decode()})
    text = _text(tree)
    signatures = [
        {
            "party": party,
            "kid": key.kid,
            "signed_at": "2026-11-23T11:00:00Z",
            "value": b64encode(key.sign(text)).decode(),
        }
        for party, key in (("oac.by", pair.keys["oac.by"]), ("cctld.ru", theirs))
    ]
    with pytest.raises(InputError, match="not-our-signature"):
        countersign(pair.ru, _bytes({"memorandum": tree, "signatures": signatures}), actor="anna", at=NOW)
    assert not Memorandum.objects.exists()


def test_all_that_is_wrong_is_told_at_once(pair: Pair) -> None:
    with pytest.raises(InputError) as refused:
        propose(pair.ru, pair.yaml({"version": 0, "scope.subject": "content"}), actor="anna", at=NOW)
    assert "version" in refused.value.message
    assert "scope.subject" in refused.value.message


def test_another_text_under_the_same_version_is_refused(pair: Pair) -> None:
    propose(pair.ru, pair.yaml(), actor="anna", at=NOW)
    with pytest.raises(ConflictError, match="another text"):
        propose(pair.ru, pair.yaml({"demo": False}), actor="anna", at=NOW)


def test_suspension_is_one_sided_at_once_and_has_a_reason(pair: Pair) -> None:
    _in_force(pair)
    with pytest.raises(InputError, match="say why"):
        suspend(pair.ru, URN, reason=" ", actor="anna", at=NOW)
    suspend(pair.ru, URN, reason="keys may be stolen", actor="anna", at=NOW)
    assert find_in_force("oac.by", at=NOW) is None
    governing = find_governing("oac.by", at=NOW)
    assert governing is not None
    item = Item(kind="outcome", sender="cctld.ru", recipient="oac.by", zone="by", category="phishing")
    decision = decide(item, governing.memorandum, at=NOW, status=governing.status)
    assert (decision.verdict, decision.clause, decision.reason) == ("refuse", "11", "suspended")
    assert MemorandumEvent.objects.get(event="suspend").reason == "keys may be stolen"
    with pytest.raises(ConflictError):
        suspend(pair.ru, URN, reason="again", actor="anna", at=NOW)


def test_a_suspended_text_is_not_opened_by_adopting_it_again(pair: Pair) -> None:
    document = _in_force(pair)
    suspend(pair.ru, URN, reason="keys may be stolen", actor="anna", at=NOW)
    countersign(pair.ru, render_document(document), actor="anna", at=NOW)
    assert find_in_force("oac.by", at=NOW) is None


def test_an_amendment_that_waits_for_its_day_is_suspended_too(pair: Pair) -> None:
    first = _in_force(pair)
    later = {"version": 2, "supersedes": {"version": 1, "digest": first.digest}, "effective": "2026-12-01T00:00:00Z"}
    _in_force(pair, later)
    suspend(pair.ru, URN, reason="keys may be stolen", actor="anna", at=NOW)
    assert find_in_force("oac.by", at=NOW + 30 * DAY) is None


def test_to_resume_both_must_agree(pair: Pair) -> None:
    _in_force(pair)
    suspend(pair.ru, URN, reason="keys may be stolen", actor="anna", at=NOW)
    ours = resume(pair.ru, URN, reason="they were not", actor="anna", at=NOW + HOUR)
    assert ours.status == "suspended"
    theirs = resume(pair.by, URN, reason="agreed", actor="boris", at=NOW + HOUR)
    early = resume(pair.by, URN, reason="too early", actor="boris", at=NOW - DAY)
    with pytest.raises(InputError, match="between the suspension and now"):
        resume(pair.ru, URN, reason="x", actor="anna", at=NOW + HOUR, partners=(early.statement,))
    spoilt = theirs.statement.replace(b'"version":1', b'"version":2')
    with pytest.raises(InputError, match="another version"):
        resume(pair.ru, URN, reason="x", actor="anna", at=NOW + HOUR, partners=(spoilt,))
    forged = json.loads(theirs.statement)
    forged["value"] = json.loads(ours.statement)["value"]
    with pytest.raises(InputError, match="not good"):
        resume(pair.ru, URN, reason="x", actor="anna", at=NOW + HOUR, partners=(_bytes(forged),))
    with pytest.raises(InputError, match="no statement"):
        resume(pair.ru, URN, reason="x", actor="anna", at=NOW + HOUR, partners=(b"{}",))
    done = resume(pair.ru, URN, reason="both agreed", actor="anna", at=NOW + 2 * HOUR, partners=(theirs.statement,))
    assert done.status == "in-force"
    assert find_in_force("oac.by", at=NOW + 2 * HOUR) is not None


def test_an_amendment_supersedes_when_it_enters_force(pair: Pair) -> None:
    first = _in_force(pair)
    second = {"version": 2, "supersedes": {"version": 1, "digest": first.digest}, "evidence.min_score": 0.7}
    _in_force(pair, second, at=NOW + HOUR)
    stored = find_in_force("oac.by", at=NOW + HOUR)
    assert stored is not None
    assert stored.version == 2
    assert [(version.version, version.status) for version in list_versions(at=NOW + HOUR)] == [
        (2, "in-force"),
        (1, "terminated"),
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"version": 2, "supersedes": {"version": 1, "digest": "sha256:" + "0" * 64}}, "not-the-former-text"),
        ({"version": 3, "supersedes": {"version": 2, "digest": "sha256:" + "0" * 64}}, "not-the-next-version"),
    ],
)
def test_an_amendment_must_follow_what_is_kept(pair: Pair, changes: dict[str, Any], code: str) -> None:
    _in_force(pair)
    with pytest.raises(InputError, match=code):
        propose(pair.ru, pair.yaml(changes), actor="anna", at=NOW)
    with pytest.raises(InputError, match=code):
        countersign(pair.ru, _bytes(pair.signed_by("oac.by", changes)), actor="anna", at=NOW)


def test_a_node_may_begin_with_a_later_version(pair: Pair) -> None:
    _in_force(pair, {"version": 3, "supersedes": {"version": 2, "digest": "sha256:" + "0" * 64}})
    assert find_in_force("oac.by", at=NOW).version == 3  # type: ignore[union-attr]


def test_withdrawing_keeps_the_promised_notice(pair: Pair) -> None:
    _in_force(pair)
    ends = end_memorandum(pair.ru, URN, reason="law changed", actor="anna", at=NOW)
    assert ends == NOW + 30 * DAY
    assert end_memorandum(pair.ru, URN, reason="again", actor="anna", at=NOW + DAY) == ends
    assert find_in_force("oac.by", at=ends - HOUR) is not None
    assert find_in_force("oac.by", at=ends) is None
    assert find_governing("oac.by", at=ends).status == "terminated"  # type: ignore[union-attr]
    with pytest.raises(ConflictError, match="ended"):
        end_memorandum(pair.ru, URN, reason="again", actor="anna", at=ends)


def test_without_notice_and_for_a_mere_proposal_it_ends_at_once(pair: Pair) -> None:
    propose(pair.ru, pair.yaml(), actor="anna", at=NOW)
    assert end_memorandum(pair.ru, URN, reason="changed our mind", actor="anna", at=NOW) == NOW
    assert find_version(URN, 1).status == "terminated"  # type: ignore[union-attr]
    with pytest.raises(ConflictError):
        end_memorandum(pair.ru, URN, reason="again", actor="anna", at=NOW)


def test_what_is_not_there_is_said_to_be_not_there(pair: Pair) -> None:
    with pytest.raises(NotFoundError):
        suspend(pair.ru, URN, reason="x", actor="anna", at=NOW)
    with pytest.raises(NotFoundError):
        get_document(URN, 1)
    assert find_in_force("oac.by", at=NOW) is None
    assert list(preview(pair.ru, "oac.by", at=NOW)) == []


def test_asking_what_governs_costs_two_small_queries(pair: Pair, django_assert_max_num_queries: Any) -> None:
    _in_force(pair)
    with django_assert_max_num_queries(2):
        find_in_force("oac.by", at=NOW)


def test_parsed_texts_are_shared(pair: Pair) -> None:
    _in_force(pair)
    one, other = find_in_force("oac.by", at=NOW), find_in_force("oac.by", at=NOW)
    assert one is not None
    assert other is not None
    assert one.memorandum is other.memorandum
    assert one.memorandum != made()
