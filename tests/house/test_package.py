"""The program stands on its own: installed as a package, outside the checkout, with all the data it needs."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "src" / "comity"
pytestmark = pytest.mark.xdist_group("package")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as `pip install .` would build it, by the build back end that the lock names."""
    directory = tmp_path_factory.mktemp("wheel")
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(directory)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return directory / done.stdout.strip().splitlines()[-1]


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which comity is only what the wheel holds."""
    directory = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(directory)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COMITY_", "DJANGO_", "PYTHON"))}
    return {**kept, "PYTHONPATH": str(directory)}


def run(installed: dict[str, str], cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "comity", *arguments],
        cwd=cwd, env=installed, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        path.relative_to(PACKAGE.parent).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted - held == set()
    assert any(name.endswith("licenses/LICENSES/Apache-2.0.txt") for name in held)


def test_it_names_its_commands(installed: dict[str, str], tmp_path: Path) -> None:
    done = run(installed, tmp_path, "--help")
    assert done.returncode == 0, done.stderr
    assert "intake" in done.stdout


def test_it_folds_names_without_the_checkout(installed: dict[str, str], tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("hxxp://Пример[.]РФ/path\n192.0.2.1\n", encoding="utf-8")
    done = run(installed, tmp_path, "names", str(names))
    assert done.returncode == 0, done.stderr
    folded, refused = (json.loads(line) for line in done.stdout.splitlines())
    assert folded["registrable"] == "xn--e1afmkfd.xn--p1ai"
    assert folded["party"] == "cctld.ru"
    assert refused["error"]


def test_it_makes_a_node_without_the_checkout(installed: dict[str, str], tmp_path: Path) -> None:
    done = run(installed, tmp_path, "init", "node", "--party", "oac.by", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["zones"] == ["by", "xn--90ais"]
    assert (tmp_path / "node" / "node.toml").is_file()
