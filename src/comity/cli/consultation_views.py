"""What `comity consultation list` and `show` print: one story as JSON, or as lines harmless for a terminal."""

import re
from datetime import datetime
from typing import Any, Final

import click

from comity.core.harmless import defang, show_unseen
from comity.store.consultation_files import files_of
from comity.store.consultations import LOCAL, TOLD, messages_of, standing_of, threads_of
from comity.store.models import Consultation, ConsultationFile, ConsultationThread

_ADDRESS: Final = re.compile(r"\b(?:https?|ftp)://[^\s<>\"']+", re.IGNORECASE)


def thread_story(row: ConsultationThread, own: str, *, at: datetime) -> dict[str, Any]:
    """One thread in short."""
    consultation = row.consultation
    late = row.state == "open" and row.answered_at is None and row.due_at is not None and row.due_at < at
    return {
        "consultation": consultation.uuid, "thread": row.uuid, "partner": row.partner, "asker": consultation.asker,
        "subject": consultation.subject, "state": row.state, "waiting_for": row.waiting_for,
        "waits_for_us": row.waiting_for == own, "due_at": row.due_at, "due_rule": row.due_rule,
        "due_clause": row.due_clause, "answered_at": row.answered_at, "overdue": late, "changed_at": row.changed_at,
    }  # fmt: skip


def story_of(consultation: Consultation, own: str, *, at: datetime) -> dict[str, Any]:
    """A consultation whole."""
    threads = []
    for row in threads_of(consultation):
        messages = messages_of(row)
        standing = standing_of(row, messages, own)
        files = files_of(messages)
        place = {uuid: number for number, uuid in enumerate(standing.order)}
        ordered = [one for _, _, one in sorted((place.get(one.uuid, len(place)), one.pk, one) for one in messages)]
        told = [
            {
                "message": one.uuid, "event": one.event, "party": one.party, "actor": one.actor, "at": one.at,
                "tlp": one.tlp, "text": one.text, "verdict": one.verdict, "clause": one.clause, "reason": one.reason,
                "redacted": one.redacted, "after_close": one.uuid in standing.after_close, "erased_at": one.erased_at,
                "files": [_file(file) for file in files.get(one.pk, []) if one.erased_at is None],
            }
            for one in ordered
        ]  # fmt: skip
        threads.append({**thread_story(row, own, at=at), "others": row.others, "messages": told})
    return {
        "consultation": consultation.uuid, "asker": consultation.asker, "subject": consultation.subject,
        "category": consultation.category, "topic": consultation.topic, "language": consultation.language,
        "tlp": consultation.tlp, "registrable": consultation.registrable,
        "case": consultation.case.ref if consultation.case else "", "threads": threads,
    }  # fmt: skip


def print_threads(rows: list[ConsultationThread], own: str, *, at: datetime) -> None:
    """One line for each thread."""
    for row in rows:
        told = thread_story(row, own, at=at)
        due = f"due {row.due_at:%Y-%m-%d %H:%MZ}" if row.due_at and row.answered_at is None else ""
        marks = [row.state, "waits for us" if told["waits_for_us"] else "", due, "overdue" if told["overdue"] else ""]
        line = "  ".join(mark for mark in marks if mark)
        click.echo(f"{row.consultation.uuid}  {row.partner}  {line}  {_in_one_line(row.consultation.subject)}")


def print_consultation(story: dict[str, Any]) -> None:
    """A consultation as lines."""
    about = " ".join(filter(None, (story["tlp"], story["category"], story["topic"], defang(story["registrable"]))))
    click.echo(f"{_in_one_line(story['subject'])}\n{about}  asked by {story['asker'] or '-'}")
    for thread in story["threads"]:
        due = f", due {thread['due_at']:%Y-%m-%d %H:%MZ} ({thread['due_rule']})" if thread["due_at"] else ""
        click.echo(f"\nwith {thread['partner']}: {thread['state']}{due}{', overdue' if thread['overdue'] else ''}")
        for one in thread["messages"]:
            withheld = (
                "" if one["verdict"] in {*TOLD, LOCAL} else f"  {one['verdict']}: {one['clause']} {one['reason']}"
            )
            late = "  after the close" if one["after_close"] else ""
            click.echo(f"  {one['at']:%Y-%m-%d %H:%MZ}  {one['party']}  {one['event']}  {one['tlp']}{withheld}{late}")
            click.echo(f"    message {one['message']}")
            for line in _harmless("(erased)" if one["erased_at"] else one["text"]).splitlines():
                click.echo(f"    {line}")
            for file in one["files"]:
                click.echo(f"    file {_harmless(file['name'])}  {file['size']} octets  {file['state']}")


def _file(file: ConsultationFile) -> dict[str, Any]:
    kept = file.attachment
    state = file.problem or ("whole" if kept.body_id else "arriving")
    return {
        "uuid": kept.uuid, "name": kept.name, "sha256": kept.sha256, "size": kept.size,
        "media_type": kept.media_type, "state": state,
    }  # fmt: skip


def _in_one_line(text: str) -> str:
    return " ".join(_harmless(text).split())


def _harmless(text: str) -> str:
    return _ADDRESS.sub(lambda found: defang(found[0]), show_unseen(text))
