"""The tables have no hole, and each numbered step of the verification refuses what it is there to refuse."""

from typing import get_args

import pytest

from comity.core.examination import examine, take_back, weigh_answer, weigh_question
from comity.core.exchange import (
    FETCHER,
    RECEIVER,
    REFUSALS,
    SENDER,
    Ask,
    Fetcher,
    FetcherState,
    IncomingEntry,
    LinkRecoveringError,
    LinkStoppedError,
    LinkSuspendedError,
    MisuseError,
    Question,
    Sender,
    SenderState,
    SignedHead,
    SignedQuestion,
    Verdict,
    fetcher_step,
    receiver_step,
    sender_step,
)
from comity.core.ledger import EMPTY_ROOT, Frontier, Head, entry_hash
from comity.core.proofs import ReadNode, consistency_proof

ORIGIN = "cctld.ru/ledger/oac.by"
ENTRIES = [IncomingEntry(position, "report", "", b"%d" % position) for position in range(20)]
LEAVES = [entry_hash(*entry[1:]) for entry in ENTRIES]


def edge(size: int, leaves: list[bytes] = LEAVES) -> Frontier:
    return Frontier().extend(leaves[:size])[0]


def reader(leaves: list[bytes]) -> ReadNode:
    return lambda height, index: Frontier().extend(leaves[index << height : (index + 1) << height])[0].root()


def claim(size: int, leaves: list[bytes] = LEAVES, *, signed: bool = True, origin: str = ORIGIN) -> SignedHead:
    return SignedHead(Head(origin, size, edge(size, leaves).root()), ("ru-2026-1",) if signed else ())


def verdict(signed: SignedHead, start: int, entries: list[IncomingEntry], held: int) -> Verdict:
    return examine(signed, start, entries, origin=ORIGIN, held=edge(held), read=reader(LEAVES[:held])).verdict


def test_a_batch_that_extends_the_ledger_is_taken() -> None:
    found = examine(claim(12), 7, ENTRIES[7:12], origin=ORIGIN, held=edge(7), read=reader(LEAVES[:7]))
    assert found.verdict == "take"
    assert list(found.entries) == ENTRIES[7:12]
    assert found.frontier == edge(12)


def test_of_an_overlapping_batch_only_the_new_end_is_taken() -> None:
    found = examine(claim(12), 3, ENTRIES[3:12], origin=ORIGIN, held=edge(7), read=reader(LEAVES[:7]))
    assert found.verdict == "take"
    assert list(found.entries) == ENTRIES[7:12]
    assert list(found.leaves) == LEAVES[7:12]
    assert found.frontier == edge(12)


def test_each_step_refuses_what_it_is_there_to_refuse() -> None:
    other = [entry_hash("report", "", b"another history %d" % position) for position in range(20)]
    rewritten = LEAVES[:5] + other[5:]
    altered = [*ENTRIES[7:11], IncomingEntry(11, "report", "", b"altered")]
    assert verdict(claim(12, origin="oac.by/ledger/cctld.ru"), 7, ENTRIES[7:12], 7) == "wrong-origin"  # (1)
    assert verdict(claim(12, signed=False), 7, ENTRIES[7:12], 7) == "unsigned"  # (2)
    assert verdict(claim(13), 7, ENTRIES[7:12], 7) == "wrong-size"  # (3)
    assert verdict(claim(12), 8, ENTRIES[8:12], 7) == "gap"  # (4)
    assert verdict(claim(6, rewritten), 3, ENTRIES[3:6], 7) == "fork"  # (6): a signed head within what is held
    assert verdict(claim(7, rewritten), 7, [], 7) == "fork"  # (6): at the very end, without any entry
    assert verdict(claim(12), 7, altered, 7) == "mismatch"  # (7): altered on the way, or worse; nothing is applied
    assert verdict(claim(12, rewritten), 7, ENTRIES[7:12], 7) == "mismatch"  # (7)
    assert verdict(claim(6), 3, [*ENTRIES[3:5], altered[-1]], 7) == "mismatch"  # (7): the head is ours, the entries not
    assert verdict(claim(6), 3, ENTRIES[3:6], 7) == "repeat"
    assert verdict(claim(0), 0, [], 0) == "repeat"
    assert verdict(claim(0), 0, [], 7) == "repeat"


def test_entries_that_were_signed_in_place_of_those_held_are_a_fork() -> None:
    """(8): the sender signed a history with other entries where it had signed ours before."""
    entries = [*ENTRIES[:5], *(IncomingEntry(position, "report", "", b"x%d" % position) for position in range(5, 12))]
    rewritten = [entry_hash(*entry[1:]) for entry in entries]
    assert verdict(claim(12, rewritten), 3, entries[3:], 7) == "fork"


OTHER = [entry_hash("report", "", b"other")] * 20


def question(
    ask: Ask, size: int, leaves: list[bytes] = LEAVES, *, counter: int = 6, signed: bool = True, origin: str = ORIGIN
) -> SignedQuestion:
    head = Head(origin, size, edge(size, leaves).root())
    return SignedQuestion(Question(ask, counter, head), ("ru-2026-1",) if signed else ())


def weighed(asked: SignedQuestion, held: int = 7, receipted: int = 7) -> Verdict:
    return weigh_question(
        asked, origin=ORIGIN, counter=5, held=edge(held), receipted=receipted, read=reader(LEAVES[:held])
    )


@pytest.mark.parametrize("ask", ["status", "recall"])
def test_a_senders_question_is_answered_unless_it_contradicts_what_it_signed(ask: Ask) -> None:
    assert weighed(question(ask, 5, origin="x")) == "wrong-origin"  # (1)
    assert weighed(question(ask, 5, signed=False)) == "unsigned"  # (2)
    assert weighed(question(ask, 5, counter=5)) == "stale"  # (3)
    assert weighed(question(ask, 5)) == "repeat"  # (4)
    assert weighed(question(ask, 0)) == "repeat"
    assert weighed(question(ask, 12)) == "repeat"  # (6): no news
    assert weighed(question(ask, 12, OTHER)) == "repeat"
    assert weighed(question(ask, 5, OTHER)) == "fork"


def test_a_fetchers_question_shows_what_this_node_has_lost_or_that_the_partner_holds_another_history() -> None:
    assert weighed(question("fetch", 5), receipted=3) == "repeat"  # (4)
    assert weighed(question("fetch", 12), receipted=3) == "behind"  # (5): it has more than we do
    assert weighed(question("fetch", 5, OTHER), receipted=3) == "behind"  # (5): we filed others in their place
    assert weighed(question("fetch", 3, OTHER), receipted=3) == "fork"  # it cosigned another history than it says
    assert weighed(question("fetch", 12, counter=4), receipted=3) == "stale"


@pytest.mark.parametrize(
    ("answer", "sent", "event"),
    [
        (SignedHead(Head("x", 12, b""), ("k",), ("k",)), 0, "forged"),
        (SignedHead(claim(12).head, ("k",), ()), 0, "forged"),
        (SignedHead(Head(ORIGIN, 21, b""), ("k",), ("k",)), 0, "behind"),
        (SignedHead(Head(ORIGIN, 21, b""), (), ("k",)), 0, "forged"),
        (SignedHead(Head(ORIGIN, 12, b"\0" * 32), ("k",), ("k",)), 0, "behind"),  # we signed it and have forgotten
        (SignedHead(Head(ORIGIN, 12, b"\0" * 32), (), ("k",)), 0, "forged"),
        (SignedHead(Head(ORIGIN, 9, b"\0" * 32), ("k",), ("k",)), 0, "fork"),  # within what it receipted
        (SignedHead(Head(ORIGIN, 9, b"\0" * 32), (), ("k",)), 0, "fork"),
        (SignedHead(claim(12).head, ("k",), ("k",)), 13, "refused"),
        (SignedHead(claim(12).head, ("k",), ("k",)), 12, "receipt"),
        (SignedHead(claim(20).head, ("k",), ("k",)), 12, "caught-up"),
        (SignedHead(Head(ORIGIN, 0, EMPTY_ROOT), (), ("k",)), 0, "receipt"),
    ],
)
def test_what_a_sender_learns_from_an_answer(answer: SignedHead, sent: int, event: str) -> None:
    found = weigh_answer(answer, origin=ORIGIN, size=20, receipted=9, sent=sent, root_at=lambda size: edge(size).root())
    assert found == event


def given_back(
    start: int, end: int, *, held: int, head: SignedHead | None = None, proof: tuple[bytes, ...] | None = None
) -> Verdict:
    receipt = head or SignedHead(claim(20).head, ("k",), ("k",))
    made = consistency_proof(end, 20, reader(LEAVES)) if proof is None else proof
    return take_back(receipt, start, ENTRIES[start:end], made, origin=ORIGIN, held=edge(held)).verdict


def test_of_what_is_given_back_each_step_refuses_what_it_is_there_to_refuse() -> None:
    assert given_back(5, 12, held=5) == "take"
    assert given_back(5, 20, held=5) == "take"
    assert given_back(5, 12, held=5, head=SignedHead(Head("x", 20, edge(20).root()), ("k",), ("k",))) == "wrong-origin"
    assert given_back(5, 12, held=5, head=SignedHead(claim(20).head, (), ("k",))) == "unsigned"
    assert given_back(5, 12, held=5, head=SignedHead(claim(20).head, ("k",), ())) == "unsigned"
    assert given_back(6, 12, held=5) == "gap"
    assert given_back(4, 12, held=5) == "gap"
    assert given_back(5, 12, held=5, head=SignedHead(claim(11).head, ("k",), ("k",))) == "wrong-size"
    assert given_back(5, 12, held=5, proof=()) == "mismatch"
    assert given_back(5, 12, held=5, proof=consistency_proof(11, 20, reader(LEAVES))) == "mismatch"
    other = SignedHead(Head(ORIGIN, 20, edge(20, OTHER).root()), ("k",), ("k",))
    assert given_back(5, 20, held=5, head=other) == "mismatch"


def test_every_state_can_be_reached_and_only_stopped_is_final() -> None:
    states = set(get_args(SenderState))
    assert {state for state, _ in SENDER} | {"stopped"} == states
    assert {state for state, _ in SENDER.values()} == states
    assert ("stopped" not in {state for state, _ in SENDER}) is True
    assert all((state == "stopped") == (action == "keep-evidence") for state, action in SENDER.values())


def test_every_state_of_a_fetcher_can_be_reached_and_only_stopped_is_final() -> None:
    states = set(get_args(FetcherState))
    assert {state for state, _ in FETCHER} | {"stopped"} == states
    assert {state for state, _ in FETCHER.values()} == states
    assert all((state == "stopped") == (action == "keep-evidence") for state, action in FETCHER.values())
    with pytest.raises(MisuseError, match="waiting/told"):
        fetcher_step(Fetcher(), "told")


def test_every_verdict_has_its_row_and_every_refusal_its_error() -> None:
    verdicts = set(get_args(Verdict))
    assert {verdict for _, verdict in RECEIVER} == verdicts
    assert set(REFUSALS) == verdicts - {"take", "repeat"}
    assert len({error.code for error in REFUSALS.values()}) == len(REFUSALS)


def test_a_link_that_is_not_open_takes_nothing() -> None:
    for found in get_args(Verdict):
        with pytest.raises(LinkStoppedError):
            receiver_step("stopped", found)
        with pytest.raises(LinkSuspendedError):
            receiver_step("suspended", found)
        with pytest.raises(LinkRecoveringError):
            receiver_step("recovering", found)


def test_own_misuse_is_not_the_peers_fault() -> None:
    with pytest.raises(MisuseError, match="quiet/receipt"):
        sender_step(Sender("quiet"), "receipt")
