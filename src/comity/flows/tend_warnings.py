"""Tend warnings: what waits goes when it may, our zones are swept for what partners warned of, answers are told.

A warning or an answer that a cap, a suspension or a missing link kept back is asked about again, an hour after it was
asked about last.  The sweep is a process of its own, started only where a snapshot is newer than the last answer.
"""

import logging
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
from django.db import transaction

from comity.core.errors import ComityError
from comity.core.warning_terms import SENT
from comity.edges.home import Home
from comity.edges.processes import die_with_parent, program
from comity.flows.share_warnings import hold_outgoing, share_answer, share_warning
from comity.store.warnings import due_warnings, find_answer, lock_warning, waiting_answers, waiting_warnings

LOG = logging.getLogger("comity.desk")
_AGAIN: Final = timedelta(hours=1)
_SWEEP_SECONDS: Final = 3_600.0


class _Snapshot(msgspec.Struct):
    as_of: date


class SweepFailedError(ComityError):
    """The process that sweeps our zones for warnings ended without an answer; it is started again at the next round."""

    code = "sweep-failed"


_decode_snapshot: Final = msgspec.json.Decoder(_Snapshot).decode


def tend_warnings(home: Home, *, at: datetime) -> int:
    """Do what is due; answers how many entries were written and sweeps started."""
    return tell_waiting(home, at=at) + _sweep(home, at)


def tell_waiting(home: Home, *, at: datetime) -> int:
    """Ask again about what waits; answers how many entries were written."""
    before, today = at - _AGAIN, at.astimezone(UTC).date()
    sent = 0
    for row in waiting_warnings(home.party, asked_before=before, today=today):
        with transaction.atomic():
            hold_outgoing(row.partner)
            held = lock_warning(row.pk)
            if held.told_at is None and held.withdrawn_at is None:  # a person may have been quicker
                sent += share_warning(home, held, at=at).verdict in SENT
    for answer in waiting_answers(home.party, asked_before=before):
        with transaction.atomic():
            hold_outgoing(answer.warning.origin)
            warning = lock_warning(answer.warning_id)
            waiting = find_answer(warning, answer.zone)
            if waiting is not None and waiting.told_at is None and warning.withdrawn_at is None:
                waiting.warning = warning
                sent += share_answer(home, waiting, at=at).verdict in SENT
    return sent


def _sweep(home: Home, at: datetime) -> int:
    if not any(_is_due(home, zone, at) for zone in home.zones):
        return 0
    command = [*program(), "warning", "sweep", "--dir", str(home.path)]
    try:
        subprocess.run(  # noqa: S603 — our own program
            command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            timeout=_SWEEP_SECONDS, preexec_fn=die_with_parent,
        )  # fmt: skip
    except subprocess.CalledProcessError as error:
        raise SweepFailedError(error.stderr.decode(errors="replace").strip()[-500:], item="warning sweep") from error
    except subprocess.TimeoutExpired as error:
        raise SweepFailedError(f"took longer than {_SWEEP_SECONDS:.0f} seconds", item="warning sweep") from error
    return 1


def _is_due(home: Home, zone: str, at: datetime) -> bool:
    """Whether a warning holds for a zone whose newest snapshot was not swept for it."""
    as_of = _newest_day(home.path / "sweeps" / "names" / zone)
    if as_of is None:
        return False
    return bool(due_warnings(home.party, zone, today=at.astimezone(UTC).date(), as_of=as_of))


def _newest_day(folder: Path) -> date | None:
    """The day of the newest whole snapshot of a zone, as `comity.sweep.name_store` leaves it."""
    try:
        current = (folder / "current").read_text(encoding="utf-8").strip()
        return _decode_snapshot((folder / current / "snapshot.json").read_bytes()).as_of
    except (OSError, msgspec.DecodeError):
        return None
