"""The house keeps its rules: no drawers, no long files, no machine's paths, every module says what it is for."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DRAWERS = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "base",
    "manager",
    "service",
    "handler",
    "misc",
    "tools",
    "lib",
}
# file: who else gave it the name of a drawer
NAMED_BY_OTHERS = {"src/comity/store/sqlite/base.py": "Django looks for a database backend under this name"}
LONG = 350
# file: why it is one thing although it is long
LONG_WITH_REASON: dict[str, str] = {
    "src/comity/client/calls.py": "written by tools/client.py: a method for each route, read by programs and editors",
    "src/comity/web/labels.py": "one table of words: whatever the core names in kebab-case, as people say it",
    "src/comity/wire/alarm_texts.py": "one table of sentences: each alarm in five languages, side by side",
    "src/comity/wire/decision_texts.py": "one table of sentences: each reason in five languages, side by side",
}
# What a committed file must not hold, spelled so that this file does not hold it.
FORBIDDEN = {
    "a path of some machine": re.compile("|".join(["/" + "work/", "tmp" + "/prep", "/" + "root/", r"/home/[a-z]+/"])),
    "a package registry": re.compile("|".join([r"pypi\." + "org", "python" + r"hosted\.org", r"npmjs\." + "org"])),
    "an unfinished thought": re.compile(r"\b(TO" + "DO|FIX" + "ME|XX" + r"X)\b"),
}
BINARY = {".png", ".mo", ".gz", ".ico", ".woff2"}


def tracked() -> list[Path]:
    """Every file of the tree, committed or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:  # an unpacked archive: there is nothing that git would leave out
        return [
            path
            for top in ("src", "tests", "docs", "tools", "bench")
            for path in (ROOT / top).rglob("*")
            if path.is_file()
        ]
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def modules() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py" and path.is_relative_to(ROOT / "src")]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_there_are_no_drawers() -> None:
    parts = {
        (part, named(path)) for path in modules() for part in (path.stem, *path.relative_to(ROOT / "src").parts[:-1])
    }
    drawers = [found for found in sorted(parts) if found[0] in DRAWERS]
    assert [file for _part, file in drawers if file not in NAMED_BY_OTHERS] == []
    assert [file for file in NAMED_BY_OTHERS if not (ROOT / file).is_file()] == []


def test_no_file_is_long_without_a_reason() -> None:
    long = {
        named(path): lines
        for path in modules()
        if "migrations" not in path.parts and (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONG
    }
    assert {file: lines for file, lines in long.items() if file not in LONG_WITH_REASON} == {}
    assert [file for file in LONG_WITH_REASON if not (ROOT / file).is_file()] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        named(path)
        for path in tracked()
        if path.suffix == ".py" and "migrations" not in path.parts
        if (source := path.read_text(encoding="utf-8")).strip()
        and not (ast.get_docstring(ast.parse(source)) or "").strip()
    ]
    assert silent == []


def test_no_function_hides_an_import() -> None:
    hidden = [
        f"{named(path)}:{inner.lineno}"
        for path in modules()
        for outer in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(outer)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_every_exception_from_lint_or_types_is_argued() -> None:
    bare = re.compile(r"#\s*(noqa: [A-Z0-9, ]+|type: ignore\[[a-z\-, ]+\])\s*$")
    first: dict[tuple[str, str], str] = {}
    for path in modules():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if found := bare.search(line):
                # The same exception may follow its argued first one in the same file.
                first.setdefault((named(path), found.group(1)), f"{named(path)}:{number}: {found.group(1)}")
    argued = {
        (named(path), exception)
        for path in modules()
        for exception in re.findall(
            r"#\s*(noqa: [A-Z0-9]+|type: ignore\[[a-z\-, ]+\])\s*(?:—|#|:|-)\s*\S", path.read_text(encoding="utf-8")
        )
    }
    assert [where for key, where in first.items() if key not in argued] == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_committed_file_holds(what: str) -> None:
    found = [
        f"{named(path)}:{number}"
        for path in tracked()
        if path.suffix not in BINARY
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1)
        if FORBIDDEN[what].search(line)
    ]
    assert found == []
