"""The systemd units are ones that systemd takes, and say of the node what the pages say of them."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
PROGRAM = "/opt/comity/bin/comity"
HARDENING = {
    "NoNewPrivileges=yes", "CapabilityBoundingSet=", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes",
    "RestrictNamespaces=yes", "RestrictSUIDSGID=yes", "SystemCallFilter=@system-service", "User=comity",
}  # fmt: skip


def test_systemd_takes_them(tmp_path: Path) -> None:
    """With a program in the place of the one that is not installed here."""
    (tmp_path / "comity").write_text("#!/bin/sh\n")
    (tmp_path / "comity").chmod(0o755)
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text().replace(PROGRAM, str(tmp_path / "comity")))
    names = [str(tmp_path / unit.name) for unit in UNITS]
    done = subprocess.run(["systemd-analyze", "verify", *names], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (0, "")


def test_the_node_is_hardly_exposed() -> None:
    unit = ROOT / "deploy" / "systemd" / "comity.service"
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-200:]


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name)
def test_every_service_is_fenced_and_works_on_the_nodes_directory(unit: Path) -> None:
    lines = unit.read_text().splitlines()
    assert {rule for rule in HARDENING if not any(line.startswith(rule) for line in lines)} == set()
    started = [line for line in lines if line.startswith("ExecStart=")]
    assert re.search(r"--dir /var/lib/comity\b", started[0])
    assert PROGRAM in started[0]


def test_every_timer_has_its_service() -> None:
    timers = [unit for unit in UNITS if unit.suffix == ".timer"]
    assert {timer.with_suffix(".service") for timer in timers} <= set(UNITS)
    assert len(timers) == 2
