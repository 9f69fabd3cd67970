"""The listener's parts by themselves: memory is lent within bounds and in order, turns are fair, seats are given up."""

import asyncio
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from comity.core.errors import ForbiddenError, SettingError
from comity.edges.listener.budget import Budget
from comity.edges.listener.crowd import Crowd, Seat
from comity.edges.listener.limits import Limits, body_max_bytes, memory_bytes
from comity.edges.listener.refusals import BusyError
from comity.edges.listener.trust import read_trust
from comity.edges.listener.turns import Turns
from comity.edges.tls import make_certificates
from comity.wire.link_batch import BATCH_MAX_BYTES


def soon() -> float:
    return asyncio.get_running_loop().time() + 5


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 60), st.booleans()), max_size=30))
def test_memory_is_never_lent_beyond_its_bounds_and_everybody_gets_some(wanted: list[tuple[str, int, bool]]) -> None:
    held: Counter[str] = Counter()

    async def borrow(budget: Budget, owner: str, octets: int, impatient: bool) -> bool:
        with suppress(asyncio.CancelledError):
            async with budget.lend(owner, octets, by=soon()):
                held[owner] += octets
                assert held.total() <= 100
                assert held[owner] <= 60
                try:
                    await asyncio.sleep(0)
                finally:
                    held[owner] -= octets
            return True
        return False

    async def all_of_them() -> None:
        budget = Budget(in_all=100, to_one=60)
        tasks = [asyncio.create_task(borrow(budget, *each)) for each in wanted]
        await asyncio.sleep(0)
        for task, (_, _, impatient) in zip(tasks, wanted, strict=True):
            if impatient and not task.done():
                task.cancel()
        await asyncio.gather(*tasks)
        async with budget.lend("a", 60, by=soon()), budget.lend("b", 40, by=soon()):
            pass  # everything was given back

    asyncio.run(all_of_them())


def test_who_waits_for_its_own_share_holds_nobody_up_and_who_waits_for_all_is_not_overtaken() -> None:
    async def story() -> None:
        budget = Budget(in_all=100, to_one=60)
        order: list[str] = []

        async def borrow(name: str, owner: str, octets: int) -> None:
            async with budget.lend(owner, octets, by=soon()):
                order.append(name)
                await done.wait()

        done = asyncio.Event()
        tasks = []
        for each in (("1", "a", 60), ("2", "a", 10), ("3", "b", 30), ("4", "c", 20), ("5", "d", 5)):
            tasks.append(asyncio.create_task(borrow(*each)))
            await asyncio.sleep(0)
        assert order == ["1", "3"], "2 waits for its share; 4 for all of it; 5 would fit and does not overtake"
        with pytest.raises(BusyError):
            async with budget.lend("e", 5, by=asyncio.get_running_loop().time() + 0.01):
                pass
        done.set()
        await asyncio.gather(*tasks)
        assert sorted(order) == ["1", "2", "3", "4", "5"]

    asyncio.run(story())


def with_worker(turns: Turns[str], story: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        worker = asyncio.create_task(turns.work())
        try:
            await story()
        finally:
            worker.cancel()
            turns.close()

    asyncio.run(run())


def test_one_that_asks_much_delays_itself_only() -> None:
    turns: Turns[str] = Turns(in_all=12, of_one=8)
    worked: list[str] = []
    begin = threading.Event()

    def job(name: str) -> Callable[[], str]:
        def work() -> str:
            begin.wait(5)
            worked.append(name)
            return name

        return work

    async def story() -> None:
        first = asyncio.create_task(turns.take("greedy", job("g0")))
        await asyncio.sleep(0.05)  # the worker has it
        greedy = [asyncio.create_task(turns.take("greedy", job(f"g{number}"))) for number in range(1, 9)]
        await asyncio.sleep(0)
        with pytest.raises(BusyError):
            await turns.take("greedy", job("too much"))
        others = [asyncio.create_task(turns.take(name, job(name))) for name in ("p", "q", "r", "s")]
        await asyncio.sleep(0)
        with pytest.raises(BusyError):
            await turns.take("t", job("no room for anybody"))
        greedy[2].cancel()  # its connection is gone
        begin.set()
        await asyncio.gather(first, *greedy, *others, return_exceptions=True)
        assert worked == ["g0", "g1", "p", "q", "r", "s", "g2", "g4", "g5", "g6", "g7", "g8"]

    with_worker(turns, story)


def test_what_fails_in_the_worker_fails_for_its_asker_and_the_worker_goes_on() -> None:
    turns: Turns[str] = Turns(in_all=2, of_one=2)

    def fail() -> str:
        raise ValueError("a fault of the program")

    async def story() -> None:
        with pytest.raises(ValueError, match="a fault"):
            await turns.take("a", fail)
        assert await turns.take("a", lambda: "well") == "well"

    with_worker(turns, story)


def test_the_longest_silent_makes_room_and_who_is_worked_for_stays() -> None:
    async def story() -> None:
        crowd = Crowd(in_all=5, unknown=2, of_one=2)
        seats: list[Seat] = []
        for number in range(4):
            seat = Seat(heard_at=float(number))
            seat.task = asyncio.create_task(asyncio.sleep(60))
            seats.append(seat)
            assert crowd.enter(seat)
            if number < 2:
                assert crowd.move(seat, "a")
        seats[0].working = True
        late = Seat(heard_at=9.0)
        assert crowd.enter(late)
        assert crowd.move(late, "a")
        await asyncio.sleep(0)
        assert [seat.task.cancelled() for seat in seats if seat.task] == [False, True, True, False], (
            "of a's the one that is not worked for, and of the unknown the older"
        )
        late.working = True
        refused = Seat(heard_at=10.0)
        assert crowd.enter(refused)
        assert not crowd.move(refused, "a"), "both of a's are at work"
        assert {seat.owner for seat in crowd.seats()} == {"a", ""}
        for seat in [*seats, late, refused]:
            crowd.leave(seat)
            crowd.leave(seat)
        assert crowd.seats() == []
        full = [Seat(heard_at=0.0) for _ in range(6)]
        assert [crowd.enter(seat) and crowd.move(seat, str(number)) for number, seat in enumerate(full)].count(
            True
        ) == 5
        for seat in seats:
            seat.end()

    asyncio.run(story())


@pytest.fixture
def homes(tmp_path: Path) -> dict[str, Path]:
    """The tls directories of three parties."""
    for party in ("cctld.ru", "oac.by", "stranger"):
        make_certificates(tmp_path / party, party=party, hosts=("127.0.0.1",), at=datetime.now(UTC))
    return {party: tmp_path / party / "tls" for party in ("cctld.ru", "oac.by", "stranger")}


def der(tls: Path) -> bytes:
    return x509.load_pem_x509_certificate((tls / "node.pem").read_bytes()).public_bytes(Encoding.DER)


def test_the_authority_that_issued_a_certificate_names_the_partner(homes: dict[str, Path], tmp_path: Path) -> None:
    ru, by, stranger = homes.values()
    file = tmp_path / "partners.pem"
    both = (stranger / "ca.pem").read_text() + (ru / "ca.pem").read_text()
    file.write_text(f"# cctld.ru\n{both}# moscow.example\n{(ru / 'ca.pem').read_text()}")
    trust = read_trust(file, by / "node.pem", by / "node.key")
    assert trust.name(der(ru)) == "cctld.ru moscow.example", "two partners may have one authority between them"
    assert trust.name(der(stranger)) == "cctld.ru", "and one partner two, while it changes them"
    for certificate in (der(by), b"rubbish", b""):
        with pytest.raises(ForbiddenError):
            trust.name(certificate)


def test_files_that_cannot_be_used_are_said_to_be_so(homes: dict[str, Path], tmp_path: Path) -> None:
    ru, by, _ = homes.values()
    file = tmp_path / "partners.pem"
    for text in (
        "",
        "# cctld.ru\n",
        "no certificate",
        "# a\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ):
        file.write_text(text)
        with pytest.raises(SettingError, match="certificates cannot be loaded"):
            read_trust(file, by / "node.pem", by / "node.key")
    file.write_text("# cctld.ru\n" + (ru / "ca.pem").read_text())
    with pytest.raises(SettingError):
        read_trust(file, by / "node.pem", ru / "node.key")
    with pytest.raises(SettingError):
        read_trust(tmp_path / "nothing", by / "node.pem", by / "node.key")


def test_the_bounds_fit_together() -> None:
    limits = Limits()
    assert (
        limits.memory_bytes
        >= limits.memory_bytes_a_partner
        >= max(
            memory_bytes(verb, body_max_bytes(verb))
            for verb in ("batch", "status", "fetch", "receipt", "recall", "return", "objects")
        )
    )
    assert memory_bytes("status", 60_000) == 0
    assert memory_bytes("fetch", 300) == BATCH_MAX_BYTES
    assert memory_bytes("batch", 1_000_000) == 1_000_000
    assert limits.queued_a_partner < limits.queued
    assert limits.connections_a_partner + limits.connections_unknown < limits.connections
