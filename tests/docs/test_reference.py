"""Documentation that cannot lie: whatever the program has is documented, and the pages are what the program says."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
from click.testing import CliRunner

from comity.cli.main import COMMANDS, comity
from comity.edges.home import NodeSettings

ROOT = Path(__file__).resolve().parent.parent.parent


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "tools" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


reference: Any = _load()


@pytest.mark.parametrize("page", ["commands.md", "settings.md", "errors.md", "api.md"])
def test_a_page_is_what_the_program_says(page: str) -> None:
    said = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
    assert said == reference.pages()[page], "run: make docs"


def test_every_command_and_option_says_what_it_does() -> None:
    silent = []
    for path, command in reference.walk_commands(comity):
        if not (command.help or command.short_help):
            silent.append(" ".join(path))
        silent += [
            f"{' '.join(path)} {option.opts[0]}"
            for option in command.params
            if isinstance(option, click.Option) and not option.hidden and not option.help
        ]
    assert silent == []


def test_every_setting_has_its_sentence_and_no_sentence_is_left_over() -> None:
    assert [key for key, _kind, _default in reference.walk_settings(NodeSettings)] == list(reference.SETTINGS)


def test_every_environment_variable_has_its_sentence_and_no_sentence_is_left_over() -> None:
    files = [file for top in ("src", "tests", "bench", "tools") for file in (ROOT / top).rglob("*.py")]
    files += [*(ROOT / "tools").glob("*.sh"), ROOT / "Makefile"]
    own = {ROOT / "tools" / "reference.py", Path(__file__)}
    text = "\n".join(file.read_text(encoding="utf-8") for file in files if file not in own)
    assert set(re.findall(r"\bCOMITY_[A-Z_]*[A-Z]\b", text)) == set(reference.VARIABLES)


def test_every_error_says_what_it_means_under_a_code_of_its_own() -> None:
    errors = reference.walk_errors()
    codes = [error.code for error in errors]
    assert sorted(codes) == sorted(set(codes))
    assert [code for code in codes if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)] == []
    assert [error.__name__ for error in errors if not (error.__doc__ or "").strip()] == []
    assert [error.__name__ for error in errors if not error.__name__.endswith("Error")] == []


def test_the_readme_shows_the_help_that_the_program_prints() -> None:
    shown = re.search(r"```text\n(Usage: comity .*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert shown is not None
    printed = CliRunner().invoke(comity, ["--help"], prog_name="comity", terminal_width=78).output
    assert shown.group(1) == printed


def test_a_line_of_the_help_is_the_first_line_of_the_command() -> None:
    """The list of verbs is written by hand so that it needs no imports; here it is held to the commands themselves."""
    assert set(COMMANDS) == {path[1] for path, _command in reference.walk_commands(comity) if len(path) == 2}
