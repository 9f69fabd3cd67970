"""Pages that a person follows: links lead somewhere, and every command shown exists with the options shown."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

from comity.cli.main import comity

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def page_id(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    found: set[str] = set(re.findall(r'<a (?:id|name)="([^"]+)"', text))
    for heading in re.findall(r"^#{1,6} (.+)$", text, re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        found.add(re.sub(r"[^\w\- ]", "", words).replace(" ", "-"))
    return found


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_links_lead_somewhere(page: Path) -> None:
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", text)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        place = (page.parent / unquote(file)).resolve() if file else page
        if not place.exists() or (anchor and place.suffix == ".md" and anchor not in anchors(place)):
            dead.append(target)
    assert dead == []


@pytest.mark.parametrize("page", [page for page in PAGES if "reference" not in page.parts], ids=page_id)
def test_commands_shown_exist(page: Path) -> None:
    assert [wrong for line in shown_commands(page) if (wrong := unknown_part(line))] == []


def test_pages_that_the_source_names_exist() -> None:
    files = [file for top in ("src", "tests", "tools", "bench") for file in (ROOT / top).rglob("*") if file.is_file()]
    named = {
        (name, file.relative_to(ROOT).as_posix())
        for file in [*files, ROOT / "Makefile", ROOT / "pyproject.toml"]
        if file.suffix in {".py", ".sh", ".toml", ".html", ".yaml", ""}
        for name in re.findall(
            r"\bdocs/[\w./-]+\.(?:md|json|yaml)\b", file.read_text(encoding="utf-8", errors="replace")
        )
    }
    assert sorted(where for where in named if not (ROOT / where[0]).exists()) == []


def test_every_page_can_be_found_from_the_index() -> None:
    index = ROOT / "docs" / "index.md"
    linked = {
        (index.parent / target).resolve() for target in re.findall(r"\]\(([^)#\s]+)", index.read_text(encoding="utf-8"))
    }
    listed = {page for page in PAGES if page.is_relative_to(index.parent) and page.parent.name != "decisions"}
    assert sorted(map(page_id, listed - linked - {index})) == []


def shown_commands(page: Path) -> Iterator[str]:
    """Every line of a shell block that calls comity, continuation lines joined, comments off."""
    for language, block in _FENCE.findall(page.read_text(encoding="utf-8")):
        if language not in {"sh", "shell", "bash", "console"}:
            continue
        for line in block.replace("\\\n", " ").splitlines():
            for part in re.split(r"[|;]|&&", line.removeprefix("$ ").split(" #")[0]):
                if re.match(r"\s*(\.venv/bin/)?comity ", part):
                    yield part.strip()


def unknown_part(line: str) -> str:
    """The first word of a command line that the program does not know; empty when it knows them all."""
    words = shlex.split(line, comments=True)[1:]
    command: click.Command = comity
    context = click.Context(comity, info_name="comity", help_option_names=["-h", "--help"])
    while words and isinstance(command, click.Group) and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        if found is None:
            return f"{line}: {words[0]}"
        command, words = found, words[1:]
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    known |= {"-h", "--help"} | ({"--version"} if command is comity else set())
    used = [word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)]
    return next((f"{line}: {option}" for option in used if option not in known), "")
