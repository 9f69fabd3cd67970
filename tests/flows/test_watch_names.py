"""Names after an action: looked at when it is time, by real DNS and RDAP; what is new is told, and nothing is done."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from comity.core.case_steps import Step
from comity.core.cases import CaseEntry
from comity.core.errors import InputError, SettingError
from comity.core.observations import Resolution
from comity.edges.home import DnsSettings, Home, NodeSettings, RdapSettings
from comity.flows.advance_cases import advance_cases, same_step
from comity.flows.observe import observe, registrable_of
from comity.flows.record_action import record_action
from comity.flows.watch_names import watch_names
from comity.store.cases import get_case, timeline
from comity.store.models import Observation, Watch
from comity.store.observations import newest, newest_looks
from comity.store.watches import claim_watch, count_not_holding, find_watch
from flows.desk import ANNA, AT, BORIS, OWN, new_case, open_some

pytestmark = pytest.mark.django_db

NAME = "kassa-demo.by"
HOUR = timedelta(hours=1)


class Zone:
    """What the name server says of every name: its addresses, or that there is no such name, or nothing at all."""

    def __init__(self) -> None:
        self.addresses = ["203.0.113.7"]
        self.rcode = dns.rcode.NOERROR
        self.asked = 0


@contextmanager
def name_server(zone: Zone) -> Iterator[int]:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(0.05)
        stopping = threading.Event()

        def serve() -> None:
            while not stopping.is_set():
                try:
                    data, whom = sock.recvfrom(2048)
                except TimeoutError:
                    continue
                zone.asked += 1
                question = dns.message.from_wire(data)
                answer = dns.message.make_response(question, recursion_available=True)
                answer.set_rcode(zone.rcode)
                first = question.question[0]
                if zone.rcode == dns.rcode.NOERROR and first.rdtype == dns.rdatatype.A and zone.addresses:
                    answer.answer.append(dns.rrset.from_text(first.name, 60, "IN", "A", *zone.addresses))
                sock.sendto(answer.to_wire(), whom)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield sock.getsockname()[1]
        finally:
            stopping.set()
            thread.join()


@pytest.fixture
def zone() -> Zone:
    return Zone()


@pytest.fixture
def home(zone: Zone) -> Iterator[Home]:
    with name_server(zone) as port:
        yield home_at(port)


def home_at(port: int, rdap: RdapSettings | None = None) -> Home:
    dns_settings = DnsSettings(server="127.0.0.1", port=port, deadline_seconds=1.0)
    settings = NodeSettings(
        party=OWN, zones=("by",), secret_key="s" * 50, dns=dns_settings, rdap=rdap or RdapSettings()
    )
    return Home(path=Path("nowhere"), settings=settings)


def brought(home: Home, action: str, name: str = NAME) -> str:
    """A case with an action that was just taken."""
    (ref,) = open_some(new_case(name))
    path = [
        Step(event="start_triage", actor=ANNA),
        Step(event="confirm", actor=ANNA, score=0.9, disposition="malicious", collateral="nothing"),
    ]
    if action == "server-hold":
        path += [Step(event="propose_hold", actor=ANNA, reason="r", score=0.9), Step(event="approve_hold", actor=BORIS)]
    else:
        path += [Step(event="send_notice", actor=ANNA)]
    for step in path:
        outcome = advance_cases(home, same_step([ref], step), at=AT)
        assert outcome.done == (ref,), outcome.refused
    if action != "server-hold":
        assert record_action(home, [ref], ANNA, action, at=AT).done == (ref,)
    return ref


def watched(home: Home, *hours: float) -> list[int]:
    return [watch_names(home, at=AT + number * HOUR) for number in hours]


def last(ref: str) -> CaseEntry:
    return timeline(get_case(ref).pk)[-1]


def test_a_delegation_that_comes_back_is_a_recurrence(home: Home, zone: Zone) -> None:
    ref = brought(home, "delegation-ended")
    zone.rcode = dns.rcode.NXDOMAIN
    assert watched(home, 0.5, 1, 1.5) == [0, 1, 0]  # cheap: only when it is due
    assert get_case(ref).state == "mitigated"
    zone.rcode = dns.rcode.NOERROR
    assert watched(home, 4) == [1]
    entry = last(ref)
    assert (entry.event, entry.reason, entry.role) == ("recurrence_seen", "resolves-again", "system")
    assert "203.0.113.7" in entry.note
    assert get_case(ref).state == "confirmed"
    assert watched(home, 5, 24, 48) == [0, 0, 0]  # people decide now


def test_a_name_on_hold_that_resolves_again_is_told_and_stays_on_hold(home: Home, zone: Zone) -> None:
    ref = brought(home, "server-hold")
    zone.rcode = dns.rcode.NXDOMAIN
    watched(home, 1)
    zone.rcode = dns.rcode.NOERROR
    watched(home, 3, 6, 12)
    told = [entry.reason for entry in timeline(get_case(ref).pk) if entry.event == "observed"]
    assert told == ["resolves-again"]
    assert get_case(ref).state == "on_hold"
    assert count_not_holding() == 1
    zone.rcode = dns.rcode.NXDOMAIN
    watched(home, 24)
    assert count_not_holding() == 0


def test_a_resolver_that_fails_says_so_and_is_asked_again(home: Home, zone: Zone) -> None:
    ref = brought(home, "server-hold")
    zone.rcode = dns.rcode.SERVFAIL
    assert watched(home, 1, 2, 4, 11) == [1, 1, 1, 1]
    entry = last(ref)
    assert (entry.event, entry.reason) == ("observed", "state-unknown")
    looks = newest_looks(NAME)
    assert [(look.kind, look.error, learned) for look, learned in looks] == [("dns", "servfail", None)]
    zone.rcode = dns.rcode.NXDOMAIN
    watched(home, 36)
    seen = newest(NAME, "dns")
    assert seen is not None
    assert isinstance(seen.value, Resolution)
    assert last(ref) == entry


def test_a_hold_that_is_lifted_is_watched_no_more(home: Home, zone: Zone) -> None:
    ref = brought(home, "server-hold")
    assert advance_cases(home, same_step([ref], Step(event="cured", actor=ANNA)), at=AT).done
    assert watched(home, 1, 24) == [0, 0]
    assert zone.asked == 0
    watch = find_watch(get_case(ref).pk)
    assert watch is not None
    assert watch.next_at is None


def test_a_second_action_begins_the_watch_anew(home: Home, zone: Zone) -> None:
    ref = brought(home, "delegation-ended")
    zone.rcode = dns.rcode.NXDOMAIN
    watched(home, 1)
    zone.rcode = dns.rcode.NOERROR
    watched(home, 4)
    later = AT + 5 * HOUR
    for step in (Step(event="send_notice", actor=ANNA), Step(event="registrar_acted", actor=ANNA, action="sinkhole")):
        assert advance_cases(home, same_step([ref], step), at=later).done
    watch = find_watch(get_case(ref).pk)
    assert watch is not None
    assert (watch.action, watch.since, watch.next_at) == ("sinkhole", later, later + HOUR)
    assert watched(home, 7) == [1]
    assert get_case(ref).state == "mitigated"


def test_a_watch_ends_after_thirty_days(home: Home, zone: Zone) -> None:
    zone.rcode = dns.rcode.NXDOMAIN
    ref = brought(home, "server-hold")
    at: datetime | None = AT
    looks = 0
    while at is not None:
        looks += watch_names(home, at=at)
        (watch,) = Watch.objects.all()
        at = watch.next_at
    assert 30 <= looks <= 40
    assert [entry.event for entry in timeline(get_case(ref).pk)][-1] == "approve_hold"
    assert Observation.objects.count() == looks == Watch.objects.get().looks


def test_a_look_that_was_begun_by_somebody_who_died_is_made_again(home: Home, zone: Zone) -> None:
    ref = brought(home, "server-hold")
    watch = find_watch(get_case(ref).pk)
    assert watch is not None
    assert claim_watch(watch, until=AT + HOUR + timedelta(minutes=10))
    assert not claim_watch(watch, until=AT + 2 * HOUR)
    assert watched(home, 1.1) == [0]
    assert watched(home, 1.2) == [1]
    assert zone.asked


def test_only_what_is_due_is_read(home: Home, zone: Zone) -> None:
    for number in range(30):
        brought(home, "cleaned", name=f"site-{number}-demo.by")
    assert watched(home, 0.9) == [0]
    assert watched(home, 1, 1, 1) == [20, 10, 0]
    assert zone.asked > 0


def test_a_node_that_can_ask_nobody_watches_nothing() -> None:
    home = Home(path=Path("nowhere"), settings=NodeSettings(party=OWN, zones=("by",), secret_key="s" * 50))
    brought(home, "delegation-ended")
    assert not Watch.objects.exists()
    assert watched(home, 1) == [0]
    with pytest.raises(SettingError, match="rdap"):
        observe(home, NAME, at=AT)


def test_a_failed_question_is_a_look_with_its_code(home: Home) -> None:
    rdap = RdapSettings(servers={"by": "https://127.0.0.1:1/"}, deadline_seconds=1.0)
    looks = observe(home_at(home.settings.dns.port, rdap), NAME, at=AT).looks
    assert [(look.kind, look.error) for look in looks] == [("rdap", "unreachable"), ("dns", "")]
    assert Observation.objects.count() == 2


@pytest.mark.parametrize("text", ["hxxps://www.kassa-demo[.]by/login", "KASSA-demo.by."])
def test_a_name_may_be_typed_in_any_form(home: Home, text: str) -> None:
    assert registrable_of(home, text) == NAME
    with pytest.raises(InputError):
        registrable_of(home, "by")
