"""What docs/spec/keys.md §6 says of a thief with a signing key: how far it gets, and how it shows."""

from datetime import timedelta
from pathlib import Path

import pytest

from comity.core.errors import ConflictError
from comity.core.examination import weigh_answer
from comity.core.exchange import Ask, ForgedError, ForkError, IncomingEntry, OutgoingEntry, Question
from comity.core.ledger import Frontier, Head, entry_hash
from comity.edges.keys import SigningKey, activate, load_public_keys
from comity.flows.answer import answer_status, give_back
from comity.flows.apply_revocations import recall_revocations
from comity.flows.join import resume_link
from comity.flows.receive import receive_batch
from comity.flows.revoke_key import revoke_key
from comity.flows.use_key import use_key
from comity.store.links import get_ledger, get_link, partner_keys
from comity.store.models import LedgerEntry, Report
from comity.store.revoked_keys import find_doubtful, find_revoked
from comity.wire.checkpoint import read_head
from comity.wire.question import sign_question
from flows.test_keys import OLD, World, batch
from flows.two_parties import AT, file, outgoing, phishing

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
ORIGIN = "cctld.ru/ledger/oac.by"


class Robbed(World):
    """cctld.ru has sent one report; oac.by sits; somebody has the old key of cctld.ru."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.overlap(self.ru)
        file(self.ru, phishing("https://bank-demo.by/one"), phishing("https://bank-demo.by/two"))
        self.honest = [OutgoingEntry(entry.kind, entry.subject, entry.payload) for entry in outgoing()]
        self.statement = revoke_key(self.ru, OLD, reason="compromised", since=AT - HOUR, actor="anna", at=AT).statement
        self.overlap(self.by)
        receive_batch(self.by, ORIGIN, batch(self.old, self.honest[:1]), at=AT - 2 * HOUR)
        self.stolen = [*self.honest[:1], OutgoingEntry("test", "stolen", b"what cctld.ru never said")]


@pytest.fixture
def robbed(tmp_path: Path) -> Robbed:
    return Robbed(tmp_path)


def received() -> list[str]:
    entries = LedgerEntry.objects.filter(ledger__direction="in").order_by("position")
    return list(entries.values_list("subject", flat=True))


def question(key: SigningKey, entries: list[OutgoingEntry], *, counter: int, ask: Ask = "status") -> bytes:
    root = Frontier().extend([entry_hash(*entry) for entry in entries])[0].root()
    asked = Question(ask, counter, Head(ORIGIN, len(entries), root))
    return sign_question(asked, "cctld.ru", key.public, key.sign)


def test_the_next_honest_message_contradicts_it_and_both_heads_are_kept(robbed: Robbed) -> None:
    receive_batch(robbed.by, ORIGIN, batch(robbed.old, robbed.stolen, start=1), at=AT)
    assert received()[1:] == ["stolen"]
    with pytest.raises(ForkError):
        receive_batch(robbed.by, ORIGIN, batch(robbed.new, robbed.honest, start=1), at=AT)
    link = get_link("cctld.ru")
    assert link.state == "stopped"
    assert link.reason.count(f"\n{ORIGIN}\n2\n") == 2, "two heads of one size, both signed by keys of cctld.ru"
    assert received()[1:] == ["stolen"], "nothing of the second history was applied"
    assert Report.objects.count() == 1
    assert find_doubtful("cctld.ru", AT - HOUR, AT) == (1, 1)
    resume_link(robbed.by, "cctld.ru", at=AT)
    assert get_link("cctld.ru").state == "open"


def test_whoever_asks_first_learns_that_somebody_signed_in_its_name(robbed: Robbed) -> None:
    """Also when the stolen key is revoked: that the partner shows its signature is no forgery of the partner's."""
    receive_batch(robbed.by, ORIGIN, batch(robbed.old, robbed.stolen, start=1), at=AT)
    answer = answer_status(robbed.by, ORIGIN, question(robbed.new, robbed.honest[:1], counter=1), at=AT)
    told = read_head(
        answer, sender=load_public_keys(robbed.ru), receiver=load_public_keys(robbed.by), receiver_name="oac.by"
    )
    assert told.signed_by == (OLD,)
    leaves = [entry_hash(*entry) for entry in robbed.honest[:1]]
    root = Frontier().extend(leaves)[0].root()
    event = weigh_answer(told, origin=ORIGIN, size=1, receipted=1, sent=0, root_at=lambda _size: root)
    assert event == "behind"


def test_what_no_partner_cosigned_before_the_revocation_is_worth_nothing_after_it(robbed: Robbed) -> None:
    said = OutgoingEntry("key-revocation", OLD, robbed.statement)
    receive_batch(robbed.by, ORIGIN, batch(robbed.new, [*robbed.honest[:1], said], start=1), at=AT)
    assert [key.kid for key in partner_keys("cctld.ru", at=AT)] == ["ru-2027-1"]
    for entries, start in ((robbed.stolen, 1), (robbed.stolen[1:], 0), ([*robbed.honest[:1], said, *robbed.stolen], 2)):
        with pytest.raises(ForgedError):
            receive_batch(robbed.by, ORIGIN, batch(robbed.old, entries, start=start), at=AT)
    for ask in (answer_status, give_back):
        kind: Ask = "status" if ask is answer_status else "recall"
        with pytest.raises(ForgedError):
            ask(robbed.by, ORIGIN, question(robbed.old, robbed.honest[:1], counter=2, ask=kind), at=AT)
    assert get_link("cctld.ru").state == "open", "a thief without a believed key cannot even stop the link"
    ledger = get_ledger(get_link("cctld.ru"), "in")
    assert (ledger.size, ledger.receipt_size) == (2, 2)


def test_a_restored_node_hears_from_its_own_ledger_that_its_key_was_revoked(robbed: Robbed) -> None:
    activate(robbed.ru.path, OLD)  # a backup from before the revocation: nothing is known of it
    robbed.overlap(robbed.ru)
    assert find_revoked("cctld.ru") == frozenset()
    back = [IncomingEntry(1, "key-revocation", OLD, robbed.statement), IncomingEntry(2, "key-revocation", OLD, b"{}")]
    recall_revocations(robbed.ru, back, at=AT)
    assert find_revoked("cctld.ru") == {robbed.old.public}
    with pytest.raises(ConflictError, match="was revoked"):
        use_key(robbed.ru, OLD, at=AT)
