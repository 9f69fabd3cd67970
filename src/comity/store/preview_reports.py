"""Reports about a partner's names as a dry run reads them: those of open cases and those that wait for a person."""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from comity.core.reports import Report
from comity.store import models

_CHUNK: Final = 2_000
_decode: Final = msgspec.json.Decoder(Report).decode


class PreviewReport(msgspec.Struct, frozen=True):
    """One stored report."""

    report_uuid: str
    registrable: str
    zone: str
    case_ref: str
    protected: str
    report: Report


def iterate_reports(zones: Iterable[str]) -> Iterator[PreviewReport]:
    """Give the reports about names in some zones whose case is not closed, oldest first, in bounded memory."""
    found = (
        models.Report.objects.filter(zone__in=sorted(zones))
        .exclude(case__state="closed")
        .order_by("pk")
        .values_list("uuid", "registrable", "zone", "case__ref", "case__protected", "standing", "body")
    )
    for uuid, registrable, zone, ref, protected, standing, body in found.iterator(chunk_size=_CHUNK):
        yield PreviewReport(
            report_uuid=uuid,
            registrable=registrable,
            zone=zone,
            case_ref=ref or "",
            protected=protected or ("guard-list" if standing == "held" else ""),
            report=_decode(bytes(body)),
        )
