"""`comity verify` as a person runs it: no node, no network, no framework; an account, or what is wrong."""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from comity.edges.processes import program
from comity.wire.canonical import canonical
from comity.wire.decision_texts import LANGUAGES
from comity.wire.evidence import MANIFEST
from comity.wire.evidence_tar import MAX_PACKAGE_BYTES, render_tar
from comity.wire.evidence_texts import WORDS
from wire.evidence_made import event, ledger, made_of, members, noise, package, sent, texts

SOURCE = Path(__file__).resolve().parents[2] / "src"
ENVIRONMENT = {"PYTHONPATH": str(SOURCE), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
DIGEST = texts()[0].digest


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    file = tmp_path / "case.evidence"
    file.write_bytes(package())
    return file


def verify(file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    # An empty directory and no home: whatever a node would give is not there.
    return subprocess.run(
        [*program(), "verify", str(file), *options],
        capture_output=True, text=True, check=False, env=ENVIRONMENT, cwd=file.parent,
    )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_good_package_in_every_language(case_file: Path, language: str) -> None:
    done = verify(case_file, "--language", language)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == WORDS["good"][LANGUAGES.index(language)]  # type: ignore[arg-type]  # of them
    assert DIGEST in done.stdout


def test_the_document_for_programs(case_file: Path) -> None:
    done = verify(case_file, "--json", "--memorandum", DIGEST.upper().removeprefix("SHA256:"))
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert (document["good"], document["faults"], document["sealed_by"]) == (True, [], "ru-2026-1")
    assert [(one["digest"], one["believed"]) for one in document["memoranda"]] == [(DIGEST, "pinned")]
    assert [one["size"] for one in document["ledgers"]] == [308, 297]
    assert document["ledgers"][1]["unreceipted"] == [{"position": 297, "kind": "case-event"}]
    outcome = document["statements"][-1]
    assert (outcome["ledger"], outcome["position"], outcome["proven"]) == ("oac.by/ledger/cctld.ru", 296, True)
    assert (outcome["sender"], outcome["recipient"]) == ("oac.by", "cctld.ru")
    assert (outcome["said"]["event"], outcome["said"]["outcome"]) == ("outcome", "hold_registry")


def test_a_tampered_package_is_named_and_refused(tmp_path: Path) -> None:
    file = tmp_path / "case.evidence"
    altered = members()["ledger-2/296.payload"].replace(b"hold_registry", b"sinkhole_regi")
    file.write_bytes(render_tar({**members(), "ledger-2/296.payload": altered}.items()))
    done = verify(file)
    assert (done.returncode, done.stderr) == (1, "")
    assert "NOT in order" in done.stdout.splitlines()[0]
    assert "  1. ledger-2/296.payload was altered: the manifest says SHA-256 " in done.stdout
    assert "  NOT proven: entry 296 of oac.by/ledger/cctld.ru; see the faults" in done.stdout
    document = json.loads(verify(file, "--json").stdout)
    assert document["good"] is False
    assert {(one["code"], one["place"]) for one in document["faults"]} == {
        ("member-hash", "ledger-2/296.payload"), ("payload-differs", "ledger-2/296.payload"),
    }  # fmt: skip


def test_a_pin_that_does_not_fit(case_file: Path) -> None:
    done = verify(case_file, "--memorandum", "sha256:" + "0" * 64)
    assert done.returncode == 1
    assert "the memorandum that you gave is not in the package" in done.stdout
    wrong = verify(case_file, "--memorandum", "abc")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr == "comity: abc: is no digest: sha256: and 64 hexadecimal digits [bad-input]\n"


def test_files_that_lie_beside_the_package(case_file: Path) -> None:
    (case_file.parent / "shot.png").write_bytes(b"a screenshot")
    (case_file.parent / "other.png").write_bytes(b"another")
    good = verify(case_file, "--attachment", "shot.png")
    assert good.returncode == 0
    assert "    you hold this file: shot.png" in good.stdout.splitlines()
    bad = verify(case_file, "--attachment", "shot.png", "--attachment", "other.png")
    assert bad.returncode == 1
    assert "the file other.png is none that a report in this package names" in bad.stdout
    assert verify(case_file, "--attachment", "missing.png").stderr.startswith("comity: missing.png: No such file")


@pytest.mark.parametrize(
    "data",
    [b"", b"\x1f\x8b\x08\0\0\0\0\0", b"PK\x03\x04", os.urandom(5_000), bytes(1024), b"a" * 100_000],
    ids=["empty", "gzip", "zip", "random", "no members", "letters"],
)
def test_what_is_no_package(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "f").write_bytes(data)
    done = verify(tmp_path / "f")
    assert (done.returncode, done.stderr) == (1, "")
    assert "Faults: 1" in done.stdout


def test_a_file_without_end_is_read_to_the_bound_only(tmp_path: Path) -> None:
    with (tmp_path / "f").open("wb") as stream:
        stream.truncate(1 << 40)
    done = verify(tmp_path / "f")
    assert done.returncode == 1
    assert f"the file has more than {MAX_PACKAGE_BYTES} octets" in done.stdout
    missing = verify(tmp_path / "none")
    assert (missing.returncode, missing.stderr) == (1, f"comity: {tmp_path / 'none'}: No such file or directory\n")


def test_some_hundred_entries_take_less_than_a_second_and_no_framework(tmp_path: Path) -> None:
    entries = [
        *noise(200),
        *(event("asked", minutes=number, note="x" * 2_000) for number in range(400)),
        *noise(100_000),
    ]
    big = made_of(
        texts(), [ledger("oac.by", "cctld.ru", entries, range(200, 600)), ledger("cctld.ru", "oac.by", sent(), [300])]
    )
    file = tmp_path / "big.evidence"
    file.write_bytes(big)
    script = (
        "import sys; from comity.cli.main import comity; from comity.cli.outcome import run;"
        "code = run(comity, sys.argv[1:]);"
        "assert not {'django', 'sqlite3', 'ssl', 'rich', 'cryptography'} & set(sys.modules); sys.exit(code)"
    )
    spent = []
    for _ in range(3):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", script, "verify", str(file)], capture_output=True, text=True, check=False,
            env=ENVIRONMENT,
        )  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert (done.returncode, done.stderr) == (0, "")
        spent.append(min(time.monotonic() - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    assert done.stdout.count("    proven: entry ") == 401
    assert min(spent) < 1.0, spent


def test_thousands_of_faults_are_told_in_bounded_time(tmp_path: Path) -> None:
    """Members that nobody named, and files that no report names: as many as fit, each told, none compared with all."""
    manifest = json.loads(members()[MANIFEST])
    false = {"directory": "ledger-1", "kind": "note", "position": 300}
    manifest["attachments"] = [{**false, "sha256": f"{number:064x}"} for number in range(30_000)]
    many = {
        "members": [*members().items(), *((f"m{number}", b"x") for number in range(30_000))],
        "files": {**members(), MANIFEST: canonical(manifest)}.items(),
    }
    told = {
        "members": "m29999 is in the file, but the manifest does not name it",
        "files": f"the manifest lists a file that the entry ledger-1/300 does not name: SHA-256 {29_999:064x}",
    }
    for what, held in many.items():
        (tmp_path / what).write_bytes(render_tar(held))
        start = time.monotonic()
        done = verify(tmp_path / what)
        assert done.returncode == 1
        assert told[what] in done.stdout
        assert time.monotonic() - start < 15, what
