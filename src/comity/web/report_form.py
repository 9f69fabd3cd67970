"""The public form's fields as a page shows them: what was typed, what is wrong, what may be chosen.

Which fields there are follows from `core.report_guide`; here they get their kind of input and their words.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from comity.core.categories import DISPOSITIONS, Category
from comity.core.public_reports import LANGUAGES, FieldProblem
from comity.core.report_guide import ALREADY_TOLD, fields_for

_KIND: Final[dict[str, str]] = {
    "observed_on": "date",
    "email": "email",
    "narrative": "textarea",
    "message": "textarea",
    "log_extract": "textarea",
    "screenshot": "file",
}
# Choices: the table of labels and the codes.
_CHOICES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "language": ("page-language", LANGUAGES[1:]),
    "already_reported_to": ("already", ALREADY_TOLD),
    "disposition": ("disposition", DISPOSITIONS),
}
_LONGEST: Final[dict[str, int]] = {"name": 2048, "narrative": 2000, "message": 4000, "log_extract": 4000, "email": 254}
_WITH_HELP: Final = frozenset(
    ("name", "email", "narrative", "screenshot", "message", "log_extract", "requested_action")
)


class FormField(msgspec.Struct, frozen=True, kw_only=True):
    """One field: `problem` is a code of the table "problem"."""

    name: str
    kind: str
    required: bool
    value: str
    problem: str
    has_help: bool
    longest: int
    table: str = ""
    choices: tuple[str, ...] = ()


def form_fields(
    category: Category, *, expert: bool, typed: Mapping[str, str], problems: Sequence[FieldProblem]
) -> list[FormField]:
    """List the fields in their order."""
    wrong = {one.field: one.code for one in problems}
    if expert:
        asked = [("observed_on" if field == "observed_at" else field, need) for field, need in fields_for(category)]
        asked += [("language", "optional"), ("already_reported_to", "optional"), ("email", "required")]
    else:
        asked = [
            ("name", "required"), ("language", "optional"), ("observed_on", "required"), ("email", "required"),
            ("narrative", "optional"), ("screenshot", "optional"), ("already_reported_to", "optional"),
        ]  # fmt: skip
    return [_field(name, need == "required", typed, wrong.get(name, "")) for name, need in asked]


def _field(name: str, required: bool, typed: Mapping[str, str], problem: str) -> FormField:
    table, choices = _CHOICES.get(name, ("", ()))
    return FormField(
        name=name,
        kind="select" if choices else _KIND.get(name, "text"),
        required=required,
        value=typed.get(name, ""),
        problem=problem,
        has_help=name in _WITH_HELP,
        longest=_LONGEST.get(name, 250),
        table=table,
        choices=choices,
    )
