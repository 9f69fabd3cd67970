"""`comity demo` as a user runs it: real processes, real HTTPS, and an end that says what happened."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

pytestmark = pytest.mark.processes

NODE_KEYS = {
    "party", "url", "read", "accepted", "duplicate", "rejected", "foreign", "cases", "sent", "received", "withheld",
    "outcomes_returned",
}  # fmt: skip
WITHIN_SECONDS = 300


def start_demo(*arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        (sys.executable, "-m", "comity", "demo", *arguments),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, start_new_session=True,
    )  # fmt: skip


@pytest.mark.stores
def test_the_main_job_end_to_end(tmp_path: Path, new_database: Callable[[], str] | None) -> None:
    place = tmp_path / "nodes"
    databases = ("--database", new_database(), new_database()) if new_database else ()
    with start_demo("--records", "300", "--exit", "--json", "--dir", str(place), *databases) as demo:
        out, error = demo.communicate(timeout=WITHIN_SECONDS)
    said = error.decode()
    assert demo.returncode == 0, said
    document = orjson.loads(out)  # the whole of stdout is one document
    assert set(document) == {"nodes", "ledgers_equal", "lost", "doubled", "seconds"}
    assert (document["ledgers_equal"], document["lost"], document["doubled"]) == (True, 0, 0)
    assert [node["party"] for node in document["nodes"]] == ["cctld.ru", "oac.by"]
    for node, other in zip(document["nodes"], reversed(document["nodes"]), strict=True):
        assert set(node) == NODE_KEYS
        assert node["read"] == 300
        assert node["read"] == sum(node[end] for end in ("accepted", "duplicate", "rejected", "foreign"))
        assert node["sent"] > 40
        assert node["received"] == other["sent"]
        assert node["outcomes_returned"] == node["sent"], "every report that was sent has its outcome back"
        assert node["duplicate"] > 0
        assert node["rejected"] > 0
        assert node["foreign"] > 0
    assert "nothing lost, nothing doubled, ledgers equal" in said
    assert "Traceback" not in said
    assert {node.name for node in place.iterdir() if node.is_dir()} == {"cctld.ru", "oac.by"}
    desk = place / "oac.by"
    assert len(ask(desk, "appeal", "list")) == 1, "an appeal waits for its decision"
    assert sorted(plan["state"] for plan in ask(desk, "plan", "list")) == ["approved", "proposed"]
    states = {case["state"] for case in ask(desk, "case", "list", "--limit", "1000")}
    assert len(ask(desk, "finding", "list", "--kind", "indicator")) == 12, "what the partner accused was found in .by"
    assert states >= {"received", "triage", "needs_info", "confirmed", "notified", "hold_proposed", "appeal", "closed"}


def ask(directory: Path, *command: str) -> list[dict[str, object]]:
    """What a command of a node answers; the one list of its document."""
    said = subprocess.run(
        (sys.executable, "-m", "comity", *command, "--json", "--dir", str(directory)),
        check=True, capture_output=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, timeout=60,
    ).stdout  # fmt: skip
    document = orjson.loads(said)
    lists = [document] if isinstance(document, list) else [one for one in document.values() if isinstance(one, list)]
    (found,) = lists
    return list(found)


def test_the_pages_stay_up_until_ctrl_c_and_nothing_stays_after_it(tmp_path: Path) -> None:
    with start_demo("--records", "40", "--dir", str(tmp_path / "nodes")) as demo:
        assert demo.stderr is not None
        said = b""
        while b"stay up" not in said:
            line = demo.stderr.readline()
            assert line, said.decode()
            said += line
        logs = list((tmp_path / "nodes").glob("*/serve.log"))
        assert len(logs) == 2
        os.kill(demo.pid, signal.SIGINT)
        _out, rest = demo.communicate(timeout=60)
    assert demo.returncode == 0, rest.decode()
    assert "Traceback" not in rest.decode()
    end = time.monotonic() + 30
    while _processes_below(tmp_path):
        assert time.monotonic() < end, "a process of the demo outlived it"
        time.sleep(0.1)


def test_a_directory_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("do not touch")
    with start_demo("--records", "10", "--exit", "--dir", str(tmp_path)) as demo:
        out, error = demo.communicate(timeout=60)
    assert demo.returncode == 1
    assert out == b""
    assert "is not empty" in error.decode()
    assert len(error.decode().strip().splitlines()) == 1


def _processes_below(directory: Path) -> list[str]:
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = line.read_bytes().decode(errors="replace")
        except OSError:  # it ended between the listing and the look
            continue
        if str(directory) in words:
            found.append(words)
    return found
