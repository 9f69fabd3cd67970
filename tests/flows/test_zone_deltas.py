"""Whatever comes and goes, a zone brought up to date by what changed is the zone as it is fetched whole."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import dns.message
import dns.name
import dns.xfr
import dns.zone
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.edges.home import Home, ZoneSettings
from comity.edges.zone_settings import read_zones, timers_of
from comity.flows.answer_zone import ZoneAnswers
from comity.flows.block import block
from comity.flows.spool_zone import Spools
from flows.blocked import AT, home_at, subscribe, tell, told_case, withdrawn

pytestmark = pytest.mark.django_db

# What a round tells: of which name, by which of its cases, whether it is withdrawn; and how much later the round is.
CHANGE = st.tuples(st.integers(0, 5), st.integers(0, 1), st.booleans())
ROUND = st.tuples(st.lists(CHANGE, max_size=6), st.sampled_from((0, 1, 3600, 90_000)), st.integers(0, 9))


def fetch(answers: ZoneAnswers, origin: str, old: dns.zone.Zone | None) -> tuple[dns.zone.Zone, int]:
    """Fetch a zone as dnspython does; and in how many messages it came."""
    zone = dns.zone.Zone(dns.name.from_text(origin))
    if old is not None:
        with zone.writer() as copy:
            for name, rdataset in old.iterate_rdatasets():
                copy.add(name, rdataset)
    query, serial = dns.xfr.make_query(zone)
    count, done = 0, False
    with dns.xfr.Inbound(zone, query.question[0].rdtype, serial) as inbound:
        for wire in answers.answer(query.to_wire(), "127.0.0.1", True):
            message = dns.message.from_wire(wire, xfr=True, origin=zone.origin, one_rr_per_rrset=bool(serial))
            done, count = inbound.process_message(message), count + 1
    assert done
    return zone, count


@pytest.mark.usefixtures("db")
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rounds=st.lists(ROUND, min_size=1, max_size=6))
def test_deltas_and_whole_zones_agree(
    tmp_path: Path, rounds: list[tuple[list[tuple[int, int, bool]], int, int]]
) -> None:
    key = f"r{uuid4().hex[:20]}"
    origin = f"{key}.example.by"
    home = home_at(tmp_path, **{f"{key}_example_by": ZoneSettings(subscriber=key, allow=("127.0.0.1",))})
    blocking = msgspec.structs.replace(home.settings.blocking, base_seconds=0)
    home = Home(home.path, msgspec.structs.replace(home.settings, blocking=blocking))
    subscriber, at = subscribe(key), AT
    answers = ZoneAnswers(read_zones(home), lambda _name: None, timers_of(home), Spools(tmp_path), lambda: at)
    held: dict[tuple[int, int], bool] = {}
    older: dict[str, list[dns.zone.Zone]] = {origin: [], f"hot.{origin}": []}
    for changes, later, pick in rounds:
        at += timedelta(seconds=later)
        items = []
        for name, number, gone in changes:
            item = told_case(f"demo-{name}.by", number=number, at=AT)
            items.append(withdrawn(item) if gone else item)
            held[name, number] = not gone
        tell(subscriber, items, at=at)
        block(home, at=at)
        for zone_name, kept in older.items():
            whole, _ = fetch(answers, zone_name, None)
            if kept:
                brought, count = fetch(answers, zone_name, kept[pick % len(kept)])
                assert (brought, count) == (whole, 1)
            kept.append(whole)
        wanted = {f"demo-{name}.by" for (name, _number), is_held in held.items() if is_held}
        names = {str(name) for name in older[origin][-1].nodes} - {"@"}
        assert names == wanted | {f"*.{name}" for name in wanted}
