"""`comity doctor`: what is wrong with a node, and how each thing is mended, in one sentence and one command.

Made for a broken node: a configuration or a database that cannot be read is itself a finding, and everything else is
examined all the same.  It changes nothing, and asks the database for five seconds at most.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import quote

import click
import msgspec
from django.db import connections

import comity.cli.broken_node_setup  # noqa: F401 — starts Django before any module that holds a model
from comity.cli.context import dir_option, json_option
from comity.cli.outcome import print_json
from comity.core.alarms import Alarm
from comity.core.errors import SettingError
from comity.edges.home import Home
from comity.flows.admit import Patient, admit, one_line
from comity.flows.diagnose import diagnose
from comity.store.connect import use_database
from comity.wire.alarm_texts import alarm_text
from comity.wire.decision_texts import LANGUAGES, Language

_SECONDS: Final = 5


class Finding(msgspec.Struct, frozen=True):
    """One finding, as --json gives it."""

    code: str
    severity: str
    about: str
    detail: str
    found: str
    mend: str
    command: str


@click.command()
@dir_option
@json_option
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the sentences.")
def doctor(directory: Path, as_json: bool, language: str) -> int:
    """Find what is wrong with a node and say how to mend it; exits 0 when well, 1 when something was found.

    Works on a broken node too, and changes nothing.  A mere notice is shown and leaves the exit code 0.
    """
    patient, trouble = _open(admit(directory))
    try:
        alarms = [*trouble, *diagnose(patient, at=datetime.now(UTC))]
    finally:
        connections.close_all()
    findings = [_finding(alarm, cast("Language", language), patient.path) for alarm in alarms]
    well = all(alarm.severity == "notice" for alarm in alarms)
    if as_json:
        print_json({"well": well, "findings": [msgspec.structs.asdict(finding) for finding in findings]})
        return 0 if well else 1
    for alarm, finding in zip(alarms, findings, strict=True):
        word = alarm_text(alarm, cast("Language", language), directory=str(patient.path)).severity
        click.echo(f"{word} [{finding.code}] {finding.found}\n    {finding.mend}:\n    {finding.command}")
    if not findings:
        click.echo(f"{patient.home.party}: nothing is wrong")
    return 0 if well else 1


def _open(patient: Patient) -> tuple[Patient, list[Alarm]]:
    """Point the store at the node's database for a look: nothing is made or set, and nobody is waited for."""
    try:
        use_database(_for_a_look(patient.home))
    except SettingError as error:
        return patient, [Alarm("settings-unreadable", error.item, one_line(error.message))]
    return patient, []


def _for_a_look(home: Home) -> dict[str, Any]:
    entry = home.database()
    if home.is_embedded:
        options = {"uri": True, "timeout": _SECONDS, "transaction_mode": "IMMEDIATE"}
        name = f"file:{quote(entry['NAME'])}?mode=rw"  # never made where it is missing
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "OPTIONS": options}
    return {**entry, "CONN_MAX_AGE": 0, "OPTIONS": {"connect_timeout": _SECONDS}}


def _finding(alarm: Alarm, language: Language, directory: Path) -> Finding:
    text = alarm_text(alarm, language, directory=str(directory))
    return Finding(alarm.code, alarm.severity, alarm.about, alarm.detail, text.found, text.mend, text.command)
