"""Response policy zones as text and as wire say the same; what they must not hold is never written."""

import dns.message
import dns.name
import dns.rdatatype
import dns.zone
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.errors import InputError
from comity.wire.dns_message import parse_query, render_answer
from comity.wire.rpz import Timers, check_action, render_ns, render_records, render_soa, render_zone_text

ORIGIN = "rpz.example.by"
LABEL = st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
NAMES = st.lists(st.builds(lambda one, other: f"{one}.{other}", LABEL, LABEL), unique=True, max_size=20)
ACTIONS = st.sampled_from(["nxdomain", "nodata", "warning.example.by"])


@given(names=NAMES, action=ACTIONS, serial=st.integers(1, 2**33))
def test_text_and_wire_are_the_same_zone(names: list[str], action: str, serial: int) -> None:
    text = "".join(render_zone_text(ORIGIN, serial, names, action=action))
    zone = dns.zone.from_text(text, origin=ORIGIN)
    query = parse_query(dns.message.make_query(ORIGIN, "AXFR").to_wire())
    records = render_soa(serial, Timers()) + render_ns() + render_records(names, action)
    answer = dns.message.from_wire(render_answer(query, records, 2 + 2 * len(names)))
    said = {
        (rrset.name.relativize(zone.origin), rrset.rdtype, record.to_text())
        for rrset in answer.answer
        for record in rrset
    }
    read = {
        (name, rds.rdtype, record.to_text(origin=zone.origin, relativize=False))
        for name, rds in zone.iterate_rdatasets()
        for record in rds
    }
    assert said == read
    assert len(read) == 2 + 2 * len(names)
    for name in names:
        assert {f"{name}", f"*.{name}"} <= {str(one) for one in zone.nodes}


@pytest.mark.parametrize(
    "action", ["", "block", "rpz-drop", "rpz-passthru.example", "a b.example", "x" * 70 + ".by", "."]
)
def test_an_action_is_one_of_three(action: str) -> None:
    with pytest.raises(InputError):
        check_action(action)
