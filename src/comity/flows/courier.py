"""Courier: keep every link moving, each in a thread of its own, so that no partner waits for another.

A link's thread pushes our ledger (`flows.push`) where the partner can be reached and does not fetch, and fetches the
partner's (`flows.fetch`) where it cannot reach us.  Between two turns it sleeps until the store has news.  It is made
anew when the link's address, its authority, our certificate or our signing key has changed.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection
from typing import Final

from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from comity.core.errors import ComityError
from comity.edges.home import Home
from comity.edges.keys import active_stamp
from comity.edges.tls import files_stamp
from comity.flows.fetch import Puller
from comity.flows.push import Pusher
from comity.store.connect import let_go_if_read_only
from comity.store.links import find_link, list_links
from comity.store.models import Link
from comity.store.news import NewsWatch

LOG = logging.getLogger("comity.courier")
_LOOK_SECONDS: Final = 0.5
_STOP_SECONDS: Final = 10.0
_TROUBLE_SECONDS: Final = 1.0


def courier(home: Home, *, stop: Callable[[], bool]) -> None:
    """Keep the links moving until told to stop."""
    threads: dict[str, _LinkThread] = {}
    while not stop():
        close_old_connections()
        try:
            partners = {link.partner for link in list_links()}
        except (DatabaseError, InterfaceError):
            LOG.exception("the store cannot be read; trying again")
            connection.close()
            partners = set()
        for partner in partners:
            running = threads.get(partner)
            if running is None or not running.is_alive():
                threads[partner] = _LinkThread(home, partner)
                threads[partner].start()
        let_go_if_read_only()
        time.sleep(_LOOK_SECONDS)
    for running in threads.values():
        running.stop.set()
    for running in threads.values():
        running.join(_STOP_SECONDS)


def drain(home: Home, partners: Collection[str] = ()) -> dict[str, str]:
    """Carry what is waiting now, once; tell for each partner what stopped it ("": all receipted, all fetched)."""
    ended: dict[str, str] = {}
    for link in list_links():
        if partners and link.partner not in partners:
            continue
        carriage = Carriage(home, link)
        while carriage.turn(link):
            link.refresh_from_db()
        carriage.close()
        ended[link.partner] = carriage.trouble()
    return ended


class Carriage:
    """What moves on one link: our ledger out, the partner's in, or both."""

    def __init__(self, home: Home, link: Link) -> None:
        self._home = home
        self._made_for = self._address(link)
        self.pusher = Pusher(home, link) if link.url else None
        self.puller = Puller(home, link) if link.url and link.fetches else None

    def serves(self, link: Link) -> bool:
        """Answer whether it still goes to where the link points, in our present name."""
        return self._made_for == self._address(link)

    def turn(self, link: Link) -> bool:
        """Do one thing each way; answer whether there is more to do at once."""
        pushed = self.pusher.turn(link) if self.pusher else False
        pulled = self.puller.turn(link) if self.puller else False
        return pushed or pulled

    def trouble(self) -> str:
        """What is in the way, in words; nothing when all is carried."""
        troubles = []
        if self.pusher and self.pusher.sender.state != "quiet":
            troubles.append(self.pusher.trouble or self.pusher.sender.state)
        if self.puller and self.puller.trouble:
            troubles.append(self.puller.trouble)
        return "; ".join(troubles)

    def close(self) -> None:
        """Hang up."""
        for end in (self.pusher, self.puller):
            if end is not None:
                end.close()

    def _address(self, link: Link) -> tuple[object, ...]:
        return (link.url, link.fetches, link.ca_pem, active_stamp(self._home), files_stamp(self._home))


class _LinkThread(threading.Thread):
    """One link's thread, with a connection to the store of its own."""

    def __init__(self, home: Home, partner: str) -> None:
        super().__init__(name=f"link {partner}", daemon=True)
        self._home, self._partner = home, partner
        self.stop = threading.Event()

    def run(self) -> None:
        carriage: Carriage | None = None
        news = NewsWatch()
        while not self.stop.is_set():
            try:
                link = find_link(self._partner)
                if link is None:
                    break
                if carriage is None or not carriage.serves(link):
                    if carriage is not None:
                        carriage.close()
                    carriage = Carriage(self._home, link)
                if not carriage.turn(link):
                    self._pause(news)
            except (DatabaseError, InterfaceError, ComityError):
                # A full disk, a store that takes no writes, a key that cannot be read: say so, and try again.
                # A connection that was opened while nothing could be written would never write: it is made anew.
                LOG.exception("a link waits for its own node to be well again", extra={"partner": self._partner})
                connection.close()
                time.sleep(_TROUBLE_SECONDS)
        if carriage is not None:
            carriage.close()
        connection.close()

    def _pause(self, news: NewsWatch) -> None:
        """Wait for news, or a little while, with no connection, where the store only reads."""
        if let_go_if_read_only():
            time.sleep(self._home.settings.link.poll_seconds)
        else:
            news.wait(self._home.settings.link.poll_seconds)
