"""A machine for a runbook: run as root of a user, mount and process namespace of its own, it plays one scenario.

    unshare --user --map-root-user --mount --pid --fork --kill-child --mount-proc python stage.py SCENARIO

/var/lib, /opt, /srv and /etc/systemd/system are empty and its own; `comity` is this source.  Two linked nodes run: the
one of the pages in /var/lib/comity, its partner beside.  systemctl, sudo, useradd and chown are stand-ins (`bin/`),
nothing else is: the units' own commands are run, the processes, databases, TLS and files are real.  Prints JSON.
"""

import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from comity.core.reports import Evidence, Report
from comity.demo.nodes import Node
from comity.testing.harness import Harness
from comity.wire.report_json import render_report

ROOT: Final = Path(__file__).resolve().parents[2]
HOME: Final = Path("/var/lib/comity")
BACKUPS: Final = Path("/var/lib/comity-backups")
FENCE: Final = re.compile(r"^<!-- (tried|not tried: [^>]+) -->\n```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECONDS: Final = 90.0


def blocks(page: str, heading: str) -> list[str]:
    """The tried blocks of one section of a page."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    section = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert section is not None, heading
    found = [block for kind, block in FENCE.findall(section[1]) if kind == "tried"]
    assert found, heading
    return found


class Machine:
    """What the page's machine has: the two nodes, and a shell in which blocks are run one after another."""

    def __init__(self, scratch: Path) -> None:
        for place in ("/var/lib", "/opt", "/srv", "/etc/systemd/system"):
            mount("tmpfs", place, "size=2g,mode=755")
        self.bin = scratch / "bin"
        self.bin.mkdir()
        for name in ("systemctl", "sudo", "useradd", "chown", "comity"):
            shutil.copy(Path(__file__).with_name("bin") / name, self.bin / name)
            (self.bin / name).chmod(0o755)
        for version in ("0.1.0", "NEW"):
            (Path("/opt") / f"comity-{version}" / "bin").mkdir(parents=True)
            (Path("/opt") / f"comity-{version}" / "bin" / "comity").symlink_to(self.bin / "comity")
        BACKUPS.mkdir(mode=0o700)
        self.harness = Harness(Path("/var/lib"))
        self.variables = ""
        self.said = ""

    def two_nodes(self) -> None:
        """Two linked nodes that serve and have exchanged something, with a nightly backup and a copy of the keys."""
        Path("/opt/comity").symlink_to("/opt/comity-0.1.0")
        made, self.partner = self.harness.node("cctld.ru"), self.harness.node("oac.by")
        for node in (made, self.partner):
            file = node.place.path / "node.toml"
            paces = "[link]\nsettle_seconds = 1\nask_seconds = 1\n"
            file.write_text(file.read_text().replace("[link]\n", paces))
        self.harness.memorandum(made, self.partner)
        made.place.path.rename(HOME)
        self.node = Node(msgspec.structs.replace(made.place, path=HOME))
        self.harness.nodes = [self.partner]
        self.partner.serve()
        for unit in (ROOT / "deploy" / "systemd").iterdir():
            shutil.copy(unit, "/etc/systemd/system")
        self.run("systemctl start comity")
        self.file("one")
        self.settled()
        self.run("systemctl start comity-backup.service")
        safe = Path("/srv/safe")
        safe.mkdir()
        for part in ("node.toml", "keys", "tls"):
            subprocess.run(["cp", "-rp", str(HOME / part), str(safe)], check=True)
        self.file("two")
        self.settled()

    def run(self, script: str) -> str:
        """Run lines as the page has them; a doctor that finds something is no failure."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=180,
            env={**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}", "COMITY_PYTHON": sys.executable},
        )  # fmt: skip
        self.said += f"$ {script}\n{done.stdout}{done.stderr}"
        assert done.returncode == 0, self.said
        return done.stdout

    def file(self, what: str) -> None:
        """File a report that goes to the partner."""
        self.harness.take_in(self.node, report(f"https://{what}-demo-q7.by/login") + b"\n")

    def status(self) -> dict[str, Any]:
        (row,) = self.node.comity_json("link", "status")
        return dict(row)

    def settled(self) -> None:
        """Wait until everything is receipted and the link is open."""
        end = time.monotonic() + SECONDS
        while not ((row := self.status())["lag"] == 0 and row["state"] == "open" and row["sent"] > 0):
            assert time.monotonic() < end, f"{row}\n{self.said}"
            time.sleep(0.3)

    def agree(self) -> dict[str, int]:
        """Both sides verify, and hold the same."""
        for node in (self.node, self.partner):
            assert node.comity_json("link", "verify")["equal"] is True
        ours, (theirs,) = self.status(), self.partner.comity_json("link", "status")
        assert (ours["root_sent"], ours["root_received"]) == (theirs["root_received"], theirs["root_sent"])
        return {"sent": ours["sent"], "received": ours["received"]}


def mount(kind: str, place: str, options: str) -> None:
    subprocess.run(["mount", "-t", kind, "-o", options, kind, place], check=True)


def report(name: str) -> bytes:
    now = datetime.now(UTC)
    return render_report(
        Report(
            name=name, category="phishing", url=name, observed_at=now, verified_at=now, disposition="malicious",
            narrative="A page that asks for the card number under the name of an invented bank.",
            impersonated_party="Demo Bank", good_faith=True,
            evidence=(
                Evidence(kind="screenshot", sha256="a" * 64, captured_at=now),
                Evidence(kind="second-source", note="seen by another notifier"),
                Evidence(kind="live-check", captured_at=now),
            ),
        )
    )  # fmt: skip


# ---- the scenarios: what happened, what the page says, what must hold afterwards -------------------------------------


def deploy(machine: Machine) -> dict[str, Any]:
    for block in blocks("how-to/deploy.md", "systemd"):
        machine.run(block)
    assert list(BACKUPS.glob("*.backup"))
    return {"mode": stat.S_IMODE(HOME.stat().st_mode)}


def upgrade(machine: Machine) -> dict[str, Any]:
    machine.two_nodes()
    for heading in ("1. Look before", "2. Back up", "4. Change over", "5. Look after"):
        for block in blocks("runbooks/upgrade.md", heading):
            machine.run(block)
    assert Path("/opt/comity").readlink() == Path("/opt/comity-NEW")
    machine.file("three")
    machine.settled()
    for block in blocks("runbooks/upgrade.md", "Back to the old version"):
        machine.run(block)
    machine.settled()
    return machine.agree()


def lost_disk(machine: Machine) -> dict[str, Any]:
    machine.two_nodes()
    before = machine.agree()
    machine.run("systemctl stop comity")
    shutil.rmtree(HOME)
    restore, look = blocks("runbooks/disaster.md", "The disk is lost")
    machine.run(restore)
    machine.settled()
    machine.run(look)
    assert machine.agree() == before  # what came after the backup is back
    machine.file("three")
    machine.settled()
    return machine.agree()


def corrupt(machine: Machine) -> dict[str, Any]:
    machine.two_nodes()
    before = machine.agree()
    with (HOME / "comity.sqlite3").open("r+b") as database:
        database.write(b"\0" * 65536)
    machine.run("systemctl stop comity")
    for block in blocks("runbooks/disaster.md", "The database is corrupt"):
        machine.run(block)
    machine.settled()
    assert machine.agree() == before
    return before


def old_backup(machine: Machine) -> dict[str, Any]:
    machine.two_nodes()
    before = machine.agree()
    machine.run(
        "systemctl stop comity; cp -p /var/lib/comity/comity.sqlite3 /srv/now; rm /var/lib/comity/comity.sqlite3*; "
        'comity restore "$(ls -t /var/lib/comity-backups/*.backup | head -n 1)" --dir /var/lib/comity; '
        "systemctl start comity"
    )
    machine.settled()
    for block in blocks("runbooks/disaster.md", "An old backup was restored by mistake"):
        machine.run(block)
    assert machine.agree() == before
    return before


def full_disk(machine: Machine) -> dict[str, Any]:
    machine.two_nodes()
    subprocess.run(["dd", "if=/dev/zero", "of=/var/lib/filler", "bs=1M"], capture_output=True, check=False)
    with closing(sqlite3.connect(HOME / "comity.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM link").fetchone() == (1,)
    found = {one["code"] for one in doctor(machine)}
    assert "disk-full" in found
    look, again = blocks("runbooks/disaster.md", "The disk is full")
    machine.run(look)
    Path("/var/lib/filler").unlink()
    machine.run(again)
    machine.file("three")
    machine.settled()
    return machine.agree()


def stolen_key(machine: Machine) -> dict[str, Any]:
    machine.two_nodes()
    for block in blocks("runbooks/disaster.md", "A signing key is stolen"):
        machine.run(block)
    return machine.agree()


def fork(machine: Machine) -> dict[str, Any]:
    """Stopped as evidence would stop it; how it comes to that is shown by the tests of the exchange."""
    machine.two_nodes()
    with closing(sqlite3.connect(HOME / "comity.sqlite3", timeout=30)) as database, database:
        database.execute("UPDATE link SET state = 'stopped', reason = 'Held here: … Sent now: …'")
    keep, again = blocks("runbooks/disaster.md", "A partner's ledger forked")
    machine.run(keep)
    told = (HOME / "fork-evidence.txt").read_text()
    assert "link-stopped" in told
    assert "Held here" in told
    machine.run(again)
    machine.file("three")
    machine.settled()
    return machine.agree()


def partner_gone(machine: Machine) -> dict[str, Any]:
    machine.two_nodes()
    machine.partner.kill()
    machine.file("three")
    end = time.monotonic() + SECONDS
    while "link-failing" not in machine.said and time.monotonic() < end:
        for block in blocks("runbooks/disaster.md", "A partner is gone"):
            machine.run(block)
    assert "link-failing" in machine.said
    assert machine.status()["lag"] > 0
    machine.partner.serve()
    machine.settled()
    return machine.agree()


def doctor(machine: Machine) -> list[dict[str, str]]:
    found = json.loads(machine.run("comity doctor --dir /var/lib/comity --json"))["findings"]
    assert isinstance(found, list)
    return found


SCENARIOS: Final[dict[str, Callable[[Machine], dict[str, Any]]]] = {
    "deploy": deploy, "upgrade": upgrade, "lost-disk": lost_disk, "corrupt": corrupt, "old-backup": old_backup,
    "full-disk": full_disk, "stolen-key": stolen_key, "fork": fork, "partner-gone": partner_gone,
}  # fmt: skip

if __name__ == "__main__":
    stage = Machine(Path(sys.argv[2]))
    try:
        print(json.dumps(SCENARIOS[sys.argv[1]](stage)))
    finally:
        if len(sys.argv) > 3:
            print(stage.said, file=sys.stderr)
        stage.run("systemctl stop comity")
        for one in stage.harness.nodes:
            one.stop()
