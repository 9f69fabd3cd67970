"""What a subscriber is told: the values from which every output is written.

A subscriber reads what a node publishes without having a node: a partner's TAXII client, a MISP, a resolver, anybody.
What it may read was decided before (`flows.release`): a told item is what is left after the memorandum or the
subscription's clause was asked and personal data was taken out.  Outputs in `wire` write told items and nothing else,
so that no format can tell more than another.

An item has versions; the newest one holds.  One that is withdrawn must leave every output.
"""

from datetime import datetime
from typing import Final, Literal, get_args
from uuid import UUID, uuid5

import msgspec

from comity.core.categories import Category, Disposition, Severity
from comity.core.reports import Report

SubscriberKind = Literal["party", "cert", "resolver", "public"]
SUBSCRIBER_KINDS: Final[tuple[SubscriberKind, ...]] = get_args(SubscriberKind)

ToldKind = Literal["report", "case", "sighting", "article", "consultation"]
TOLD_KINDS: Final[tuple[ToldKind, ...]] = get_args(ToldKind)

MAX_TARGETS: Final = 50


class ToldReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="report"):
    """A report as the subscriber may read it.  `target`: canonical URL, or canonical host where no URL is known."""

    report_id: UUID
    case: UUID
    party: str  # responsible for the zone
    registrable: str
    host: str
    zone: str
    target: str
    report: Report  # after redaction; no reporter, no personal data


class ToldCase(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="case"):
    """A case as the subscriber may read it.

    `is_blockable`: confirmed, registered for abuse, not protected, not ended: a resolver may refuse the whole
    registrable domain.  Of a hacked site only `targets` are bad, and its name must not be blocked.  `targets` are those
    that are bad now: there are none before the case is confirmed and after it is cured or closed.
    """

    case: UUID
    party: str
    registrable: str
    zone: str
    category: Category
    state: str
    severity: Severity
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None = None
    disposition: Disposition | None = None
    outcome: str = ""
    action: str = ""
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    report_count: int = 0
    targets: tuple[str, ...] = ()  # at most MAX_TARGETS
    malware_family: str = ""
    impersonated_party: str = ""
    is_blockable: bool = False


class ToldSighting(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="sighting"):
    """How often, and between which times, what a report says was seen again."""

    sighting: UUID
    of_report: UUID
    case: UUID
    registrable: str
    zone: str
    count: int
    first_seen: datetime
    last_seen: datetime


class ToldArticle(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="article"):
    """An article of the library of experience, in one language."""

    article: UUID
    slug: str
    language: str
    title: str
    text: str
    version: int
    categories: tuple[Category, ...] = ()


class ToldConsultation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="consultation"):
    """A message of a consultation: a question, or an answer to one."""

    message: UUID
    thread: UUID
    subject: str
    text: str
    said_at: datetime
    due_at: datetime | None = None


Told = ToldReport | ToldCase | ToldSighting | ToldArticle | ToldConsultation


def article_subject(article: str, language: str) -> str:
    """What a told article is known by: one language of one article."""
    return str(uuid5(UUID(article), language))
