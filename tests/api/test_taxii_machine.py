"""A poster, a deleter and pollers against a model: nothing is hidden, doubled or out of order, whatever comes when."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from api.taxii_world import NOW, Reader, new, stix_id
from comity.store import taxii_append
from comity.store.taxii_append import append_objects, remove_objects
from comity.store.taxii_matches import Match, Versions, find_objects
from comity.store.taxii_pages import Range

pytestmark = pytest.mark.django_db

TLP = "TLP:GREEN"
NUMBERS = st.integers(0, 11)
VERSIONS = st.integers(0, 3)


class Collection(RuleBasedStateMachine):
    """The model: (number, version) in the order of commits."""

    @initialize()
    def begin(self) -> None:
        self.reader = Reader()
        self.pk = self.reader.collections[TLP].pk
        self.held: list[tuple[int, int]] = []
        self.ever: set[tuple[int, int]] = set()
        self.seen: set[tuple[int, int]] = set()  # by a poller that keeps only the time of the last object
        self.last = ""
        self.following: dict[str, str] = {}

    @rule(objects=st.lists(st.tuples(NUMBERS, VERSIONS), max_size=9))
    def post(self, objects: list[tuple[int, int]]) -> None:
        with transaction.atomic():
            positions = append_objects(self.pk, [new(*one) for one in objects], at=NOW)
        fresh = [one for one in dict.fromkeys(objects) if one not in self.held]
        assert len(positions) == len(fresh)
        self.held += fresh
        self.ever.update(fresh)

    @rule(number=NUMBERS)
    def delete(self, number: int) -> None:
        match = Match(ids=(stix_id(number),), versions=Versions(every=True))
        with transaction.atomic():
            found, _ = find_objects(Range(self.pk, 0, 0, 2**40), match, 100)
            remove_objects(self.pk, [one.position for one in found])
        gone = [one for one in self.held if one[0] == number]
        assert len(found) == len(gone)
        self.held = [one for one in self.held if one[0] != number]
        self.ever -= set(gone)

    @rule(limit=st.integers(1, 5))
    def poll(self, limit: int) -> None:
        query = {"limit": str(limit), "match[version]": "all"} | ({"added_after": self.last} if self.last else {})
        response = self.reader.client.get(self.reader.url(TLP), query)
        self.seen.update(map(_key, response.json().get("objects", [])))
        self.last = response.headers.get("X-TAXII-Date-Added-Last", self.last)

    @rule(limit=st.integers(1, 5))
    def follow(self, limit: int) -> None:
        """Go on by `next`; the same question twice has the same answer."""
        query = {"limit": str(limit), **self.following}
        page = self.reader.page(TLP, query)
        assert self.reader.page(TLP, query) == page
        self.following = {"next": page["next"]} if page.get("more") else {}

    @rule(limit=st.integers(1, 7), every=st.booleans())
    def read_all(self, limit: int, every: bool) -> None:
        query = {"match[version]": "all"} if every else {}
        found = [_key(one) for one in self.reader.everything(TLP, limit, query)]
        newest = {number: max(v for n, v in self.held if n == number) for number, _ in self.held}
        assert found == [one for one in self.held if every or newest[one[0]] == one[1]]
        manifest = self.reader.everything(TLP, limit, query, "manifest/")
        assert [one["id"] for one in manifest] == [stix_id(number) for number, _ in found]
        assert sorted(one["date_added"] for one in manifest) == [one["date_added"] for one in manifest]

    @invariant()
    def one_poller_misses_nothing(self) -> None:
        if not hasattr(self, "reader"):
            return
        after = self.last
        left: set[tuple[int, int]] = set()
        query = {"match[version]": "all"} | ({"added_after": after} if after else {})
        left.update(map(_key, self.reader.page(TLP, query).get("objects", [])))
        assert self.seen | left >= self.ever


def _key(one: dict[str, Any]) -> tuple[int, int]:
    """Which of the model's objects it is."""
    number = next(number for number in range(12) if one["id"] == stix_id(number))
    return number, int(one["modified"][17:19])


def test_the_collection_is_as_its_model(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taxii_append, "SEGMENT_OBJECTS", 4)  # so that a few objects are many segments

    class Machine(Collection):
        def teardown(self) -> None:
            transaction.savepoint_rollback(self.point)

        @initialize()
        def begin(self) -> None:
            self.point = transaction.savepoint()
            super().begin()

    quick = settings(max_examples=12, stateful_step_count=18, suppress_health_check=[*HealthCheck], deadline=None)
    case = type("Case", (Machine.TestCase,), {"settings": quick})
    case("runTest").runTest()  # type: ignore[attr-defined]
