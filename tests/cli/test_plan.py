"""`comity plan` and `comity zone` as people use them: many commands, one process, a real node's directory."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
REPORT = '{"name":"https://pay-demo-q7.by/login","category":"phishing","observed_at":"2026-11-23T10:00:00Z"}\n'
# Runs each line of its input as a command, and tells what it printed and how it ended.
RUNNER = """
import contextlib, io, json, shlex, sys
from comity.node.main import main
for line in sys.stdin:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        sys.argv = ["comity", *shlex.split(line)]
        try:
            code = main()
        except SystemExit as ended:
            code = ended.code
    print(json.dumps([code or 0, out.getvalue(), err.getvalue()]), file=sys.__stdout__, flush=True)
"""


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> Any:
        return json.loads(self.out)


class Terminal:
    """Somebody at a node, one command after the other."""

    def __init__(self, node: Path) -> None:
        self._node = node
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "200"}
        self._process = subprocess.Popen(
            [sys.executable, "-c", RUNNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def __call__(self, command: str, *, node: bool = True) -> Done:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{command} --dir {self._node}\n" if node else f"{command}\n")
        self._process.stdin.flush()
        return Done(*json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        self._process.communicate()


@pytest.mark.processes
def test_a_hold_from_its_proposal_to_its_end(tmp_path: Path) -> None:
    node = tmp_path / "node"
    (tmp_path / "reports.ndjson").write_text(REPORT)
    comity = Terminal(node)
    try:
        assert comity(f"init {node} --party oac.by --zone by", node=False).code == 0
        comity(f"intake {tmp_path}/reports.ndjson")
        ref = comity("case list --json").said["cases"][0]["ref"]
        comity(f"case ack {ref} --as anna")
        comity(f"case confirm {ref} --as anna --score 0.9 --collateral none --note seen")
        early = comity(f"plan make {ref} --as anna --json")
        assert early.code == 1
        assert early.said["refused"][ref][0]["code"] == "wrong-state"
        assert comity(f"case hold {ref} --as anna --reason phishing").code == 0

        (listed,) = comity("plan list --state proposed --json").said["plans"]
        which = listed["hash"][:8]
        shown = comity(f"plan show {which}").out
        for expected in ("pay-demo-q7[.]by", "+serverHold", listed["hash"], "state: proposed", "must approve: 1"):
            assert expected in shown, expected
        same = comity(f"plan approve {which} --as anna --role supervisor")
        assert same.code == 1
        assert "[same-person]" in same.err
        assert comity(f"plan carry-out {which} --as anna --really").code == 1
        assert comity(f"plan approve {which} --as boris --role supervisor --json").said["state"] == "approved"
        assert "nothing was done" in comity(f"plan carry-out {which} --as anna").out
        assert comity(f"plan show {which} --json").said["state"] == "approved"
        assert comity(f"plan carry-out {which} --as anna --really").out.endswith("done\n")
        assert "nothing was done" in comity(f"plan restore {ref} --why cure").out
        assert comity(f"plan restore {ref} --why cure --really --as anna").code == 0
        assert [one["kind"] for one in comity("plan list --json").said["plans"]] == ["restore", "hold"]
        for wrong in ("abc", "0" * 64):
            assert comity(f"plan show {wrong}").code == 1
        assert "unknown" in comity("zone show vn").out
        assert comity("zone show by --json").said["unknown_for_hold"] == []
        assert "xn--p1ai" in comity("zone list --json").said["zones"]
        assert comity("zone show com").code == 1
    finally:
        comity.close()
