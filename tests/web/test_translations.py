"""Every string in every language: nothing missing, nothing left from before, forms and placeholders right,
compiled as kept.
"""

import re
import shutil
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import polib
import pytest
from django.utils import formats, translation
from django.utils.translation import gettext, ngettext

import comity.web
from comity.core import case_steps, cases, disclosure, memoranda, outcomes
from comity.core.categories import CATEGORIES, DISPOSITIONS
from comity.core.roles import CASE_ROLES, ROLES_OF_ACCOUNT
from comity.store.models import Person
from comity.web.labels import TABLES, label

WEB = Path(comity.web.__file__).parent
LOCALE = WEB / "locale"
DIRECTORIES = ["ru", "be", "vi", "zh_Hans"]
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]")

# Terms of the glossary as the pages use them, word for word.
TERMS = [
    "Phishing", "Malware", "Botnet controller (C2)", "Unauthorized access", "Spam", "Hacked website",
    "Registered with ill intent", "Domain name", "Zone (TLD)", "Registrar", "Registrant (holder)", "Hosting provider",
    "Trusted notifier", "Memorandum of cooperation", "Partner registry", "Evidence", "Category", "Outcome",
    "False positive", "Priority", "Status", "History", "Statistics", "Audit log", "Early warning", "Consultation",
    "Playbook", "Personal data", "Search", "Log in", "Log out", "Save", "Cancel", "Reason", "Access denied",
    "Version for visually impaired people", "Font size", "Page background", "Letter spacing", "Line spacing", "Images",
    "Serif / sans-serif", "Reset to default", "Received", "Under review", "Information needed", "Sent to the partner",
    "Confirmed", "Registrar notified", "Awaiting second approval", "Delegation terminated", "Threat removed",
    "Under appeal", "Being restored", "Closed", "Merged", "Close", "Reject", "Confirm receipt",
]  # fmt: skip


def catalogue(directory: str) -> polib.POFile:
    return polib.pofile(str(LOCALE / directory / "LC_MESSAGES" / "django.po"))


def test_no_string_of_the_pages_is_missing_from_any_catalogue(tmp_path: Path) -> None:
    copy = tmp_path / "web"
    shutil.copytree(WEB, copy, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    command = [
        sys.executable,
        "-P",
        "-m",
        "django",
        "makemessages",
        "--no-location",
        "--no-obsolete",
        "--settings",
        "django.conf.global_settings",
    ]
    for directory in DIRECTORIES:
        command += ["--locale", directory]
    subprocess.run(command, cwd=copy, check=True, capture_output=True)
    for directory in DIRECTORIES:
        made = polib.pofile(str(copy / "locale" / directory / "LC_MESSAGES" / "django.po"))
        wanted = {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in made}
        kept = {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in catalogue(directory)}
        assert wanted - kept == set(), directory
        assert kept - wanted == set(), directory


@pytest.mark.parametrize("directory", DIRECTORIES)
def test_every_string_is_translated_and_its_placeholders_agree(directory: str) -> None:
    entries = catalogue(directory)
    forms = {"ru": 3, "be": 3, "vi": 1, "zh_Hans": 1}[directory]
    assert len(entries) > 400
    for entry in entries:
        assert not entry.fuzzy, entry.msgid
        assert not entry.obsolete, entry.msgid
        texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        assert len(texts) == (forms if entry.msgid_plural else 1), entry.msgid
        for text in texts:
            assert text.strip() == text != "", entry.msgid
            assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(entry.msgid)), entry.msgid


@pytest.mark.parametrize("directory", DIRECTORIES)
def test_what_is_compiled_is_what_is_kept(directory: str) -> None:
    compiled = polib.mofile(str(LOCALE / directory / "LC_MESSAGES" / "django.mo"))
    kept = catalogue(directory)

    def texts(entries: polib.POFile | polib.MOFile) -> dict[tuple[str | None, str], object]:
        return {(entry.msgctxt, entry.msgid): entry.msgstr_plural or entry.msgstr for entry in entries}

    assert texts(compiled) == texts(kept)
    assert compiled.metadata["Plural-Forms"] == kept.metadata["Plural-Forms"]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ru", ["1 дело", "2 дела", "5 дел", "11 дел", "21 дело", "104 дела"]),
        ("be", ["1 справа", "2 справы", "5 спраў", "11 спраў", "21 справа", "104 справы"]),
        ("vi", ["1 vụ việc", "2 vụ việc", "5 vụ việc", "11 vụ việc", "21 vụ việc", "104 vụ việc"]),
        ("zh-hans", ["1 个案件", "2 个案件", "5 个案件", "11 个案件", "21 个案件", "104 个案件"]),
        ("en", ["1 case", "2 cases", "5 cases", "11 cases", "21 cases", "104 cases"]),
    ],
)
def test_numbers_take_their_forms(language: str, expected: list[str]) -> None:
    with translation.override(language):
        said = [ngettext("%(total)s case", "%(total)s cases", n) % {"total": n} for n in (1, 2, 5, 11, 21, 104)]
    assert said == expected


def test_terms_are_those_of_the_glossary(shared_domain: Path) -> None:
    lines = (shared_domain / "glossary.csv").read_text(encoding="utf-8").splitlines()
    columns = [line.split(",") for line in lines]
    terms = {row[1]: dict(zip(["ru", "be", "vi", "zh_Hans"], row[2:6], strict=True)) for row in columns}
    for directory in DIRECTORIES:
        words = {entry.msgid: entry.msgstr for entry in catalogue(directory) if not entry.msgctxt}
        for term in TERMS:
            assert words[term] == terms[term][directory], (directory, term)


def test_belarusian_is_in_official_spelling() -> None:
    text = " ".join(entry.msgstr for entry in catalogue("be"))
    # Signs of the other spelling: a soft sign between paired soft consonants, and letters or words Belarusian has not.
    assert re.findall(r"\w*(?:сьв|сьц|сьн|зьв|зьн|дзьв|дамэн)\w*", text) == []
    assert re.findall(r"\w*[иъщ]\w*", text) == []
    assert re.findall(r"\w*[ыіэё]\w*", " ".join(entry.msgstr for entry in catalogue("vi"))) == []


@pytest.mark.parametrize(
    ("language", "day", "moment", "number"),
    [
        ("en", "23 December 2026", "2026-12-23 09:05", "1,234,567"),
        ("ru", "23 декабря 2026 г.", "23.12.2026 09:05", "1\xa0234\xa0567"),
        ("be", "23 снежня 2026 г.", "23.12.2026 09:05", "1\xa0234\xa0567"),
        ("vi", "23/12/2026", "09:05 23/12/2026", "1.234.567"),
        ("zh-hans", "2026年12月23日", "2026-12-23 09:05", "1,234,567"),
    ],
)
def test_dates_and_numbers_are_written_as_readers_write_them(language: str, day: str, moment: str, number: str) -> None:
    with translation.override(language):
        assert formats.date_format(date(2026, 12, 23), "DATE_FORMAT") == day
        assert formats.date_format(datetime(2026, 12, 23, 9, 5), "SHORT_DATETIME_FORMAT") == moment  # noqa: DTZ001 — shown as it is
        assert formats.number_format(1234567, force_grouping=True) == number


def test_every_code_that_a_page_can_show_has_its_words() -> None:
    closed_lists = {
        "category": CATEGORIES,
        "disposition": DISPOSITIONS,
        "state": cases.STATES,
        "event": [cases.OPENED, *cases.EVENTS, *cases.NOTES],
        "step": [row.event for row in cases.TRANSITIONS if {"analyst", "approver", "appeals_officer"} & set(row.roles)],
        "outcome": [*outcomes.OUTCOMES, outcomes.PARTNER_REFUSED],
        "action": cases.ACTIONS,
        "role": [*CASE_ROLES, *ROLES_OF_ACCOUNT, *Person.Role.values],
        "verdict": disclosure.VERDICTS,
        "verdict-in": disclosure.VERDICTS,
        "kind": disclosure.KINDS,
        "question": disclosure.QUESTIONS,
        "memorandum-status": memoranda.STATUSES,
        "memorandum-event": {event for _status, event in memoranda.LIFE},
        "why": reasons_in(Path(disclosure.__file__)),
        "refusal": reasons_in(Path(case_steps.__file__)) | reasons_in(Path(cases.__file__)),
    }
    for table, codes in closed_lists.items():
        for code in codes:
            assert code.replace("_", "-") in TABLES[table], (table, code)


def reasons_in(source: Path) -> set[str]:
    """The reason codes that a file of `core` writes: they are literals there, and no list names them."""
    text = source.read_text(encoding="utf-8")
    called = re.findall(
        r'(?:_Objection\(\s*[^"()]+,|Reason\(|Decision\("[a-z-]+", [^"]+,)\s*"([a-z]+(?:-[a-z]+)+)"', text
    )
    return set(called)


def test_a_code_nobody_knows_is_shown_as_it_is() -> None:
    assert label("sent-by-raven", "event") == "sent-by-raven"
    with translation.override("ru"):
        assert label("partner_refused:evidence-too-old", "outcome") == "Отказано партнёром: evidence-too-old"
        assert gettext("Phishing") == "Фишинг"
