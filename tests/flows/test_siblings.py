"""From a confirmed case to its siblings, kept, and to enquiries; what people said stays; nothing is held by it."""

from datetime import timedelta
from pathlib import Path

import pytest

from comity.core.errors import ConflictError, ForbiddenError, InputError, NotFoundError
from comity.core.findings import PART
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.find_siblings import find_siblings, find_siblings_of_all
from comity.flows.index_siblings import index_siblings
from comity.flows.settle_siblings import dismiss_siblings, enquire_siblings
from comity.store.campaigns import list_campaigns
from comity.store.models import CampaignSibling, Case, Report, SweepFinding
from flows.desk import ANNA, AT, NODE, OLGA, new_case, open_some
from flows.siblings_made import FAMILY, SEED, confirmed_case, node_with_names

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return node_with_names(tmp_path_factory.mktemp("siblings"))


def states() -> dict[str, str]:
    return dict(CampaignSibling.objects.values_list("name", "state"))


def test_siblings_are_found_kept_and_become_enquiries_and_nothing_else(home: Home) -> None:
    ref = confirmed_case()
    kept = find_siblings(home, ref, ANNA, at=AT)
    assert {member.name for member in kept.campaign.members} == set(FAMILY)
    kinds = {sign.kind for sign in kept.campaign.signs}
    assert kinds == {"servers", "burst", "pattern"}  # first seen on one day, on servers of their own, of one shape
    assert (kept.row.made_by, kept.row.as_of.isoformat()) == ("anna", "2026-11-24")
    (other,) = open_some(new_case(FAMILY[1]))
    done = enquire_siblings(ref, [FAMILY[0], FAMILY[1], "strange.by"], ANNA, at=AT)
    assert (set(done.done), done.left) == (set(FAMILY[:2]), {"strange.by": "unknown"})
    rows = {row.name: row for row in SweepFinding.objects.filter(kind="sibling")}
    assert (rows[FAMILY[0]].state, rows[FAMILY[0]].subject) == ("open", SEED)
    assert rows[FAMILY[0]].detail.split(PART)[0].startswith("servers ns1.demo.su ns2.demo.su (5 / ")
    assert (rows[FAMILY[1]].state, rows[FAMILY[1]].case.ref) == ("joined-case", other)
    assert enquire_siblings(ref, [FAMILY[0]], ANNA, at=AT).left == {FAMILY[0]: "enquiry-made"}
    assert not Report.objects.exists()
    assert Case.objects.count() == 2


def test_what_was_said_of_a_sibling_stays_when_it_is_found_again(home: Home) -> None:
    ref = confirmed_case()
    find_siblings(home, ref, ANNA, at=AT)
    said = dismiss_siblings(ref, [FAMILY[0]], ANNA, "other-owner", note="a school", at=AT)
    assert said.done == (FAMILY[0],)
    find_siblings(home, ref, ANNA, at=AT + timedelta(days=1))
    assert states() == dict.fromkeys(FAMILY[1:], "open") | {FAMILY[0]: "not-related"}
    row = CampaignSibling.objects.get(name=FAMILY[0])
    assert (row.reason, row.note, row.settled_by, row.settled_at) == ("other-owner", "a school", "anna", AT)
    assert dismiss_siblings(ref, [FAMILY[0]], ANNA, "chance", at=AT).left == {FAMILY[0]: "not-related"}
    ((listed),) = list_campaigns()
    assert (listed.siblings, listed.waiting) == (4, 3)


@pytest.mark.parametrize("disposition", ["compromised", "undetermined", ""])
def test_a_hacked_site_has_no_siblings(home: Home, disposition: str) -> None:
    ref = confirmed_case(disposition=disposition)
    with pytest.raises(ConflictError, match="registered for abuse alone"):
        find_siblings(home, ref, ANNA, at=AT)


def test_who_may_not_and_what_is_not_is_said(home: Home) -> None:
    ref = confirmed_case()
    with pytest.raises(ForbiddenError):
        find_siblings(home, ref, OLGA, at=AT)
    with pytest.raises(NotFoundError):
        find_siblings(home, "0000-0000-0000", ANNA, at=AT)
    with pytest.raises(NotFoundError):
        enquire_siblings(ref, [], ANNA, at=AT)
    find_siblings(home, ref, ANNA, at=AT)
    for settle in (enquire_siblings, lambda *args, at: dismiss_siblings(*args, "chance", at=at)):
        with pytest.raises(ForbiddenError):
            settle(ref, FAMILY, Actor("p", "policy-officer", OLGA.party), at=at_noon())
    for reason, note, field in (("burnt", "", "reason"), ("other", " ", "note"), ("chance", "x" * 501, "note")):
        with pytest.raises(InputError) as refused:
            dismiss_siblings(ref, FAMILY, ANNA, reason, note=note, at=AT)
        assert refused.value.item == field
    Case.objects.filter(ref=ref).update(state="triage")
    with pytest.raises(ConflictError, match="confirmed case"):
        find_siblings(home, ref, ANNA, at=AT)
    (foreign,) = open_some(new_case("demo.ru", zone="ru", party="cctld.ru"))
    with pytest.raises(ConflictError, match="not ours"):
        find_siblings(home, foreign, ANNA, at=AT)


def at_noon() -> object:
    return AT


def test_every_case_that_waits_is_looked_for_once(home: Home) -> None:
    ref, absent = confirmed_case(), confirmed_case(name="not-there.by")
    done = find_siblings_of_all(home, NODE, at=AT)
    assert (done.found, done.none, done.absent) == ((ref,), (), (absent,))
    assert find_siblings_of_all(home, NODE, at=AT).found == ()


def test_the_index_follows_the_snapshots_and_keeps_registrations(tmp_path: Path) -> None:
    home = node_with_names(tmp_path, days=1)
    table = tmp_path / "reg.tsv"
    table.write_text("oknadomdom.by\tREG-1\t2026-01-01\n")
    first = index_siblings(home, registrations=[table])
    assert first.described.has_registrations
    node_with_names(tmp_path / "other")
    (tmp_path / "sweeps" / "names" / "by" / "current").unlink()
    with pytest.raises(NotFoundError, match="no snapshot of by"):
        index_siblings(home)
    (tmp_path / "other" / "sweeps" / "names" / "by").rename(tmp_path / "sweeps" / "names" / "later")
    (tmp_path / "sweeps" / "names" / "by").rename(tmp_path / "away")
    (tmp_path / "sweeps" / "names" / "later").rename(tmp_path / "sweeps" / "names" / "by")
    second = index_siblings(home)
    assert (second.described.names, second.described.has_registrations) == (first.described.names + 5, True)
    assert sorted(path.name for path in (tmp_path / "sweeps" / "names").iterdir()) == ["by", "siblings"]
