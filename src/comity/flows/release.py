"""Release: tell subscribers what they may read of the cases that changed, and take back what they may read no more.

The only writer of told items.  Cases are taken in batches; each batch is one transaction: the marks that say which
cases changed go, and what follows from them is told, with the memorandum's decisions.  So a stop between any two steps
loses nothing and tells nothing twice.  What is told is computed anew from the store each time and compared with what
the subscriber has; only a difference becomes a version (docs/spec/subscribers.md §4).
"""

from datetime import datetime
from hashlib import sha256
from typing import Final

from django.db import transaction

from comity.edges.guard_lists import guard_digest
from comity.edges.home import Home
from comity.flows.release_cases import CaseRelease
from comity.flows.release_library import tell_articles, tell_consultations
from comity.store.memoranda import list_versions
from comity.store.releases import (
    consultations_fingerprint,
    keep_mark,
    library_fingerprint,
    lock_readers,
    mark_all,
    read_mark,
    take_changed,
)
from comity.store.subscribers import SubscriberRow, has_subscribers

_MARKS_AT_ONCE: Final = 500
_BATCHES_A_ROUND: Final = 20  # other rounds of the desk wait for this one; five seconds later it goes on


def release(home: Home, *, at: datetime) -> int:
    """Tell what changed; answers how many versions were told."""
    if not has_subscribers():
        return 0
    told = _look_around(home, at=at)
    for _batch in range(_BATCHES_A_ROUND):
        with transaction.atomic():
            readers = lock_readers()
            case_pks = take_changed(_MARKS_AT_ONCE)
            if not case_pks:
                break
            told += CaseRelease(home, case_pks, at=at).tell(readers)
    return told


def _look_around(home: Home, *, at: datetime) -> int:
    """Follow what no case speaks of: a memorandum that began, stopped or ended, lists of protected names, the library.

    A new subscriber has seen nothing yet, so every open case is looked at for it.
    """
    told = 0
    with transaction.atomic():
        readers = lock_readers()
        marks = {reader.pk: read_mark(reader.pk) for reader in readers}
        lists = guard_digest(home)
        governing = {reader.pk: _governing(reader, lists, at) for reader in readers}
        if any(governing[pk] != marks[pk].get("governing") for pk in governing):
            mark_all()
        today = at.date().isoformat()  # what a cap kept back goes another day
        library = f"{today} {library_fingerprint()}"
        for reader in readers:
            seen, now = marks[reader.pk], {"governing": governing[reader.pk]}
            if reader.kind == "party":
                now["library"] = library
                now["consultations"] = f"{today} {consultations_fingerprint(reader.party)}"
                is_new = now["governing"] != seen.get("governing")
                if is_new or now["library"] != seen.get("library"):
                    told += tell_articles(home, reader, at=at)
                if is_new or now["consultations"] != seen.get("consultations"):
                    told += tell_consultations(home, reader, at=at)
            if any(seen.get(name) != word for name, word in now.items()):
                keep_mark(reader.pk, **now)
    return told


def _governing(reader: SubscriberRow, lists: str, at: datetime) -> str:
    """A word that changes with what decides beside the cases: the lists of protected names, and the memoranda."""
    versions = [
        f"{one.digest} {one.status}"
        for one in list_versions(at=at)
        if reader.kind != "party" or one.memorandum.party(reader.party) is not None
    ]
    return sha256("\n".join([lists, *sorted(versions)]).encode()).hexdigest()
