"""Add an expert: whom partners may ask, about what, in which languages; every partner is told as its clause says.

A role with its address needs nobody's consent.  A person's name or own address does: who agreed, and how, is written
down, and without it nothing is kept.  A person is told to a partner only where a clause allows `expert_contact`.
"""

from datetime import datetime

import msgspec
from django.db import transaction

from comity.core.consultation_items import WRITERS
from comity.core.consultations import LANGUAGES, TOPICS
from comity.core.disclosure import Decision
from comity.core.errors import ForbiddenError, InputError
from comity.core.markings import TLPS
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.say import new_uuid
from comity.flows.share_experts import share_experts
from comity.store.consultations import lock_consultations
from comity.store.links import list_links
from comity.store.models import Expert

_LONGEST = {"role": 120, "name": 120, "contact": 254, "consent": 200}


class NewExpert(msgspec.Struct, frozen=True, kw_only=True):
    """Whom one may ask.  `name`: a person's; `contact`: an address of the role, or of the person where one is named."""

    role: str
    topics: tuple[str, ...]
    languages: tuple[str, ...]
    contact: str = ""
    name: str = ""
    consent: str = ""
    tlp: str = "TLP:AMBER"


def add_expert(home: Home, new: NewExpert, actor: Actor, *, at: datetime) -> tuple[Expert, dict[str, Decision]]:
    """Keep an expert of ours and tell the partners; answers what was decided for each of them."""
    _check(new, actor)
    with transaction.atomic():
        lock_consultations()
        expert = Expert.objects.create(
            party=home.party, uuid=new_uuid(), role=new.role.strip(), name=new.name.strip(),
            contact=new.contact.strip(), is_personal=bool(new.name.strip()), languages=list(new.languages),
            topics=list(new.topics), tlp=new.tlp, consent=new.consent.strip(), actor=actor.name, changed_at=at,
        )  # fmt: skip
        return expert, tell_partners(home, expert, at=at)


def tell_partners(home: Home, expert: Expert, *, at: datetime) -> dict[str, Decision]:
    """Tell every partner what it was not told yet; answers what was decided about this expert for each."""
    told = {link.partner: share_experts(home, link.partner, at=at) for link in list_links()}
    return {partner: decisions[expert.uuid] for partner, decisions in told.items() if expert.uuid in decisions}


def _check(new: NewExpert, actor: Actor) -> None:
    if actor.role not in WRITERS:
        raise ForbiddenError("analysts, supervisors and policy officers keep the directory", item=actor.role)
    for field, longest in _LONGEST.items():
        text: str = getattr(new, field)
        if len(text) > longest or not text.isprintable():
            raise InputError(f"is one line of at most {longest} characters", item=field)
    if not new.role.strip():
        raise InputError("say in which role one may be asked", item="role")
    if not new.topics or not set(new.topics) <= set(TOPICS):
        raise InputError(f"at least one of {', '.join(TOPICS)}", item="topics")
    if not new.languages or not set(new.languages) <= set(LANGUAGES):
        raise InputError(f"at least one of {', '.join(LANGUAGES)}", item="languages")
    if new.tlp not in TLPS or new.tlp == "TLP:RED":
        raise InputError(f"is one of {', '.join(TLPS[:-1])}", item="tlp")
    if new.name.strip() and not new.consent.strip():
        raise InputError("a person is named only who agreed; say who agreed, when and how", item="consent")
