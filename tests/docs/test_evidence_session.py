"""The shell session of docs/spec/evidence.md, run as it stands there, with the tools it names and no others.

A person without Comity must come to the same answer: a good package passes, every altered one ends the session.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from comity.wire.evidence import SEAL
from comity.wire.evidence_tar import render_tar
from comity.wire.tlog_proof import parse_proof, render_proof
from memoranda_made import made, signed
from wire.evidence_made import AT, forge, ledgers, made_of, members, package, texts

PAGE = (Path(__file__).parents[2] / "docs/spec/evidence.md").read_text(encoding="utf-8")
SESSION = "\n".join(re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
# bash, and what is in every Debian (coreutils, sed, grep, find, cmp, tar), and openssl
TOOLS = (
    "tar", "sed", "grep", "find", "cmp", "openssl", "sha256sum", "base64", "od", "cut", "head", "tail", "tr", "sort",
    "wc", "cat", "date", "mkdir", "basename",
)  # fmt: skip
OUTCOME = b"hold_registry"


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with these tools alone: the session's whole PATH."""
    directory = tmp_path_factory.mktemp("tools")
    for name in TOOLS:
        found = shutil.which(name)
        assert found is not None, f"{name} is missing: tools/system_packages.sh"
        (directory / name).symlink_to(found)
    return directory


def run(data: bytes, place: Path, tools: Path) -> subprocess.CompletedProcess[str]:
    place.mkdir(exist_ok=True)
    (place / "case.evidence").write_bytes(data)
    return subprocess.run(
        [shutil.which("bash") or "bash", "-c", SESSION],
        cwd=place, env={"PATH": str(tools), "PACKAGE": str(place / "case.evidence")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_good_package_passes_and_says_what_it_proves(tmp_path: Path, tools: Path) -> None:
    done = run(package(), tmp_path, tools)
    assert (done.returncode, done.stderr) == (0, "")
    said = done.stdout.splitlines()
    digest = texts()[0].digest.removeprefix("sha256:")
    assert f"{digest}  memorandum-1.json" in said
    assert "memorandum-1.json: oac.by signed it with key by-2026-1 on 2026-11-23T09:30:00Z" in said
    assert "made by cctld.ru on 2026-11-25T09:30:00Z, sealed with key ru-2026-1" in said
    assert any(line.startswith("cctld.ru/ledger/oac.by: 308 entries, signed by cctld.ru (ru-2026-1)") for line in said)
    proven = [line for line in said if line.startswith("entry ")]
    assert len(proven) == 6
    assert any(line.startswith("entry 296 of oac.by/ledger/cctld.ru is proven: case-event about ") for line in proven)


def test_two_memoranda_and_a_ledger_of_one_entry(tmp_path: Path, tools: Path) -> None:
    second = signed(
        made({"version": 2, "supersedes": {"version": 1, "digest": texts()[0].digest}}), "cctld.ru", "oac.by", at=AT
    )
    done = run(made_of([*texts(second), *texts()], ledgers()), tmp_path, tools)
    assert (done.returncode, done.stderr) == (0, "")
    assert "memorandum-2.json: cctld.ru signed it" in done.stdout


ALTERED = {
    "a payload": lambda: forge(
        {"ledger-2/296.payload": members()["ledger-2/296.payload"].replace(OUTCOME, b"false_positiv")}
    ),
    "the kind of an entry": lambda: forge(
        {"ledger-1/300.leaf": members()["ledger-1/300.leaf"].replace(b"report", b"rumour")}
    ),
    "a line more in leaf data": lambda: forge({"ledger-1/300.leaf": members()["ledger-1/300.leaf"] + b"more\n"}),
    "a proof": lambda: forge({"ledger-1/300.tlog-proof": _proof(drop=1)}),
    "a proof of another place": lambda: forge({"ledger-1/300.tlog-proof": _proof(index=301)}),
    "the size in a receipt": lambda: forge(
        {"ledger-1/receipt": members()["ledger-1/receipt"].replace(b"\n308\n", b"\n309\n")}
    ),
    "a memorandum": lambda: forge(
        {"memorandum-1.json": members()["memorandum-1.json"].replace(b"Cooperation", b"Competition")}
    ),
    "a signature of the memorandum": lambda: forge(
        {"signatures-1.json": re.sub(rb'("value":")(.)', rb"\1Z", members()["signatures-1.json"])}
    ),
    "a party that did not sign": lambda: made_of(texts(signed(made(), "cctld.ru", at=AT)), ledgers()),
    "a key that had ended": lambda: made_of(
        texts(signed(made({"parties.1.keys.0.not_after": "2026-11-22", "parties.1.keys.0.not_before": "2026-01-01"}),
                     "cctld.ru", "oac.by", at=AT.replace(day=21))), ledgers(),
    ),
    "a member without the manifest's knowledge": lambda: render_tar({**members(), "more.txt": b""}.items()),
    "a member that is missing": lambda: render_tar(
        {name: content for name, content in members().items() if name != "ledger-2/3.payload"}.items()
    ),
    "a member's octet": lambda: render_tar({**members(), "ledger-1/300.payload": b"?"}.items()),
    "the seal": lambda: render_tar(
        {**members(), SEAL: members()[SEAL].replace(b"cctld.ru\n", b"oac.by\n", 1)}.items()
    ),
    "the manifest": lambda: render_tar(
        {**members(), "manifest.json": members()["manifest.json"].replace(b"7K3Q", b"7K3R")}.items()
    ),
    "the end": lambda: package()[:20_000],
}  # fmt: skip


def _proof(*, drop: int = 0, index: int = 300) -> bytes:
    proof = parse_proof(members()["ledger-1/300.tlog-proof"])
    return render_proof(index, proof.hashes[: len(proof.hashes) - drop], proof.note)


@pytest.mark.parametrize("what", ALTERED)
def test_an_altered_package_ends_the_session(what: str, tmp_path: Path, tools: Path) -> None:
    done = run(ALTERED[what](), tmp_path, tools)
    assert done.returncode != 0, done.stdout


def test_what_a_forger_writes_for_the_shell_is_not_run(tmp_path: Path, tools: Path) -> None:
    """Arithmetic, patterns and names of files: each is refused, and nothing is made beside the package."""
    evil = b"a[$(mkdir ../owned)]"
    for name, old, new in (
        ("ledger-1/receipt", b"\n308\n", b"\n" + evil + b"\n"),
        ("ledger-1/receipt", b"cctld.ru/ledger", b"x,$(mkdir ../owned),e;/ledger"),
        ("manifest.json", b'"made_by":"cctld.ru"', b'"made_by":"$(mkdir ../owned)"'),
        ("manifest.json", b'"name":"ledger-1/receipt"', b'"name":"../../$(mkdir ../owned)"'),
    ):
        altered = members()[name].replace(old, new, 1)
        assert altered != members()[name]
        place = tmp_path / f"{len(list(tmp_path.iterdir()))}"
        data = forge({name: altered}) if name != "manifest.json" else render_tar({**members(), name: altered}.items())
        assert run(data, place, tools).returncode != 0
        assert not (place / "owned").exists()
        assert not (place / "package/owned").exists()


def test_the_page_names_every_tool_that_the_session_runs() -> None:
    assert os.path.sep not in "".join(TOOLS)
    section = PAGE.partition("## 6.")[2]
    for name in ("bash", "tar", "sed", "grep", "find", "cmp", "sha256sum", "base64", "od", "date", "openssl"):
        assert f"`{name}`" in section
