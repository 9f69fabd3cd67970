"""Read the mailbox: take what waits in it, a round of the desk (`flows.tend`).

A message is moved only after what became of it is kept.  A reader that dies in between leaves it where it was, and the
next round moves it: nothing is lost and nothing is taken twice.  One message that cannot be taken now stops no other.
"""

import logging
import time
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.db import DataError

from comity.core.errors import ComityError
from comity.core.guards import Guard
from comity.core.names import NameFolder
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home
from comity.edges.mailbox import Mailbox, MailboxError, Waiting, open_mailbox
from comity.edges.suffix_file import load_suffixes
from comity.flows.take_mail import TakenMail, take_mail, take_unread
from comity.store.incoming_mails import forget_old
from comity.wire.mail_parts import MAX_MAIL_BYTES

LOG = logging.getLogger("comity.mailbox")
REMEMBERED: Final = timedelta(days=365)  # who wrote; that a message was taken is known for ever
_AT_ONCE: Final = 50
_ROUND_SECONDS: Final = 30.0  # other rounds of the desk wait for this one


def read_mailbox(home: Home, *, at: datetime) -> int:
    """Take what waits; answers how many messages were new."""
    if not home.settings.mailbox.is_read:
        return 0
    forget_old(at - REMEMBERED)
    return sum(taken.is_new for taken in read_all(home, at=at))


def read_all(home: Home, *, at: datetime) -> list[TakenMail]:
    """Take what waits, up to what a round may; answers what became of each.  Raises `MailboxError`, `SettingError`."""
    taken: list[TakenMail] = []
    ends = time.monotonic() + _ROUND_SECONDS
    with open_mailbox(home) as mailbox:
        waiting = mailbox.waiting()
        if not waiting:
            return taken
        folder, guard = NameFolder(load_suffixes(home)), load_guard(home)
        for one in waiting:
            if len(taken) >= _AT_ONCE or time.monotonic() >= ends:
                break
            try:
                found = _take_one(mailbox, one, home, folder, guard, at)
            except MailboxError:
                raise
            except ComityError as error:
                LOG.warning("a message could not be taken now: %s [%s]", error.message, error.code)
                continue
            except DataError:  # a value that the store does not take: this message waits, and the others do not
                LOG.exception("a message could not be stored")
                continue
            if found is not None:
                taken.append(found)
    return taken


def _take_one(
    mailbox: Mailbox, one: Waiting, home: Home, folder: NameFolder, guard: Guard, at: datetime
) -> TakenMail | None:
    if one.size > MAX_MAIL_BYTES:
        known_by = sha256(f"oversize\0{one.name}\0{one.size}".encode()).digest()
        taken = take_unread(known_by, "too-large", note=f"{one.size:,} bytes", at=at)
    else:
        data = mailbox.fetch(one.name)
        if data is None:
            return None
        taken = take_mail(home, data, folder=folder, guard=guard, at=at)
    mailbox.move(one.name, taken.folder)
    return taken
