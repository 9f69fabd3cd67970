"""Several couriers and several web processes on one store: nothing is sent or taken twice, whichever comes first."""

import json
import ssl
import threading
from collections.abc import Callable
from http.client import HTTPSConnection
from pathlib import Path

import pytest

from comity.demo.tally import read_progress
from comity.testing.harness import Harness
from exchange.pair import Pair
from exchange.test_processes import BY, RU

pytestmark = [pytest.mark.processes, pytest.mark.stores]


def test_three_couriers_carry_every_entry_once(pair: Pair) -> None:
    pair.start()
    command = pair.ru.processes["courier"].args
    assert isinstance(command, list)
    for number in (2, 3):
        pair.ru._start(f"courier {number}", command, {})
    for node, other in pair.directions():
        node.begin("append", other.party, "0", "3000", "20")
    assert pair.ru.wait("append") == pair.by.wait("append") == 0
    held = pair.settle(seconds=120)
    wanted = [str(number) for number in range(3000)]
    for sender, receiver in ((held["ru"], held["by"]), (held["by"], held["ru"])):
        assert sender["sent"] == receiver["received"] == wanted
        assert receiver["root_received"] == sender["root_sent"]
        assert sender["differences"] == receiver["differences"] == []
        assert sender["state"] == receiver["state"] == "open"
    assert all(process.poll() is None for process in pair.ru.processes.values()), pair.ru.tell()


def test_the_same_reports_filed_at_three_web_processes_are_stored_and_sent_once(
    tmp_path: Path, new_database: Callable[[], str] | None
) -> None:
    with Harness(tmp_path, new_database=new_database) as t:
        ru, by = t.node(RU), t.node(BY)
        file = ru.place.path / "node.toml"
        file.write_text(file.read_text().replace("[web]\n", "[web]\nworkers = 3\n"))
        t.memorandum(ru, by)
        ru.work("person", "add", "olga", "--role", "supervisor", "--no-password")
        token = json.loads(ru.work("person", "token", "olga", "--label", "test", "--json"))["token"]
        t.start()
        reports = [
            "".join(json.dumps(_report(f"bank-demo-{batch}-{number}.by")) + "\n" for number in range(40)).encode()
            for batch in range(3)
        ]
        answers: list[dict[str, int]] = []

        def file_all() -> None:
            answers.extend(_post(ru.place.path, ru.place.web_port, token, body) for body in reports)

        threads = [threading.Thread(target=file_all) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        t.settle(ru, by)
        assert len(answers) == 18
        assert sum(answer["accepted"] for answer in answers) == 120
        assert sum(answer["duplicate"] for answer in answers) == 5 * 120
        assert read_progress(ru.place).reports >= 120
        exchanged = t.exchanged(ru, by)
        assert exchanged.cases == 120
        assert not any(exchanged.lost.values()), exchanged.lost
        assert not any(exchanged.doubled.values()), exchanged.doubled


def _report(name: str) -> dict[str, object]:
    return {"name": name, "category": "phishing", "url": f"http://{name}/login"}


def _post(directory: Path, port: int, token: str, body: bytes) -> dict[str, int]:
    context = ssl.create_default_context(cafile=str(directory / "tls" / "ca.pem"))
    connection = HTTPSConnection("127.0.0.1", port, context=context, timeout=60)
    try:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
        connection.request("POST", "/api/v1/reports/batch", body, headers)
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    assert answer.status == 200, text
    told: dict[str, int] = json.loads(text)
    return told
