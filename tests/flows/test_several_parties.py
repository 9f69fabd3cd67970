"""A memorandum of several parties at one node: signatures put together, zones of every party, versions on the way."""

import json
from base64 import b64encode
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from comity.core.errors import ConflictError, InputError
from comity.core.exchange import IncomingEntry, LinkStoppedError, OutgoingEntry
from comity.edges.home import Home
from comity.edges.keys import load_signing_key
from comity.edges.tls import own_authority
from comity.flows.apply_entry import apply_entries
from comity.flows.countersign import countersign
from comity.flows.join import halt_link, join, resume_link
from comity.flows.propose import propose
from comity.flows.receive import receive_batch
from comity.flows.set_up import NewNode, set_up
from comity.store.memoranda import find_in_force, find_version, list_events
from comity.store.models import Decision, LedgerEntry
from comity.store.reports import partners_by_zone
from comity.wire.memorandum_document import Document, parse_document, render_document
from flows.test_keys import batch
from flows.two_parties import AT, Parties, file, outgoing, phishing
from flows.whole_store import empty_store
from memoranda_made import example

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


class Three(Parties):
    """cctld.ru, oac.by and vnnic.vn, and a text that names all three."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        new = NewNode("vnnic.vn", (), "127.0.0.1", 8443, 9443, "sqlite:///x")
        self.vn = set_up(directory / "vn", new, at=AT)
        self.nodes = (self.ru, self.by, self.vn)
        self.tree = example({"id": "urn:comity:memo:three:demo", "personal_data.on_request.legal": {}})
        self.tree["accession"] = {"clause": "1.1", "open_to": "registries", "needs": "all_signatures"}
        model = self.tree["parties"][0]
        self.tree["parties"] = [
            model | {"id": home.party, "zones": list(home.zones), "keys": [_key(home, model["keys"][0])]}
            for home in self.nodes
        ]

    def text(self) -> bytes:
        return json.dumps(self.tree).encode()

    def proposed(self) -> bytes:
        empty_store()
        return render_document(propose(self.ru, self.text(), actor="test", at=AT))

    def countersigned(self, home: Home, data: bytes) -> bytes:
        empty_store()
        return render_document(countersign(home, data, actor="test", at=AT))


def _key(home: Home, model: dict[str, Any]) -> dict[str, Any]:
    key = load_signing_key(home)
    return model | {"kid": key.kid, "public": b64encode(key.public).decode()}


@pytest.fixture
def three(tmp_path: Path) -> Three:
    return Three(tmp_path)


def test_signatures_that_come_side_by_side_are_put_together_and_all_are_needed(three: Three) -> None:
    proposed = three.proposed()
    by_by, by_vn = three.countersigned(three.by, proposed), three.countersigned(three.vn, proposed)
    empty_store()
    propose(three.ru, three.text(), actor="anna", at=AT)
    half = countersign(three.ru, by_by, actor="anna", at=AT)
    assert half.signed_by() == {"cctld.ru", "oac.by"}
    assert find_in_force("oac.by", at=AT) is None
    whole = countersign(three.ru, by_vn, actor="anna", at=AT)
    assert whole.is_complete()
    for partner in ("oac.by", "vnnic.vn"):
        stored = find_in_force(partner, at=AT)
        assert stored is not None
        assert stored.partners("cctld.ru") == ("oac.by", "vnnic.vn")
    empty_store()
    countersign(three.by, render_document(whole), actor="vera", at=AT)
    assert next((event.event, event.party) for event in list_events(three.tree["id"], 1)) == ("propose", "cctld.ru")


def test_a_memorandum_of_two_goes_before_one_of_three(three: Three) -> None:
    whole = three.countersigned(three.vn, three.countersigned(three.by, three.proposed()))
    three.sit(three.ru, linked=False)  # with the memorandum of the two
    countersign(three.ru, whole, actor="anna", at=AT)
    of_two, of_three = find_in_force("oac.by", at=AT), find_in_force("vnnic.vn", at=AT)
    assert of_two is not None
    assert of_three is not None
    assert (len(of_two.memorandum.parties), len(of_three.memorandum.parties)) == (2, 3)
    assert partners_by_zone("cctld.ru", at=AT) == {
        "by": "oac.by", "xn--90ais": "oac.by", "vn": "vnnic.vn",
    }  # fmt: skip


def test_a_report_goes_to_the_party_of_its_zone_alone(three: Three) -> None:
    whole = three.countersigned(three.vn, three.countersigned(three.by, three.proposed()))
    empty_store()
    countersign(three.vn, whole, actor="anna", at=AT)
    for other in (three.ru, three.by):
        join(three.vn, other.party, url="https://127.0.0.1:9443/", ca_pem=own_authority(other), at=AT)
    file(three.vn, phishing("https://bank-demo.by/login"))
    entries = LedgerEntry.objects.filter(ledger__direction="out")
    assert [entry.ledger.link.partner for entry in entries] == ["oac.by"]
    (sent,) = outgoing()
    empty_store()
    countersign(three.by, whole, actor="vera", at=AT)
    join(three.by, "vnnic.vn", url="https://127.0.0.1:9443/", ca_pem=own_authority(three.vn), at=AT)
    assert arrive(three.by, sent, at=AT, partner="vnnic.vn") == ""
    empty_store()
    countersign(three.ru, whole, actor="anna", at=AT)
    join(three.ru, "vnnic.vn", url="https://127.0.0.1:9443/", ca_pem=own_authority(three.vn), at=AT)
    assert arrive(three.ru, sent, at=AT, partner="vnnic.vn").endswith(":not-the-recipients-zone")


def test_a_party_joins_only_by_a_text_that_says_who_may(three: Three) -> None:
    former = parse_document(three.countersigned(three.vn, three.countersigned(three.by, three.proposed())))
    assert isinstance(former, Document)
    empty_store()
    countersign(three.ru, render_document(former), actor="anna", at=AT)
    tree = three.tree | {"version": 2, "supersedes": {"version": 1, "digest": former.digest}}
    newcomer = tree["parties"][0] | {"id": "fid.su", "zones": ["su"]}
    tree["parties"] = [*tree["parties"], newcomer]
    closed = {name: value for name, value in tree.items() if name != "accession"}
    with pytest.raises(InputError, match=r"fid\.su would join.*accession-missing"):
        propose(three.ru, json.dumps(closed).encode(), actor="anna", at=AT)
    assert propose(three.ru, json.dumps(tree).encode(), actor="anna", at=AT).signed_by() == {"cctld.ru"}


def test_a_link_is_stopped_by_hand_and_opened_again(three: Three) -> None:
    three.sit(three.by)
    halt_link(three.by, "cctld.ru", reason="their machine was broken into", actor="vera", at=AT)
    body = batch(load_signing_key(three.ru), [OutgoingEntry("test", "a", b"1")])
    with pytest.raises(LinkStoppedError):
        receive_batch(three.by, "cctld.ru/ledger/oac.by", body, at=AT)
    with pytest.raises(ConflictError):
        halt_link(three.by, "cctld.ru", reason="again", actor="vera", at=AT)
    with pytest.raises(InputError):
        halt_link(three.by, "cctld.ru", reason=" ", actor="vera", at=AT)
    resume_link(three.by, "cctld.ru", at=AT)
    assert receive_batch(three.by, "cctld.ru/ledger/oac.by", body, at=AT).taken == 1


def arrive(home: Home, entry: IncomingEntry, *, at: datetime, partner: str = "cctld.ru") -> str:
    """What a node answers to an entry, in a transaction as `receive` does it."""
    with transaction.atomic():
        (answer,) = apply_entries(home, partner, [entry], at=at)
    return answer


@pytest.mark.parametrize("waits", [timedelta(0), 2 * HOUR])
def test_what_was_decided_by_a_version_is_weighed_by_that_version(three: Three, waits: timedelta) -> None:
    """The next version forbids what this one allowed; a report is on its way when it takes force."""
    three.sit(three.ru)
    file(three.ru, phishing("https://bank-demo.by/one"), phishing("https://bank-demo.by/two"))
    on_the_way = outgoing()
    first = json.loads(three.signed)["memorandum"]
    stricter = first | {"version": 2, "effective": f"{AT + HOUR + waits:%Y-%m-%dT%H:%M:%SZ}"}
    kinds = first["exchange"]["kinds"]
    kinds = kinds | {"report": kinds["report"] | {"max_per_day": 0}}
    stricter["exchange"] = first["exchange"] | {"kinds": kinds}
    former = parse_document(three.signed)
    assert isinstance(former, Document)
    stricter["supersedes"] = {"version": 1, "digest": former.digest}
    second = render_document(propose(three.ru, json.dumps(stricter).encode(), actor="anna", at=AT))
    three.sit(three.by)
    changes_at = AT + HOUR + waits
    countersign(three.by, second, actor="vera", at=AT + HOUR)
    kept = find_version(first["id"], 1)
    assert kept is not None
    assert kept.status == ("in-force" if waits else "terminated")
    assert arrive(three.by, on_the_way[0], at=changes_at + HOUR) == ""
    assert Decision.objects.get(direction="in").memorandum == former.digest
    # Clocks disagree, and a text is adopted at one node before the other: for a day the old one may still be cited.
    # What was decided later than that is asked by the new one.
    late = _later(on_the_way[1], changes_at + 25 * HOUR)
    answer = arrive(three.by, late, at=changes_at + 26 * HOUR)
    assert answer == f"{stricter['exchange']['clause']}:over-daily-cap"


def _later(entry: IncomingEntry, at: datetime) -> IncomingEntry:
    bundle = json.loads(entry.payload)
    (extension,) = bundle["objects"][0]["extensions"].values()
    extension["report"]["decided_at"] = at.isoformat()
    extension["report"]["report"] |= {"observed_at": at.isoformat(), "verified_at": at.isoformat()}
    return entry._replace(payload=json.dumps(bundle).encode())
