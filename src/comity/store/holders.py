"""Where the registrant of a name is reached, as far as it is known from a case.

The address that the desk gave for the case comes first, else that of the newest answer link for the registrant.  Both
are personal data: they stay in this node and are told to nobody.
"""

from datetime import datetime

import msgspec

from comity.store.models import AnswerLink, HolderAddress


class KnownHolder(msgspec.Struct, frozen=True):
    """An address of a registrant, and the language in which they are written to."""

    address: str
    language: str


def keep_holder(case_pk: int, address: str, language: str, *, at: datetime) -> None:
    """Keep the address that somebody gave for a case, in place of one that was given before."""
    HolderAddress.objects.update_or_create(
        case_id=case_pk, defaults={"address": address, "language": language, "given_at": at}
    )


def find_holder(case_pk: int) -> KnownHolder | None:
    """Find the address of a case's registrant; None where nobody knows one.

    A link for the registrant that went to a registrar to be passed on is no address of the registrant.
    """
    given = HolderAddress.objects.filter(case_id=case_pk).first()
    if given is not None:
        return KnownHolder(given.address, given.language)
    links = AnswerLink.objects.filter(case_id=case_pk)
    others = links.exclude(role="registrant").values("recipient")
    link = links.filter(role="registrant", is_passed_on=False).exclude(recipient__in=others).order_by("-pk").first()
    return None if link is None else KnownHolder(link.recipient, link.language)
