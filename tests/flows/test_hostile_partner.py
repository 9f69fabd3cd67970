"""A partner's node is untrusted: whatever it sends is answered, stops nothing else, and touches nobody else's case."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from django.db import transaction

from comity.core.exchange import IncomingEntry
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.acknowledge import acknowledge
from comity.flows.apply_entry import apply_entries
from comity.flows.dismiss import dismiss
from comity.flows.join import resume_link
from comity.store import models
from comity.store.case_peers import add_peers
from comity.wire.link_batch import PAYLOAD_MAX_BYTES
from comity.wire.stix import EXTENSION, MAX_PAYLOAD_BYTES, parse_case_event, parse_report
from flows.two_parties import AT, Parties, file, outgoing, phishing

pytestmark = pytest.mark.django_db

NAME = "http://bank-demo-a1.by/login"
ANALYST_BY = Actor("alena", "analyst", "oac.by")


@pytest.fixture
def parties(tmp_path: Path) -> Parties:
    return Parties(tmp_path)


def from_ru(parties: Parties, *names: str) -> list[IncomingEntry]:
    parties.sit(parties.ru)
    file(parties.ru, *map(phishing, names))
    entries = outgoing()
    parties.sit(parties.by)
    return entries


def rewritten(entry: IncomingEntry, **changed: object) -> IncomingEntry:
    """The entry as another program might have written it."""
    read = parse_report if entry.kind == "report" else parse_case_event
    payload = msgspec.to_builtins(msgspec.structs.replace(read(entry.payload), **changed))
    key, kind = ("report", "indicator") if entry.kind == "report" else ("event", "incident")
    extension = {"extension_type": "property-extension", key: payload}
    data = msgspec.json.encode(
        {"type": "bundle", "objects": [{"type": kind, "id": "x", "extensions": {EXTENSION: extension}}]}
    )
    return entry._replace(payload=data)


def test_times_without_a_zone_do_not_stop_the_ledger(parties: Parties) -> None:
    entries = from_ru(parties, NAME, "http://bank-demo-a2.by/login")
    naive = datetime(2026, 11, 23, 3, 0)  # noqa: DTZ001 — what a partner may send
    bad = rewritten(entries[0], decided_at=naive)
    assert apply_entries(parties.by, "cctld.ru", [bad, entries[1]], at=AT) == ["payload:bad-time", ""]


def test_an_identifier_of_another_matter_joins_no_strangers_case(parties: Parties) -> None:
    stranger = UUID("11111111-1111-4111-8111-111111111111")
    (entry,) = from_ru(parties, NAME)
    file(parties.by, phishing("http://other-demo-b7.by/login", report_id=stranger))
    taken = rewritten(entry, report_id=stranger)._replace(subject=str(stranger))
    assert apply_entries(parties.by, "cctld.ru", [taken], at=AT) == ["report-id-taken"]
    assert not models.CasePeer.objects.exists()


def test_one_identifier_for_two_matters_is_refused_within_a_batch(parties: Parties) -> None:
    first, second = from_ru(parties, NAME, "http://bank-demo-a2.by/login")
    again = rewritten(second, report_id=UUID(first.subject))._replace(subject=first.subject)
    assert apply_entries(parties.by, "cctld.ru", [first, again], at=AT) == ["", "report-id-taken"]


def test_an_entry_is_found_by_what_it_says(parties: Parties) -> None:
    (entry,) = from_ru(parties, NAME)
    elsewhere = entry._replace(subject="22222222-2222-4222-8222-222222222222")
    assert apply_entries(parties.by, "cctld.ru", [elsewhere], at=AT) == ["subject-mismatch"]
    assert not models.Report.objects.exists()


def test_what_the_sender_did_not_take_out_is_not_kept_here(parties: Parties) -> None:
    (entry,) = from_ru(parties, NAME)
    told = parse_report(entry.payload).report
    leaky = msgspec.structs.replace(
        told, source_ref="ticket of Ivanov", name=NAME + "?e=anna@mail-demo.by", personal_data={"credentials": "x"}
    )
    bad = rewritten(entry, report=leaky)
    assert apply_entries(parties.by, "cctld.ru", [bad], at=AT) == [""]
    body = bytes(models.Report.objects.get().body)
    assert not any(word in body for word in (b"Ivanov", b"anna", b"credentials"))


def test_an_address_in_the_url_does_not_leave_in_any_field(parties: Parties) -> None:
    (entry,) = from_ru(parties, "http://olga:pw@bank-demo-a1.by/login?e=anna@mail-demo.by")
    assert not any(word in entry.payload for word in (b"anna", b"olga"))
    assert parse_report(entry.payload).target == "http://bank-demo-a1.by/login?e=redacted"
    assert apply_entries(parties.by, "cctld.ru", [entry], at=AT) == [""]


def test_very_many_cases_of_a_partner_do_not_keep_our_case_open(parties: Parties) -> None:
    entries = from_ru(parties, NAME)
    apply_entries(parties.by, "cctld.ru", entries, at=AT)
    case = models.Case.objects.get()
    add_peers([(case.pk, "cctld.ru", str(UUID(int=number))) for number in range(2000)])
    assert acknowledge(parties.by, [case.ref], ANALYST_BY, at=AT).done == (case.ref,)
    assert dismiss(parties.by, [case.ref], ANALYST_BY, "not_reproducible", at=AT).done == (case.ref,)
    told = [parse_case_event(one.payload) for one in outgoing()]
    assert len({peer for one in told if one.event == "outcome" for peer in one.peer_cases}) == 2001


def test_a_report_that_no_entry_can_hold_stays_and_stops_nothing(parties: Parties) -> None:
    parties.sit(parties.ru)
    large = phishing(NAME, tags=("x" * 70_000,))
    assert file(parties.ru, large, phishing("http://bank-demo-a2.by/login")).accepted == 2
    assert [one.verdict for one in models.Decision.objects.order_by("pk")] == ["refuse", "send"]
    assert models.Decision.objects.order_by("pk")[0].reason == "too-large-to-send"
    assert len(outgoing()) == 1
    assert PAYLOAD_MAX_BYTES == MAX_PAYLOAD_BYTES


def test_the_desk_goes_on_while_a_link_is_stopped_and_what_waited_goes_out_when_it_is_resumed(parties: Parties) -> None:
    entries = from_ru(parties, NAME)
    apply_entries(parties.by, "cctld.ru", entries, at=AT)
    case = models.Case.objects.get()
    models.Link.objects.update(state="stopped")
    assert acknowledge(parties.by, [case.ref], ANALYST_BY, at=AT).done == (case.ref,)

    file(parties.by, phishing("http://shop-demo-b2.ru/login"))
    assert models.Case.objects.get(zone="ru").state == "received"
    resume_link(parties.by, "cctld.ru", at=AT)
    assert models.Case.objects.get(zone="ru").state == "referred"
    assert [one.kind for one in outgoing()] == ["case-event", "report"]


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({"memorandum": "a\0b"}, "payload:bad-value"),
        ({"clause": "\0"}, "payload:bad-value"),
        ({"target": "x" * 60_000}, "payload:bad-value"),
        ({"target": "x" * 16_384}, "name:too-long"),
        ({"target": "\U0001f4a9" * 14_000}, "name:too-long"),
    ],
    ids=["NUL in the digest", "NUL in the clause", "a long target", "the longest target", "the widest target"],
)
def test_a_text_that_no_column_or_answer_can_hold_stops_nothing(
    parties: Parties, changed: dict[str, object], answer: str
) -> None:
    first, second = from_ru(parties, NAME, "http://bank-demo-a2.by/login")
    assert apply_entries(parties.by, "cctld.ru", [rewritten(first, **changed), second], at=AT) == [answer, ""]
    assert [entry.kind for entry in outgoing()] == ["case-event"] * answer.startswith("name:")


def texts_of(tree: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where in a tree of values a text stands."""
    if isinstance(tree, dict | list):
        for key, inner in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from texts_of(inner, (*path, key))
    elif isinstance(tree, str):
        yield path


def with_text(data: bytes, path: tuple[str | int, ...], text: str) -> bytes:
    tree = place = msgspec.json.decode(data)
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = text
    return msgspec.json.encode(tree)


@pytest.mark.parametrize("text", ["a\0b", "x" * 50_000, ""], ids=["NUL", "long", "empty"])
def test_whatever_stands_in_one_text_of_a_report_the_next_is_taken(parties: Parties, text: str) -> None:
    first, second = from_ru(parties, NAME, "http://bank-demo-a2.by/login")
    assert_next_is_taken(parties.by, "cctld.ru", first, second, text)


@pytest.mark.parametrize("text", ["a\0b", "x" * 50_000, ""], ids=["NUL", "long", "empty"])
def test_whatever_stands_in_one_text_of_an_event_the_next_is_taken(parties: Parties, text: str) -> None:
    entries = from_ru(parties, NAME)
    apply_entries(parties.by, "cctld.ru", entries, at=AT)
    acknowledge(parties.by, [models.Case.objects.get().ref], ANALYST_BY, at=AT)
    (event,) = outgoing()
    parties.sit(parties.ru)
    file(parties.ru, phishing(NAME))  # the same case as before
    assert_next_is_taken(parties.ru, "oac.by", event, event, text)


def assert_next_is_taken(node: Home, sender: str, entry: IncomingEntry, after: IncomingEntry, text: str) -> None:
    places = list(texts_of(msgspec.json.decode(entry.payload)))
    assert len(places) > 15
    for path in places:
        bad = entry._replace(payload=with_text(entry.payload, path, text))
        with transaction.atomic():
            assert apply_entries(node, sender, [bad, after], at=AT)[1] == "", path
            transaction.set_rollback(True)
