"""Lists of names to block, in the forms that resolvers, browsers and scripts read: one literal table, `LISTS`.

Each form is a head, parts and a tail; a part is the lines of some hundred names and knows nothing of the others, so
that a list is brought up to date by writing anew the parts that changed.  JSON is one document; its schema is
docs/spec/comity-blocklist-1.schema.json.  Names are A-labels in lower case: none can end a line or open a field.
"""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec
import orjson

from comity.core.blocking import Listed

SCHEMA: Final = "comity-blocklist-1"
_CSV_HEAD: Final = "name,categories,tlp,clauses,first_seen,last_seen,since,references\r\n"
_FORMULA: Final = ("=", "+", "-", "@")


class ListHead(msgspec.Struct, frozen=True, kw_only=True):
    """What the head of a list says: whose it is, how strictly it is marked, which version it is, and of when."""

    title: str
    tlp: str
    clause: str
    serial: int
    names: int
    changed_at: datetime | None


class ListForm(msgspec.Struct, frozen=True):
    """One form: the file's name, its media type, and how it is written."""

    file: str
    media_type: str
    head: Callable[[ListHead], str]
    part: Callable[[Sequence[Listed]], str]
    between: str = ""
    tail: str = ""


def render_moment(at: datetime | None) -> str:
    """Write a moment as RFC 3339 in UTC, to the second; empty where there is none."""
    return at.astimezone(UTC).isoformat()[:19] + "Z" if at else ""


def _head(mark: str, *, first: str = "") -> Callable[[ListHead], str]:
    def write(head: ListHead) -> str:
        said = (
            f"{head.title}", f"Marking: {head.tlp}", f"Told by: {head.clause}", f"Version: {head.serial}",
            f"Last modified: {render_moment(head.changed_at)}", f"Names: {head.names}",
        )  # fmt: skip
        return first + "".join(f"{mark} {_one_line(line)}\n" for line in said)

    return write


def _lines(before: str, after: str = "") -> Callable[[Sequence[Listed]], str]:
    return lambda names: "".join([f"{before}{one.name}{after}\n" for one in names])


def _csv(names: Sequence[Listed]) -> str:
    text = io.StringIO()
    rows = csv.writer(text)
    for one in names:
        rows.writerow((
            one.name, " ".join(one.categories), one.tlp, _cell("; ".join(one.clauses)), render_moment(one.first_seen),
            render_moment(one.last_seen), render_moment(one.since), " ".join(one.references),
        ))  # fmt: skip
    return text.getvalue()


def _json_head(head: ListHead) -> str:
    said = {
        "schema": SCHEMA, "title": head.title, "tlp": head.tlp, "clause": head.clause, "version": head.serial,
        "last_modified": render_moment(head.changed_at) or None, "count": head.names,
    }  # fmt: skip
    return orjson.dumps(said).decode().removesuffix("}") + ',"names":[\n'


def _json(names: Sequence[Listed]) -> str:
    return ",\n".join([
        orjson.dumps({
            "name": one.name, "categories": one.categories, "tlp": one.tlp, "clauses": one.clauses,
            "first_seen": render_moment(one.first_seen) or None, "last_seen": render_moment(one.last_seen) or None,
            "since": render_moment(one.since), "references": one.references,
        }).decode()
        for one in names
    ])  # fmt: skip


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


_TEXT: Final = "text/plain; charset=utf-8"

LISTS: Final[dict[str, ListForm]] = {
    "hosts": ListForm("hosts.txt", _TEXT, _head("#"), _lines("0.0.0.0 ")),
    "plain": ListForm("names.txt", _TEXT, _head("#"), _lines("")),
    "adblock": ListForm("adblock.txt", _TEXT, _head("!", first="[Adblock Plus]\n"), _lines("||", "^")),
    "dnsmasq": ListForm("dnsmasq.conf", _TEXT, _head("#"), _lines("local=/", "/")),
    "csv": ListForm("names.csv", "text/csv; charset=utf-8; header=present", lambda _head: _CSV_HEAD, _csv),
    "json": ListForm("names.json", "application/json", _json_head, _json, between=",\n", tail="\n]}\n"),
}
FORMS_BY_FILE: Final[dict[str, str]] = {form.file: key for key, form in LISTS.items()}
