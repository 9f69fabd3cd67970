"""docs/how-to/doctor.md lists every alarm as the program tells it, and no other."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from comity.core.alarms import ALARMS, Alarm
from comity.wire.alarm_texts import ENTRIES, alarm_text
from comity.wire.decision_texts import LANGUAGES
from docs.test_pages import unknown_part

ROOT = Path(__file__).resolve().parents[2]


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("alarm_page", ROOT / "tools" / "alarm_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


alarm_page: Any = _load()


def test_the_page_is_what_the_program_says() -> None:
    text = (ROOT / "docs" / "how-to" / "doctor.md").read_text(encoding="utf-8")
    written = text.split(alarm_page.BEGIN)[1].split(alarm_page.END)[0]
    assert written == alarm_page.render_table(), "run: python tools/alarm_page.py"


def test_every_alarm_has_its_sentences_in_every_language() -> None:
    assert set(ENTRIES) == set(ALARMS)
    for code in ALARMS:
        told = [alarm_text(Alarm(code, "ABOUT", "DETAIL"), language, directory="DIR") for language in LANGUAGES]
        assert len({text.found for text in told}) == len(LANGUAGES), code
        assert len({text.mend for text in told}) == len(LANGUAGES), code
        assert len({text.command for text in told}) == 1
        for place in ("ABOUT", "DETAIL"):
            assert len({text.found.count(place) for text in told}) == 1, code
        assert [text for text in told if "{" in text.found + text.mend or not text.mend or not text.severity] == []


def test_what_is_put_into_a_command_is_quoted() -> None:
    text = alarm_text(Alarm("secrets-exposed", "a b; rm -rf c"), "en", directory="/d")
    assert text.command == "chmod go-rwx 'a b; rm -rf c'"


@pytest.mark.parametrize("code", ALARMS)
def test_the_commands_that_mend_exist(code: str) -> None:
    command = alarm_text(Alarm(code, "ABOUT", "DETAIL"), "en", directory="DIR").command
    ours = [part.strip() for part in command.replace("&&", ";").split(";") if part.strip().startswith("comity ")]
    assert [wrong for line in ours if (wrong := unknown_part(line))] == []
