"""`comity doctor` on two real nodes that run: nothing is found when well, and each thing that is broken is told.

A test breaks the node for real, asks the command, and puts back what it broke.  As root the command runs in a user
namespace, so that the machine of a test that runs as root is not itself a finding.
"""

import json
import os
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from cryptography import x509

from comity.core.alarms import ALARMS
from comity.core.reports import Evidence, Report
from comity.demo.nodes import Node, Place, free_ports
from comity.edges.disk import find_network_file_system
from comity.edges.heartbeat import list_running
from comity.testing.harness import Harness
from comity.wire.report_json import render_report

pytestmark = pytest.mark.processes
HERE = Path(__file__).resolve().parent
# Whether something keeps this machine's clock is the machine's matter: told as a notice, and no test's.
MACHINE = {"clock-unsynchronised"}
AS_USER = ["unshare", "--user"] if os.geteuid() == 0 else []


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    """Two linked nodes that serve, each with the record of a backup."""
    with Harness(tmp_path_factory.mktemp("doctor")) as made:
        made.node("cctld.ru")
        made.node("oac.by")
        made.memorandum(*made.nodes)
        made.start()
        for node in made.nodes:
            (node.place.path / "last-backup").touch()
        end = time.monotonic() + 60
        while findings(made.nodes[0]) and time.monotonic() < end:
            time.sleep(0.5)  # the first question to a partner that was not up yet is forgotten with the next
        yield made


@pytest.fixture
def node(house: Harness) -> Node:
    """The node that is broken; each test puts back what it broke, or the next one that asks says so."""
    return house.nodes[0]


@pytest.fixture
def copy(house: Harness, tmp_path: Path) -> Node:
    """The same node as a copy that does not run: a running one takes up new keys and certificates by itself."""
    place = house.nodes[0].place
    shutil.copytree(place.path, tmp_path / "copy", ignore=shutil.ignore_patterns("run"))
    return Node(msgspec.structs.replace(place, path=tmp_path / "copy"))


def store(node: Node) -> Path:
    return node.place.path / "comity.sqlite3"


def ask(
    directory: Path, *options: str, before: str = "", prefix: Sequence[str] = AS_USER
) -> tuple[int, list[dict[str, str]]]:
    """Run the command, in a mount namespace of its own when something must be done there `before`."""
    command = [sys.executable, "-m", "comity", "doctor", "--dir", str(directory), "--json", *options]
    if before:
        line = f"{before} && exec {' '.join(command)}"
        command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", line]
    else:
        command = [*prefix, *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.stderr == ""
    found = json.loads(done.stdout)["findings"]
    return done.returncode, found


def findings(node: Node, *options: str) -> list[dict[str, str]]:
    return [finding for finding in ask(node.place.path, *options)[1] if finding["code"] not in MACHINE]


def codes(node: Node) -> set[str]:
    return {finding["code"] for finding in findings(node)}


@contextmanager
def edited(node: Node, *changes: tuple[str, str]) -> Iterator[None]:
    """Change node.toml for a moment."""
    file = node.place.path / "node.toml"
    text = well = file.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    try:
        yield
    finally:
        file.write_text(well, encoding="utf-8")


@contextmanager
def put_aside(*files: Path) -> Iterator[None]:
    """Let files be replaced or gone for a moment."""
    for file in files:
        shutil.copy2(file, file.with_name(file.name + ".aside"))
    try:
        yield
    finally:
        for file in files:
            file.with_name(file.name + ".aside").replace(file)


@contextmanager
def altered(node: Node, change: str, back: str) -> Iterator[None]:
    """Change a row for a moment."""
    for number, statement in enumerate((change, back)):
        with closing(sqlite3.connect(store(node), timeout=30)) as database, database:
            database.execute(statement)
        if number == 0:
            try:
                yield
            except BaseException:
                with closing(sqlite3.connect(store(node), timeout=30)) as database, database:
                    database.execute(back)
                raise


def test_a_node_that_is_well_has_no_findings(node: Node) -> None:
    code, found = ask(node.place.path)
    assert {finding["code"] for finding in found} <= MACHINE
    assert code == 0


def test_what_others_may_read_is_told_with_the_command_that_mends_it(copy: Node) -> None:
    key = copy.place.path / "keys" / "ru-2026-1.pem"
    key = next(copy.place.path.glob("keys/*.pem")) if not key.exists() else key
    for file in (key, copy.place.path / "node.toml"):
        file.chmod(0o644)
    found = {finding["about"]: finding for finding in findings(copy) if finding["code"] == "secrets-exposed"}
    assert set(found) == {str(key), str(copy.place.path / "node.toml")}
    assert "signing-key-unusable" in codes(copy)  # the node refuses such a key
    for finding in found.values():
        assert subprocess.run(["sh", "-c", finding["command"]], check=False).returncode == 0


def test_wrong_settings_are_told_together(node: Node) -> None:
    settings = node.place.path / "node.toml"
    secret = next(line for line in settings.read_text().splitlines() if line.startswith("secret_key"))
    changes = (
        (secret, 'secret_key = "changeme"'),
        (f'url = "https://127.0.0.1:{node.place.web_port}/"', f'url = "http://127.0.0.1:{node.place.web_port}/"'),
        (f'url = "https://127.0.0.1:{node.place.link_port}/"', 'url = "https://node.example.ru:9443/"'),
        ('zones = ["ru", "xn--p1ai"]', 'zones = ["ru"]'),
        ("[web]\n", '[guard]\npopularity = "no-such-list.csv"\n\n[calendar]\nholidays = "atlantis"\n\n[web]\n'),
    )
    with edited(node, *changes):
        told = {(finding["code"], finding["about"], finding["detail"]) for finding in findings(node)}
    assert {(code, detail) for code, _about, detail in told} >= {
        ("secret-key-weak", "8"), ("zones-mismatch", "xn--p1ai"),
    }  # fmt: skip
    assert {code for code, _about, _detail in told} == {
        "secret-key-weak", "address-insecure", "certificate-other-host", "zones-mismatch", "guard-list-unreadable",
        "calendar-unknown",
    }  # fmt: skip
    with edited(node, ('party = "cctld.ru"', 'party = "other.ru"')):
        assert "party-mismatch" in codes(node)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_configuration_that_cannot_be_read_is_a_finding_and_the_rest_goes_on(copy: Node, language: str) -> None:
    next(copy.place.path.glob("keys/*.pem")).chmod(0o640)
    with edited(copy, ("[web]\n", "[web]\nno_such_key = 1\n")):
        found = {finding["code"]: finding for finding in findings(copy, "--language", language)}
    assert set(found) >= {"settings-unreadable", "secrets-exposed", "signing-key-unusable"}
    assert "no_such_key" in found["settings-unreadable"]["found"]
    next(copy.place.path.glob("keys/*.pem")).chmod(0o600)


def test_a_directory_without_a_node_is_a_finding(tmp_path: Path) -> None:
    for directory in (tmp_path, tmp_path / "none"):
        code, found = ask(directory)
        assert code == 1
        assert found[0]["code"] == "settings-unreadable"
    (tmp_path / "node.toml").write_bytes(b"\xff\xfe")
    assert ask(tmp_path)[1][0]["code"] == "settings-unreadable"


def test_the_key_that_signs_must_be_there_and_named(copy: Node) -> None:
    active = copy.place.path / "keys" / "active"
    with put_aside(active):
        active.write_text("nobody-2026-1\n")
        assert codes(copy) == {"signing-key-unusable", "courier-absent"}
        make = "import sys; from pathlib import Path; from comity.edges.keys import make_keys; "
        make += "make_keys(Path(sys.argv[1]), 'ru-2099-9')"
        made = subprocess.run([sys.executable, "-c", make, str(copy.place.path)], check=False)
        assert made.returncode == 0
        found = [one for one in findings(copy) if one["code"] != "courier-absent"]
        assert [(one["code"], one["about"], one["detail"]) for one in found] == [
            ("signing-key-unnamed", "ru-2099-9", "oac.by")
        ]
        (copy.place.path / "keys" / "ru-2099-9.pem").unlink()
    kid = active.read_text().strip()
    with closing(sqlite3.connect(store(copy))) as database, database:
        public = public_key(copy.place.path / "keys" / f"{kid}.pem")
        database.execute(
            "INSERT INTO revoked_key (party, kid, public, reason, statement, revoked_at) VALUES (?, ?, ?, '', x'', 0)",
            (copy.party, kid, public),
        )
    assert codes(copy) == {"signing-key-revoked", "courier-absent"}


def test_what_the_desk_acts_by_can_be_read_and_its_passwords_by_nobody_else(copy: Node) -> None:
    authority = copy.place.path / "authority.toml"
    authority.write_text("[profile.ru]\nzones = 1\n")
    assert codes(copy) == {"authority-unreadable", "courier-absent"}
    authority.unlink()
    password = copy.place.path / "mail.password"
    password.write_text("secret")
    password.chmod(0o640)
    with edited(copy, ("[web]\n", '[mail]\npassword_file = "mail.password"\n\n[web]\n')):
        assert [one["about"] for one in findings(copy) if one["code"] == "secrets-exposed"] == [str(password)]
    password.unlink()


def test_a_desk_that_stands_still_is_told(node: Node) -> None:
    (pid,) = list_running(node.place.path, "desk")
    os.kill(pid, signal.SIGSTOP)
    try:
        long_ago = time.time() - 3600
        os.utime(node.place.path / "run" / f"desk.{pid}", (long_ago, long_ago))
        assert codes(node) == {"desk-absent"}
    finally:
        os.kill(pid, signal.SIGCONT)


def test_certificates_must_fit_and_ports_must_show_them(copy: Node, node: Node, house: Harness) -> None:
    tls, other = copy.place.path / "tls", house.nodes[1].place.path / "tls"
    with put_aside(tls / "node.key"):
        shutil.copy2(other / "node.key", tls / "node.key")
        assert codes(copy) == {"certificate-unusable", "courier-absent"}
    with put_aside(tls / "node.key", tls / "node.pem"):  # renewed, and not started again since
        for name in ("node.key", "node.pem"):
            shutil.copy2(other / name, tls / name)
        assert codes(copy) == {"port-foreign", "courier-absent"}
    (silent,) = free_ports(1)
    with edited(node, (f"port = {node.place.web_port}", f"port = {silent}")):
        assert [(one["code"], one["about"]) for one in findings(node)] == [("port-silent", f"127.0.0.1:{silent}")]
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        threading.Thread(target=answer_nonsense, args=(stranger,), daemon=True).start()
        with edited(node, (f"port = {node.place.link_port}", f"port = {port}")):
            assert [(one["code"], one["about"]) for one in findings(node)] == [("port-foreign", f"127.0.0.1:{port}")]


def test_the_clock_of_a_partner_is_compared(node: Node, house: Harness) -> None:
    partner = house.nodes[1]
    with late_partner(partner, timedelta(hours=-2)) as port:
        link(node, partner, f"https://127.0.0.1:{port}")
        found = [finding for finding in findings(node) if finding["code"] == "clock-differs"]
    link(node, partner, partner.place.link_url)
    assert [(one["about"], one["detail"][:4]) for one in found] == [("oac.by", "2 h")] or found[0]["detail"].startswith(
        ("2 h", "1 h 59")
    )
    wait_until_well(node)


def test_the_state_of_links_is_told(node: Node) -> None:
    with altered(node, "UPDATE link SET state = 'stopped'", "UPDATE link SET state = 'open'"):
        assert codes(node) == {"link-stopped"}
        assert "link-stopped" in node.work("link", "status").decode()
    with altered(node, "UPDATE link SET reason = 'recovered from entry 7'", "UPDATE link SET reason = ''"):
        assert codes(node) == {"link-recovered-unasked"}
    recovering = (
        f"UPDATE link SET state = 'recovering', recover_after = {4_102_444_800_000_000}"  # it would be over in a moment
    )
    with altered(node, recovering, "UPDATE link SET state = 'open', recover_after = NULL"):
        assert codes(node) >= {"link-recovering"}
    wait_until_well(node)


def test_a_database_that_is_none_of_ours(node: Node) -> None:
    newest = "(SELECT max(id) FROM django_migrations WHERE app = 'store')"
    with altered(
        node,
        f"UPDATE django_migrations SET name = 'later_' || name WHERE id = {newest}",
        f"UPDATE django_migrations SET name = replace(name, 'later_', '') WHERE id = {newest}",
    ):
        assert codes(node) == {"schema-behind", "schema-ahead"}
    with closing(sqlite3.connect(store(node))) as database:
        database.execute("BEGIN IMMEDIATE")
        assert [finding["detail"] for finding in findings(node)] == ["database is locked"]
    wait_until_well(node)


def test_a_node_that_does_not_run_and_a_database_that_is_damaged(house: Harness) -> None:
    """At the second node: it is stopped first."""
    node = house.nodes[1]
    node.stop()
    assert {"courier-absent"} <= codes(node) <= {"courier-absent", "link-failing"}
    with put_aside(store(node)):
        store(node).write_bytes(b"this is no database at all, but a text long enough to be one\n" * 99)
        assert codes(node) == {"courier-absent", "database-unreachable"}
        store(node).unlink()
        assert codes(node) == {"courier-absent", "database-unreachable"}
        assert not store(node).exists()
    with edited(node, ("sqlite:///comity.sqlite3", "postgresql://comity:secret@127.0.0.1:1/comity")):
        found = [finding for finding in findings(node) if finding["code"] == "database-unreachable"]
    assert [finding["about"] for finding in found] == ["127.0.0.1:1/comity"]
    assert "secret" not in json.dumps(found)
    (node.place.path / "last-backup").unlink()
    assert "backup-missing" in codes(node)
    (node.place.path / "last-backup").touch()
    node.serve()
    node.wait_until_ready()
    for each in house.nodes:
        wait_until_well(each)


def test_two_couriers_are_one_too_many(node: Node) -> None:
    second = node.start_work("serve", "--only", "courier")
    try:
        end = time.monotonic() + 30
        while (found := codes(node)) != {"couriers-two"} and time.monotonic() < end:
            time.sleep(0.5)
        assert found == {"couriers-two"}
    finally:
        second.terminate()
        second.communicate()


def test_entries_that_wait(node: Node, house: Harness) -> None:
    """The partner is away; what waits grows old (the entry's time is put back)."""
    partner = house.nodes[1]
    partner.kill()
    house.take_in(node, render_report(phishing()) + b"\n")
    make_older(node, days=1)
    settle(node, {"link-lagging", "link-failing"})
    make_older(node, days=30)
    overdue = codes(node)
    assert "undelivered-overdue" in overdue
    assert "link-lagging" not in overdue
    make_older(node, days=-31)
    node.kill()  # a courier that begins anew asks at once; the old one would wait until its patience is over
    for each in house.nodes:
        each.serve()
    for each in house.nodes:
        each.wait_until_ready()
    for each in house.nodes:
        wait_until_well(each)


def test_a_node_of_root(node: Node) -> None:
    prefix = [] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user"]
    assert {finding["code"] for finding in ask(node.place.path, prefix=prefix)[1]} - MACHINE == {"runs-as-root"}


def test_a_file_of_another_owner(house: Harness, tmp_path: Path) -> None:
    place = tmp_path / "node"
    shutil.copytree(house.nodes[1].place.path, place)
    if os.geteuid() == 0:
        os.chown(place / "keys" / "active", 12345, 12345)
    else:
        place = Path(tempfile.gettempdir())  # it belongs to root, and what tests put there does not
    found = {finding["code"]: finding for finding in ask(place, prefix=[])[1]}
    assert int(found["owner-mixed"]["detail"]) >= 1


def test_a_check_that_cannot_be_made_is_a_finding(house: Harness, tmp_path: Path) -> None:
    place = tmp_path / "node"
    shutil.copytree(house.nodes[1].place.path, place)
    with closing(sqlite3.connect(place / "comity.sqlite3")) as database, database:
        database.execute("UPDATE memorandum SET body = x'7b7d'")
    found = {(finding["code"], finding["about"], finding["detail"]) for finding in ask(place)[1]}
    assert ("check-failed", "check_links", "bad-setting") in found
    assert ("check-failed", "check_parties", "bad-setting") in found


@pytest.mark.postgres
def test_a_postgresql_that_may_forget(postgres_server: str, tmp_path: Path) -> None:
    """The server of the tests does not sync to disk, which is exactly what must not be."""
    name = f"doctor_{os.getpid()}"
    psql(postgres_server, f"CREATE DATABASE {name}")
    place, url = tmp_path / "node", postgres_server.rpartition("/")[0] + f"/{name}"
    command = [sys.executable, "-m", "comity", "init", str(place), "--party", "oac.by", "--database", url]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    found = {(finding["code"], finding["detail"]) for finding in ask(place)[1]}
    assert {("database-not-durable", "fsync=off"), ("database-not-durable", "full_page_writes=off")} <= found
    assert {code for code, _detail in found} - MACHINE == {"database-not-durable", "courier-absent", "backup-missing"}
    psql(postgres_server, f"DROP DATABASE {name}")


def test_letters_that_do_not_leave_and_a_hold_that_does_not_hold(copy: Node) -> None:
    with (copy.place.path / "node.toml").open("a", encoding="utf-8") as file:
        file.write('\n[mail]\nserver = "mail.example"\nuser = "node"\npassword_file = "no-such-file"\n')
    days_ago = int((datetime.now(UTC) - timedelta(days=2)).timestamp()) * 1_000_000
    with closing(sqlite3.connect(store(copy))) as database, database:
        for state, next_try_at in (("waiting", 0), ("given-up", None)):
            database.execute(
                "INSERT INTO outgoing_mail (key, recipient, subject, letter, state, tries, next_try_at, last_error, "
                "queued_at) VALUES (?, 'a@b.ru', 's', x'7b7d', ?, 1, ?, '', ?)",
                (state, state, next_try_at, days_ago),
            )
        database.execute(
            "INSERT INTO abuse_case (id, ref, uuid, registrable, category, episode, zone, party, state, severity, "
            "disposition, outcome, action, protected, report_count, event_count, opened_at, changed_at) VALUES "
            "(900001, 'HELD', 'HELD', 'held-demo.ru', 'phishing', 1, 'ru', 'cctld.ru', 'on_hold', 'high', "
            "'', '', '', '', 0, 0, 0, 0)"
        )
        database.execute(
            "INSERT INTO watch (case_id, registrable, action, since, next_at, looks, is_alarming, known) "
            "VALUES (900001, 'held-demo.ru', 'server-hold', 0, 1, 0, 1, x'7b7d')"
        )
        database.execute(
            "INSERT INTO subscriber (id, key, name, kind, party, ceiling, clause, categories, zones, created_by, "
            "created_at, told) VALUES (900001, 'cert', 'CERT', 'cert', '', 'TLP:GREEN', '1', '[]', '[]', 'd', 0, 1)"
        )
        database.execute(
            "INSERT INTO webhook (name, subscriber_id, url, authority, allows_private, state, position, until, tries, "
            "last_answer, created_by, created_at) VALUES ('cert-desk', 900001, 'https://cert.example/', '', 0, "
            "'given-up', 0, 0, 9, '', 'd', 0)"
        )
    found = {finding["code"]: finding["detail"] for finding in findings(copy)}
    assert "no-such-file" in found["mail-unusable"]
    assert found["mail-waiting"].startswith("2 d")
    assert found["mail-given-up"] == "1"
    assert found["hold-not-holding"] == "1"
    assert found["webhook-given-up"] == "cert-desk"


def test_feeds_that_are_old_held_or_wrongly_declared(copy: Node) -> None:
    declared = copy.place.path / "feeds.toml"
    declared.write_text("[urlhaus]\n[openphish]\n", encoding="utf-8")
    long_ago = int((datetime.now(UTC) - timedelta(days=2)).timestamp()) * 1_000_000
    with closing(sqlite3.connect(store(copy))) as database, database:
        database.execute(
            "INSERT INTO reporter (id, key, name, kind, contact, language, status_token, created_at) VALUES "
            "(900001, 'feeds', 'feeds', 'feed', '', '', 'no-token', 0)"
        )
        for name, error, held in (("urlhaus", "unreachable", ""), ("openphish", "held", "it is empty")):
            database.execute(
                "INSERT INTO feed_state (name, reporter_id, known_since, disabled_by, tried_at, next_at, failures, "
                "error, message, etag, last_modified, digest, basis, cursor, visits, counts, listed, alone, "
                "held_digest, held_reason, believed_digest, believed_by) VALUES "
                "(?, 900001, ?, '', ?, ?, 1, ?, '', '', '', '', '', '', 0, '{}', 0, 0, '', ?, '', '')",
                (name, long_ago, long_ago, long_ago, error, held),
            )
    found = {finding["code"]: finding for finding in findings(copy)}
    assert (found["feed-stale"]["about"], found["feed-stale"]["detail"][:3]) == ("urlhaus", "2 d")
    assert (found["feed-held"]["about"], found["feed-held"]["detail"]) == ("openphish", "it is empty")
    declared.write_text("[urlhaus]\nsurprise = 1\n", encoding="utf-8")
    assert "surprise" in {finding["code"]: finding["detail"] for finding in findings(copy)}["feeds-unreadable"]


def test_sweeps_that_failed_and_sweeps_that_are_old(copy: Node) -> None:
    settings = copy.place.path / "node.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + '\n[sweep.sources]\nru = "zones/ru.zone"\n', "utf-8")
    long_ago = int((datetime.now(UTC) - timedelta(days=2)).timestamp()) * 1_000_000
    insert = (
        "INSERT INTO scheduled_sweep (due_at, state, tries, begun_at, ended_at, next_at, run, error, message) "
        "VALUES (?, ?, 1, ?, ?, NULL, '', ?, '')"
    )
    with closing(sqlite3.connect(store(copy))) as database, database:
        database.execute(insert, (long_ago, "done", long_ago, long_ago, ""))
    found = {finding["code"]: finding["detail"] for finding in findings(copy)}
    assert found["sweep-old"].startswith("2 d")
    with closing(sqlite3.connect(store(copy))) as database, database:
        database.execute(insert, (long_ago + 1, "failed", long_ago, long_ago, "disk-full"))
    found = {finding["code"]: finding["detail"] for finding in findings(copy)}
    assert found["sweep-failed"] == "disk-full"


def test_every_alarm_is_broken_into_here() -> None:
    here = Path(__file__)
    told = "".join(
        file.read_text(encoding="utf-8") for file in (here, here.parents[1] / "flows" / "test_check_blocking.py")
    )
    assert [code for code in ALARMS if f'"{code}"' not in told] == []


@pytest.mark.parametrize(
    ("megabytes", "then", "code"),
    [(300, "", "disk-full"), (2000, "", "disk-low"), (2000, "mount -o remount,ro {place}", "disk-read-only")],
)
def test_the_disk_under_a_node(house: Harness, tmp_path: Path, megabytes: int, then: str, code: str) -> None:
    place, source = tmp_path / "small", house.nodes[0].place.path
    place.mkdir()
    before = f"mount -t tmpfs -o size={megabytes}m,mode=700 tmpfs {place} && cp -a {source} {place}/node"
    if then:
        before += f" && {then.format(place=place)}"
    found = {finding["code"] for finding in ask(place / "node", before=before)[1]}
    assert code in found
    assert ("database-not-writable" in found) == (code == "disk-read-only")


def test_the_days_on_which_things_end(node: Node) -> None:
    """The same node, asked on other days."""
    certificate = x509.load_pem_x509_certificate((node.place.path / "tls" / "node.pem").read_bytes())
    authority = x509.load_pem_x509_certificate((node.place.path / "tls" / "ca.pem").read_bytes())
    week = timedelta(days=7)
    ends = certificate.not_valid_after_utc, authority.not_valid_after_utc
    days = [now() + timedelta(days=3), ends[0] - week, ends[0] + week, ends[1] - week, ends[1] + week]
    soon, before, after, old, gone = look(node, days)
    assert ("backup-old", str(node.place.path / "last-backup")) in soon
    assert ("certificate-ending", str(node.place.path / "tls" / "node.pem")) in before
    assert ("certificate-ended", str(node.place.path / "tls" / "node.pem")) in after
    assert ("memorandum-absent", "oac.by") not in soon
    assert ("partner-authority-ending", "oac.by") in old
    assert ("partner-authority-ended", "oac.by") in gone
    last = key_days_left(node)
    kid = (node.place.path / "keys" / "active").read_text().strip()
    late, over = look(node, [now() + timedelta(days=last - 7), now() + timedelta(days=last + 1)])
    assert ("signing-key-ending", kid) in late
    assert ("signing-key-ended", kid) in over


def test_a_memorandum_to_which_notice_was_given(node: Node, house: Harness, tmp_path: Path) -> None:
    copy = tmp_path / "node"
    shutil.copytree(node.place.path, copy)
    place = Node(Place(node.party, node.place.zones, copy, 1, 1))
    urn = place.comity_json("memo", "show")["memoranda"][0]["id"]
    place.work("memo", "withdraw", urn, "--reason", "a test")
    with closing(sqlite3.connect(copy / "comity.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM memorandum_event WHERE event = 'give-notice'").fetchone() == (1,)
    told = look(place, [now() + timedelta(days=number) for number in range(0, 400, 20)])
    assert [day for day in told if ("memorandum-ending", urn) in day]
    place.work("memo", "suspend", urn, "--reason", "a test")
    assert ("memorandum-absent", "oac.by") in look(place, [now()])[0]


def test_a_database_on_a_network_is_told_by_the_kind_of_the_mount_that_holds_it() -> None:
    mounts = (
        "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "40 21 0:40 / /var/lib/co\\040mity rw shared:1 - nfs4 srv:/export rw,vers=4.2\n"
        "41 40 0:41 / /var/lib/co\\040mity/local rw - xfs /dev/sdb rw\n"
    )
    assert find_network_file_system(Path("/var/lib/co mity/comity.sqlite3"), mounts) == "nfs4"
    assert find_network_file_system(Path("/var/lib/co mity/local/comity.sqlite3"), mounts) == ""
    assert find_network_file_system(Path("/var/lib/comity.sqlite3"), mounts) == ""


def test_a_database_on_a_network_is_told(house: Harness, tmp_path: Path) -> None:
    """As the kernel would say it: no network file system can be mounted in a test."""
    (tmp_path / "mounts").write_text("21 1 0:40 / / rw - nfs4 srv:/export rw\n")
    before = f"mount --bind {tmp_path / 'mounts'} /proc/$$/mountinfo"
    found = {finding["code"]: finding["detail"] for finding in ask(house.nodes[0].place.path, before=before)[1]}
    assert found["database-on-network"] == "nfs4"


# ---- what the tests need ---------------------------------------------------------------------------------------------


def now() -> datetime:
    return datetime.now(UTC)


def phishing() -> Report:
    """A report about the partner's zone that the demo's memorandum lets through."""
    return Report(
        name="https://pay-demo-q7.by/login",
        category="phishing",
        url="https://pay-demo-q7.by/login",
        observed_at=now(),
        verified_at=now(),
        narrative="A page that asks for the card number under the name of an invented bank.",
        disposition="malicious",
        impersonated_party="Demo Bank",
        good_faith=True,
        evidence=(
            Evidence(kind="screenshot", sha256="a" * 64, captured_at=now()),
            Evidence(kind="second-source", note="seen by another notifier"),
            Evidence(kind="live-check", captured_at=now()),
        ),
    )


def make_older(node: Node, *, days: int) -> None:
    """Put the times of the entries back."""
    with closing(sqlite3.connect(store(node), timeout=30)) as database, database:
        changed = database.execute("UPDATE ledger_entry SET at = at - ?", (days * 86_400_000_000,)).rowcount
    assert changed >= 1


def look(node: Node, days: list[datetime]) -> list[set[tuple[str, str]]]:
    command = [sys.executable, str(HERE / "look.py"), str(node.place.path), *(day.isoformat() for day in days)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [{(code, about) for code, about in day} for day in json.loads(done.stdout)]


def key_days_left(node: Node) -> int:
    _status, text = node.get("/metrics")
    line = next(line for line in text.splitlines() if line.startswith("comity_key_days_left{"))
    return int(float(line.rpartition(" ")[2]))


def settle(node: Node, wanted: set[str]) -> None:
    """Wait until these are told: the courier finds out by itself."""
    end = time.monotonic() + 60
    while not wanted <= (found := codes(node)) and time.monotonic() < end:
        time.sleep(0.5)
    assert wanted <= found


def wait_until_well(node: Node) -> None:
    end = time.monotonic() + 60
    while (found := codes(node)) and time.monotonic() < end:
        time.sleep(0.5)
    assert found == set()


def psql(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def public_key(file: Path) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    public = load_pem_private_key(file.read_bytes(), None).public_key()
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw)


def link(node: Node, partner: Node, url: str) -> None:
    node.work("link", "add", partner.party, "--url", url, "--ca", str(partner.place.path / "tls" / "ca.pem"))


def answer_nonsense(stranger: socket.socket) -> None:
    try:
        while True:
            connection, _address = stranger.accept()
            with connection:
                connection.sendall(b"220 mail.example ESMTP\r\n")
    except OSError:
        return  # the test is over


@contextmanager
def late_partner(partner: Node, apart: timedelta) -> Iterator[int]:
    """A partner's node whose clock is wrong: its certificate, another Date."""

    class Late(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name that http.server calls
            self.send_response_only(404)
            self.send_header("Date", format_datetime(now() + apart, usegmt=True))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Late)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(partner.place.path / "tls" / "node.pem", partner.place.path / "tls" / "node.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
