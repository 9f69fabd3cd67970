"""Tell a partner of the library what could not be told while no link was open or its memorandum was suspended.

Remarks of ours on its articles, that we work by one, that one of ours is no more.  Each is put to the memorandum again
as it stands now.  Articles are not among them: they go when a person publishes.  Doing it twice tells nothing twice.
"""

from datetime import datetime

from comity.edges.home import Home
from comity.flows.adopt_article import tell_adoption
from comity.flows.annotate_article import tell_annotation
from comity.flows.withdraw_article import tell_withdrawal
from comity.store.annotations import untold_annotations
from comity.store.article_events import untold_adoptions, untold_withdrawals
from comity.store.library import get_article


def tell_waiting_articles(home: Home, partner: str, *, at: datetime) -> None:
    """Tell what waits, in the caller's transaction."""
    for uuid, version in untold_adoptions(partner, home.party):
        row = get_article(uuid)
        if row.withdrawn_at is None:
            tell_adoption(home, row, version, at=at)
    for annotation in untold_annotations(partner, home.party):
        tell_annotation(home, get_article(annotation.article_uuid), annotation, at=at)
    for uuid in untold_withdrawals(partner, home.party):
        row = get_article(uuid)
        tell_withdrawal(home, row, partner, replaced_by=row.replaced_by, at=at)
