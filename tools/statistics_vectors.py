"""Make docs/spec/vectors/statistics.json from a small exchange that is counted by hand on the page of the spec.

Run as `python tools/statistics_vectors.py`; the tests read the file and never this program.
"""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from nacl.signing import SigningKey

from comity.core.ledger import PublicKey, ledger_origin
from comity.core.periods import parse_period
from comity.core.statistics import Said, count_matters
from comity.core.zone_figures import MEASURES, THRESHOLD, Beside, count_zone, suppress
from comity.wire.statistics import (
    BasisPart,
    LedgerPart,
    StatisticsDocument,
    digest_of,
    period_part,
    render_signed,
    render_statistics,
    signed_bytes,
)
from comity.wire.statistics_entries import CosignedPayload, DiffersPayload, StatedPayload, kind_of, render_statement
from comity.wire.transparency import TransparencyDocument, render_transparency

HOUR = timedelta(hours=1)
FIRST = datetime(2026, 11, 3, 12, tzinfo=UTC)
AS_OF = datetime(2026, 12, 12, 9, tzinfo=UTC)
PARTIES = ("cctld.ru", "oac.by")


def said(side: str, kind: str, word: str, hours: float, **more: Any) -> Said:
    return Said(side=side, kind=kind, word=word, at=FIRST + hours * HOUR, **more)  # type: ignore[arg-type]


def entries() -> list[Said]:
    report = {"category": "phishing", "memorandum": "sha256:" + "0" * 64}
    return [
        said("reporter", "report", "report", -24 * 10, case="old", **report),  # 24 October: another month's
        said("reporter", "report", "report", 0, case="a", **report),
        said("reporter", "report", "report", 0, case="b", **report),
        said("reporter", "report", "report", 1, case="c", **report),
        said("reporter", "report", "report", 2, case="d", **report),
        said("reporter", "report", "report", 3, case="old", **report),  # further, of a case from before
        said("reporter", "report", "report", 4, case="a", **report),  # further
        said("reporter", "report", "early-warning", 5, case="e", **report),
        Said(side="reporter", kind="report", erased=True),
        said("reporter", "case-event", "withdrawn", 50, case="d"),
        said("answerer", "case-event", "accepted", 1, peers=("a",)),
        said("answerer", "case-event", "accepted", 3, peers=("b",)),
        said("answerer", "case-event", "refused", 2, peers=("c",), clause="4", reason="evidence-too-old"),
        said("answerer", "case-event", "outcome", 10, peers=("a",), outcome="hold_registry", action="server-hold"),
        said("answerer", "case-event", "outcome", 90, peers=("a",), outcome="restored_on_appeal"),
        said("answerer", "case-event", "outcome", 40, peers=("b",), outcome="not_reproducible"),
    ]  # fmt: skip


def main() -> None:
    period = parse_period("2026-11")
    if period is None:
        raise ValueError
    known = entries()
    figures = count_matters(
        known, period, lambda _digest, _category: None, reporter=PARTIES[0], answerer=PARTIES[1], as_of=AS_OF
    )
    ledgers = tuple(LedgerPart(ledger_origin(*pair), 10, "11" * 32) for pair in (PARTIES, PARTIES[::-1]))
    document = StatisticsDocument(
        reporter=PARTIES[0], answerer=PARTIES[1], period=period_part(period), as_of=AS_OF, ledgers=ledgers,
        basis=BasisPart((), 1, ()), figures=figures,
    )  # fmt: skip
    body = render_statistics(document)
    keys = [SigningKey(bytes([number]) * 32) for number in (1, 2)]
    signatures = [b64encode(key.sign(signed_bytes(body)).signature).decode() for key in keys]
    named = [PublicKey(f"demo-{number}", bytes(key.verify_key)) for number, key in enumerate(keys, 1)]
    digest, at = digest_of(body), AS_OF
    about = {"clause": "3", "memorandum": "sha256:" + "0" * 64, "decided_at": at, "digest": digest}
    payloads = [
        StatedPayload(document=body.decode(), kid=named[0].kid, signature=signatures[0], **about),  # type: ignore[arg-type]
        CosignedPayload(kid=named[1].kid, signature=signatures[1], **about),  # type: ignore[arg-type]
        DiffersPayload(why="figures", paths=("/figures/acknowledge/median",), **about),  # type: ignore[arg-type]
    ]
    public = TransparencyDocument(
        party=PARTIES[1], zones=("by",), period=period_part(period), counted_at=AS_OF, threshold=THRESHOLD,
        publish=MEASURES, figures=suppress(count_zone([], Beside()), MEASURES), agreed=(),
    )  # fmt: skip
    page = {
        "said": [{key: value for key, value in msgspec.to_builtins(one).items() if value} for one in known],
        "document": body.decode(),
        "digest": digest,
        "file": render_signed(body, list(zip(PARTIES, named, signatures, strict=True))).decode(),
        "entries": [
            {
                "kind": kind_of(one),
                "payload": render_statement(
                    one, sender=PARTIES[kind_of(one) != "statistics"], tlp="TLP:AMBER", salt="0" * 32
                ).decode(),
            }
            for one in payloads
        ],
        "transparency": render_transparency(public).decode(),
    }
    path = Path(__file__).resolve().parent.parent / "docs" / "spec" / "vectors" / "statistics.json"
    path.write_text(json.dumps(page, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
