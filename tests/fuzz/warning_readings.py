"""What is asked of the readers of warnings and intersections beside reading: what was read is written again."""

from datetime import UTC, date, datetime
from uuid import UUID

from comity.core.errors import InputError
from comity.core.intersections import PART_BYTES, parse_set
from comity.core.warnings import SignCount, Signs, parse_server_set
from comity.wire.intersection_entries import (
    EndedPayload,
    PartPayload,
    cut_message,
    parse_ended,
    parse_part,
    render_intersection,
)
from comity.wire.stix import MAX_PAYLOAD_BYTES, PayloadProblem
from comity.wire.warning_entries import AnswerPayload, WarningPayload, parse_answer, parse_warning, render_warning
from fuzz.readings import must_be_told

_ID = UUID("00000000-0000-4000-8000-00000000a001")
_AT = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
_HEAD = {"clause": "14", "memorandum": "sha256:" + "0" * 64, "decided_at": _AT}


def entries() -> list[bytes]:
    signs = Signs(patterns=("demo-{digit:3}.by",), servers=("ns1.demo-bad.ru",), labels=("demobank",))
    warning = WarningPayload(
        warning=_ID, tlp="TLP:AMBER", zones=("by",), category="phishing", first_day=date(2026, 11, 26),
        last_day=date(2026, 12, 26), case="RU-7", text="One form", signs=signs, **_HEAD,
    )  # fmt: skip
    answer = AnswerPayload(
        warning=_ID, tlp="TLP:AMBER", zone="by", answer="found", as_of=date(2026, 11, 26),
        counts=(SignCount("label", 1),), total=1, names=("demobank-1.by",), **_HEAD,
    )  # fmt: skip
    data = cut_message(b"\x02" * 256 * 33)[0]
    part = PartPayload(
        run=_ID, message="request", over="names", bucket=256, sha256="0" * 64, number=0, data=data, **_HEAD
    )
    ended = EndedPayload(run=_ID, why="declined", **_HEAD)
    return [
        *(render_warning(one, sender="cctld.ru", salt="") for one in (warning, answer)),
        *(render_intersection(one, sender="cctld.ru", salt="") for one in (part, ended)),
    ]


def read_warning_entry(data: bytes) -> object:
    found = [parse_warning(data), parse_answer(data), parse_part(data), parse_ended(data)]
    must_be_told(tuple(one for one in found if isinstance(one, PayloadProblem)))
    for said in found:
        if isinstance(said, WarningPayload | AnswerPayload):
            written = render_warning(said, sender="cctld.ru", salt="s")
            again = parse_warning(written) if isinstance(said, WarningPayload) else parse_answer(written)
            assert len(written) > MAX_PAYLOAD_BYTES or again == said
            return said
        if isinstance(said, PartPayload | EndedPayload):
            written = render_intersection(said, sender="cctld.ru", salt="s")
            assert (parse_part(written) if isinstance(said, PartPayload) else parse_ended(written)) == said
            return said
    raise InputError(found[0].code)  # type: ignore[union-attr]  # all are problems


def read_set(data: bytes) -> object:
    text = data.decode("utf-8", "replace")
    assert parse_server_set(parse_server_set(text[:2_000])) == parse_server_set(text[:2_000])
    assert len(cut_message(data)) == -(-len(data) // PART_BYTES)
    return parse_set(text)
