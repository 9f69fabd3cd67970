"""Evidence of a case that two real nodes carried over TLS: either proves it, anybody checks it, both say the same."""

import json
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from comity.edges.processes import program
from exchange.pair import Node, Pair, environment

pytestmark = pytest.mark.processes

NAME = "xn----8sbzclmxk.xn--90ais"  # a name in .бел


def comity(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [*program(), *words]
    return subprocess.run(command, env=environment(), cwd=cwd, capture_output=True, text=True, check=False)


def on(node: Node, *words: str) -> subprocess.CompletedProcess[str]:
    done = comity(*words, "--dir", str(node.directory), cwd=node.directory)
    assert done.returncode == 0, done.stderr
    return done


def report() -> dict[str, Any]:
    seen = f"{datetime.now(UTC) - timedelta(minutes=5):%Y-%m-%dT%H:%M:%SZ}"
    return {
        "name": f"https://{NAME}/login", "url": f"https://{NAME}/login", "category": "phishing", "observed_at": seen,
        "verified_at": seen, "narrative": "A page that asks for the card number under the name of an invented bank.",
        "disposition": "malicious", "impersonated_party": "Demo Bank", "good_faith": True,
        "evidence": [{"kind": "screenshot", "sha256": "a" * 64}, {"kind": "second-source"}, {"kind": "live-check"}],
    }  # fmt: skip


def test_either_node_proves_the_case_and_both_accounts_agree(pair: Pair, tmp_path: Path) -> None:
    pair.start()
    pair.ru.act("append", "oac.by", "0", "700", "100")
    (tmp_path / "reports.ndjson").write_text(json.dumps(report()) + "\n")
    on(pair.ru, "intake", str(tmp_path / "reports.ndjson"), "--format", "ndjson", "--reporter", "cert-demo")
    pair.settle(seconds=60)
    (theirs,) = json.loads(on(pair.by, "case", "list", "--json").stdout)["cases"]
    on(pair.by, "case", "ack", theirs["ref"])
    on(pair.by, "case", "dismiss", theirs["ref"], "--outcome", "false_positive")
    pair.settle(seconds=60)
    (ours,) = json.loads(on(pair.ru, "case", "list", "--json").stdout)["cases"]

    documents = []
    for node, ref in ((pair.ru, ours["ref"]), (pair.by, theirs["ref"])):
        file = tmp_path / f"{node.party}.evidence"
        made = on(node, "evidence", ref, "-o", str(file), "--json")
        assert "personal data" in made.stderr
        assert "mode 0600" in made.stderr
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        told = json.loads(made.stdout)
        assert (told["proven"], told["erased"], told["unreceipted"]) == (3, 0, 0)
        # Somewhere without a node, with the digest that both parties know.
        checked = comity("verify", str(file), "--memorandum", told["memoranda"][0], "--json", cwd=tmp_path)
        assert (checked.returncode, checked.stderr) == (0, "")
        documents.append(json.loads(checked.stdout))
        again = comity("evidence", ref, "-o", str(file), "--dir", str(node.directory), cwd=tmp_path)
        assert again.returncode == 1
        assert "never written over another file" in again.stderr

    said = [
        [(one["ledger"], one["position"], one["payload_sha256"]) for one in each["statements"]] for each in documents
    ]
    assert said[0] == said[1]
    assert [(one["sender"], one["kind"], (one["said"].get("event"))) for one in documents[0]["statements"]] == [
        ("cctld.ru", "report", None), ("oac.by", "case-event", "accepted"), ("oac.by", "case-event", "outcome"),
    ]  # fmt: skip
    assert documents[0]["statements"][0]["position"] == 700
    assert [each["made_by"] for each in documents] == ["cctld.ru", "oac.by"]

    account = comity("verify", str(tmp_path / "oac.by.evidence"), "--language", "be", cwd=tmp_path)
    assert account.returncode == 0
    assert "мой-сайт[.]бел" in account.stdout
    assert "Памылковае спрацоўванне" in account.stdout

    nothing = comity("evidence", "0000-0000-0000", "-o", "none", "--dir", str(pair.ru.directory), cwd=tmp_path)
    assert (nothing.returncode, nothing.stderr) == (1, "comity: 0000-0000-0000: no such case [not-found]\n")
    assert not (tmp_path / "none").exists()
