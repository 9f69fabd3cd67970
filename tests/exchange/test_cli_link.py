"""`comity link`: what an operator types between two real nodes, and what the program says when something is wrong."""

import json
import subprocess
from pathlib import Path

import pytest

from comity.edges.processes import program
from exchange.pair import Node, Pair, environment

pytestmark = [pytest.mark.processes, pytest.mark.stores]


def comity(node: Node, *words: str) -> subprocess.CompletedProcess[str]:
    command = [*program(), "link", *words, "--dir", str(node.directory)]
    return subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)


def test_sync_status_and_verify_tell_the_truth(pair: Pair) -> None:
    pair.ru.act("append", "oac.by", "0", "1200", "600")
    waiting = json.loads(comity(pair.ru, "status", "--json").stdout)[0]
    assert (waiting["sent"], waiting["receipted"], waiting["lag"], waiting["state"]) == (1200, 0, 1200, "open")

    unreachable = comity(pair.ru, "sync")
    assert unreachable.returncode == 1
    assert "partner-unreachable" in unreachable.stdout

    pair.by.start_listener()
    done = comity(pair.ru, "sync", "oac.by", "--json")
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout)[0]
    assert (row["sent"], row["receipted"], row["lag"], row["last_error"]) == (1200, 1200, 0, "")
    assert row["last_receipt_at"]
    assert comity(pair.ru, "sync").returncode == 0

    told = json.loads(comity(pair.by, "status", "--json").stdout)[0]
    assert (told["received"], told["root_received"]) == (1200, row["root_sent"])
    for node in (pair.ru, pair.by):
        verified = comity(node, "verify", "--json")
        assert verified.returncode == 0, verified.stderr
        document = json.loads(verified.stdout)
        assert document["equal"] is True
        assert {ledger["entries"] for ledger in document["ledgers"]} == {0, 1200}

    pair.by.act("alter", "cctld.ru", "700")
    verified = comity(pair.by, "verify")
    assert verified.returncode == 1
    assert "entry 700 is altered" in verified.stdout


def test_a_partner_is_joined_only_under_a_memorandum_and_by_its_own_authority(pair: Pair, tmp_path: Path) -> None:
    authority, node_certificate = tmp_path / "by-ca.pem", pair.by.directory / "tls/node.pem"
    authority.write_text(comity(pair.by, "export-ca").stdout)
    url = "https://127.0.0.1:1"
    moved = comity(pair.ru, "add", "oac.by", "--url", url, "--ca", str(authority))
    assert (moved.returncode, moved.stdout) == (0, f"linked with oac.by at {url}\n")
    refused = [
        (("vnnic.vn", "--url", url, "--ca", str(authority)), "memorandum-not-in-force"),
        (("oac.by", "--url", "http://127.0.0.1:1", "--ca", str(authority)), "bad-input"),
        (("oac.by", "--url", url, "--ca", str(node_certificate)), "bad-input"),
        (("oac.by", "--url", url, "--ca", str(pair.ru.directory / "tls/ca.pem")), "bad-input"),
        (("cctld.ru", "--url", url, "--ca", str(authority)), "bad-input"),
    ]
    for words, code in refused:
        answer = comity(pair.ru, "add", *words)
        assert answer.returncode == 1
        assert f"[{code}]" in answer.stderr
        assert "Traceback" not in answer.stderr
    assert "[not-found]" in comity(pair.ru, "sync", "vnnic.vn").stderr
    assert "[conflict]" in comity(pair.ru, "resume", "oac.by").stderr
