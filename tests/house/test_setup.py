"""What `make` promises a newcomer: the verbs, locks with hashes, and nothing about where files come from."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LOCKS = tuple(f"requirements/{name}.lock" for name in ("runtime", "dev", "foreign", "spark", "apache-spark"))


def normal(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=~! ;]", requirement, maxsplit=1)[0]).lower()


def locked(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {normal(name): version for name, version in re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.MULTILINE)}


def asked_for(file: str) -> set[str]:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return {normal(line) for line in lines if line and not line.startswith(("#", "-"))}


def test_make_alone_lists_the_verbs() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for verb in ("setup", "demo", "test", "check", "bench", "soak", "run", "clean"):
        assert re.search(rf"^  make {verb} +\S", listed, re.MULTILINE), verb


def test_continuous_integration_runs_what_people_run() -> None:
    assert re.search(r"^exec make test\b", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_file_has_a_hash(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    requirements = re.findall(r"^[A-Za-z0-9._-]+==.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    assert len(requirements) == len(locked(lock))
    assert [one.split()[0] for one in requirements if "--hash=sha256:" not in one] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_says_nothing_about_where_files_come_from(lock: str) -> None:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("-") or "://" in line] == []


def test_the_locks_hold_all_that_is_asked_for_and_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    runtime, dev = locked(LOCKS[0]), locked(LOCKS[1])
    wanted = {normal(each) for each in [*project["dependencies"], *project["optional-dependencies"]["pg"]]}
    assert wanted | asked_for("requirements/build.in") <= runtime.keys()
    assert asked_for("requirements/dev.in") <= dev.keys()
    assert {name for name in runtime.keys() & dev.keys() if runtime[name] != dev[name]} == set()
    for name in ("spark", "apache-spark"):  # what stands beside the environment, and holds nothing that is in it
        beside = locked(f"requirements/{name}.lock")
        assert asked_for(f"requirements/{name}.in") <= beside.keys() | dev.keys()
        assert beside.keys() & (runtime.keys() | dev.keys()) == set()
    assert {normal(each) for each in project["optional-dependencies"]["spark"]} <= locked(LOCKS[3]).keys()


def test_every_dependency_has_its_reason_and_no_reason_is_left_over() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [each for extra in project["optional-dependencies"].values() for each in extra]
    wanted = {normal(each) for each in [*project["dependencies"], *extras]}
    for name in ("build", "dev", "spark", "apache-spark"):
        wanted |= asked_for(f"requirements/{name}.in")
    wanted |= locked(LOCKS[2]).keys()
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    argued = {normal(name) for name in re.findall(r"^\| `([^`]+)` \| \S", text, re.MULTILINE)}
    assert argued == wanted
