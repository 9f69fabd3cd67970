"""Forget: take out of this node's store what an erasure names, wherever it was copied (docs/spec/entries.md §8).

A report keeps what its case needs (`core.erasure`); the notes of its case lose what they quote of it.  Decisions stay:
they hold clauses and classes, no content.  The ledger's own payload is the caller's to erase, in the same transaction.
"""

from collections.abc import Iterable
from typing import Any

from comity.core.erasure import erased_texts, mask_quotes, reduce_report
from comity.core.personal_data import mask
from comity.store.case_reports import ReportRow
from comity.store.erasures import read_notes, replace_notes, replace_report
from comity.store.models import ReporterWord
from comity.store.releases import forget_told
from comity.store.subscribers import has_subscribers
from comity.store.told_items import mark_changed
from comity.wire.canonical import canonical, parse_json
from comity.wire.report_json import render_report


def forget_report(row: ReportRow, *, also: Iterable[str] = ()) -> tuple[str, ...]:
    """Reduce a stored report and mask its case's notes; tells the texts that must not be quoted any more."""
    texts = erased_texts(row.report, host=row.host, also=also)
    replace_report(row.pk, render_report(reduce_report(row.report, host=row.host)))
    forget_told([row.uuid], case_pk=row.case_pk)
    if row.case_pk is not None:
        if has_subscribers():
            mark_changed([row.case_pk])
        mask_notes([row.case_pk], texts)
    return texts


def forget_words(report_pk: int) -> tuple[str, ...]:
    """Empty what the reporter said of a report later; tells the texts as they may stand in notes of its case."""
    words = ReporterWord.objects.filter(report_id=report_pk)
    texts = tuple(mask(text) for text in words.exclude(text="").values_list("text", flat=True))
    words.update(text="")
    return texts


def mask_notes(case_pks: Iterable[int], texts: tuple[str, ...]) -> None:
    """Put a word in place of every quotation in what was written on these cases."""
    changed = []
    for case_pk in case_pks:
        for pk, note, detail in read_notes(case_pk):
            masked = mask_quotes(note, texts), _mask_detail(detail, texts)
            if masked != (note, detail):
                changed.append((pk, *masked))
    replace_notes(changed)


def _mask_detail(detail: bytes, texts: tuple[str, ...]) -> bytes:
    said = parse_json(detail) if detail else {}
    masked = _mask_words(said, texts)
    return detail if masked == said else canonical(masked)


def _mask_words(said: Any, texts: tuple[str, ...]) -> Any:
    """What people wrote: the words of the collateral check and the sources of its answers."""
    if not isinstance(said, dict):
        return said
    masked = dict(said)
    if isinstance(words := said.get("collateral"), str):
        masked["collateral"] = mask_quotes(words, texts)
    if isinstance(check := said.get("check"), list):
        masked["check"] = [
            {**one, "source": mask_quotes(one["source"], texts)} if isinstance(one, dict) and "source" in one else one
            for one in check
        ]
    return masked
