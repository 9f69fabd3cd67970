"""What is asked of the readers of algorithmic names beside reading: what was read is written and read again."""

from contextlib import suppress
from datetime import date

from comity.core.dga import count_part, parse_answers, parse_family
from comity.core.errors import InputError
from comity.wire.dga_entries import (
    AnswerPayload,
    SharePayload,
    parse_answer,
    parse_share,
    parse_status,
    part_of,
    render_dga,
)
from comity.wire.dga_list import DgaReader, detect_dga_format, parse_format
from comity.wire.stix import MAX_PAYLOAD_BYTES, PayloadProblem
from fuzz import corpus
from fuzz.readings import must_be_told


def entries() -> list[bytes]:
    return [one["payload"].encode() for one in corpus.vectors("dga")["entries"]]


def read_dga_entry(data: bytes) -> object:
    found = [parse_share(data), parse_answer(data), parse_status(data)]
    must_be_told(tuple(one for one in found if isinstance(one, PayloadProblem)))
    for said, parse in zip(found, (parse_share, parse_answer, parse_status), strict=True):
        if isinstance(said, PayloadProblem):
            continue
        written = render_dga(said, sender="cctld.ru", salt="s")
        assert len(written) > MAX_PAYLOAD_BYTES or parse(written) == said
        if isinstance(said, SharePayload):
            part = part_of(said)
            assert sum(sum(counter.values()) for counter in count_part(part, "").values()) == part.count
        if isinstance(said, AnswerPayload):
            parse_answers(said.answers, count=3)
        return said
    raise InputError(found[0].code)  # type: ignore[union-attr]  # all three are problems


def read_dga_list(data: bytes) -> object:
    lines = data.decode("utf-8", "replace").split("\n")
    with suppress(InputError):
        parse_family(lines[0])
    declared = parse_format(lines[0][:40]) if "," in lines[0][:40] and "name" in lines[0][:40] else None
    reader = DgaReader(declared or detect_dga_format(lines), family="demo", on=date(2026, 11, 26))
    found = reader.read(lines, 1)
    assert len(found.names) == len(found.days) == len(found.lines)
    assert len(found.names) + len(found.problems) <= len(lines)
    return found
