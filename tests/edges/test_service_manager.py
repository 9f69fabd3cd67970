"""The service manager hears when the node is ready, alive and stopping."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from comity.demo.nodes import make_nodes
from comity.edges.service_manager import READY, tell


def test_without_a_manager_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    tell(READY)


def test_a_manager_that_is_gone_stops_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    tell(READY)


@pytest.mark.processes
def test_a_node_says_ready_alive_stopping(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(60)
        (node,) = make_nodes(tmp_path, ["oac.by"])
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        command = [sys.executable, "-m", "comity", "serve", "--dir", str(node.place.path)]
        serving = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        heard = [manager.recv(100) for _ in range(2)]
        serving.terminate()
        while heard[-1] != b"STOPPING=1":
            heard.append(manager.recv(100))
        assert serving.wait(60) == 0
    assert heard[:2] == [b"READY=1", b"WATCHDOG=1"]
