"""From the forms of consultations to what the flows take, and from their refusals to sentences beside the fields.

A form is untrusted: files are bounded before they are read, everything else is judged by the flow.  A refusal names its
field; what has no field of its own stands above the form in the flow's own words.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import Final

import msgspec
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext_lazy as _

from comity.core.consultations import ATTACHMENT_BYTES, ATTACHMENTS
from comity.core.errors import ComityError, InputError, PersonalDataError
from comity.flows.consult import Question
from comity.flows.say import File, Words

_SENTENCES: Final[dict[str, Promise]] = {
    "subject": _("Write a subject of one line, at most 200 characters."),
    "text": _("Write a text of at most 8,000 characters."),
    "partner": _("Choose a partner."),
    "case": _("There is no case with this number."),
    "category": _("Choose a category from the list."),
    "topic": _("Choose a topic from the list."),
    "language": _("Choose a language from the list."),
    "due": _("Give a date in the future."),
    "tlp": _("Choose another marking. Partners may be named to one another at TLP:GREEN or TLP:CLEAR only."),
    "files": _("At most 5 files of at most 2 MB each: pictures, PDF or plain text."),
    "role": _("Write the role in one line."),
    "topics": _("Choose at least one topic."),
    "languages": _("Choose at least one language."),
    "consent": _("A person is named only who agreed: write who agreed, when and how."),
}
PERSONAL_DATA: Final = _(
    "An e-mail address stands in it, and no clause lets it cross. Take it out, or confirm that it is replaced by the "
    "word “redacted”."
)
PERSONAL_FILE: Final = _(
    "An e-mail address stands in the file, and no clause lets it cross. Attach the file without it."
)


class Refusal(msgspec.Struct, frozen=True):
    """Why a form was not taken: the field, and the sentence; `confirm`: the reader may confirm and send again."""

    field: str
    sentence: str
    confirm: bool = False


def read_words(form: QueryDict, files: Iterable["UploadedFile[bytes]"]) -> Words:
    """Read a message.  Raises `InputError` for files that are too many or too large, before they are read."""
    return Words(
        text=form.get("text", "").replace("\r\n", "\n"),
        tlp=form.get("tlp", "")[:20],
        language=form.get("language", "")[:10],
        files=_read_files(list(files)),
        confirmed=form.get("confirmed") == "yes",
    )


def read_question(form: QueryDict, files: Iterable["UploadedFile[bytes]"]) -> Question:
    """Read a question to partners."""
    due = form.get("due", "").strip()
    return Question(
        partners=tuple(form.getlist("partner")),
        subject=form.get("subject", "").strip(),
        words=read_words(form, files),
        category=form.get("category", "")[:24],
        topic=form.get("topic", "")[:40],
        case_ref=form.get("case", "").strip()[:20],
        due_at=_end_of(due) if due else None,
        names_others=form.get("others") == "yes",
    )


def refusal_of(error: ComityError) -> Refusal:
    """Say a flow's refusal beside the field that it is about."""
    if isinstance(error, PersonalDataError):
        about_file = "attach" in error.message
        return Refusal(
            "files" if about_file else "text", str(PERSONAL_FILE if about_file else PERSONAL_DATA), not about_file
        )
    field = {"TLP:RED": "tlp"}.get(error.item, error.item)
    if error.code == "not-found" and "case" in error.message:
        field = "case"
    if (
        isinstance(error, InputError)
        and field not in _SENTENCES
        and ("octets" in error.message or "kept" in error.message or "picture" in error.message)
    ):
        field = "files"
    if field in _SENTENCES:
        return Refusal(field, str(_SENTENCES[field]))
    return Refusal("", str(error))


def _read_files(files: Sequence["UploadedFile[bytes]"]) -> tuple[File, ...]:
    if len(files) > ATTACHMENTS or any((file.size or 0) > ATTACHMENT_BYTES for file in files):
        raise InputError("too many or too large", item="files")
    return tuple(File(file.name or "file", file.read()) for file in files)


def _end_of(day: str) -> datetime:
    """The end of a day in the node's time zone.  Raises `InputError`."""
    try:
        date = parse_date(day)
    except ValueError:
        date = None
    if date is None:
        raise InputError("is no date", item="due")
    return datetime.combine(date, time(23, 59), get_current_timezone())
