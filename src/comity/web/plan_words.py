"""What people read where a plan, its steps and an authority profile hold a code: one table for each closed list.

Like `comity.web.labels`, and looked up by the filter `plan_label`; a code without a label is shown as it is written.
"""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Labels = dict[str, Promise]

STATE: Final[Labels] = {
    "proposed": _("Waits for approval"),
    "approved": _("Approved, not carried out yet"),
    "carrying-out": _("Being carried out"),
    "done": _("Carried out"),
    "failed-partly": _("Not carried out for every name"),
    "refused": _("Refused"),
    "expired": _("Expired"),
}

STEP: Final[Labels] = {
    "planned": _("Not begun"),
    "sent": _("Sent to the registry"),
    "confirmed": _("Confirmed by the registry"),
    "failed": _("Refused by the registry"),
    "moved": _("Left alone: it has changed since"),
}

KIND: Final[Labels] = {"hold": _("Take out of the zone"), "restore": _("Give back")}

DRIVER: Final[Labels] = {"epp": _("by the node, over EPP"), "by-hand": _("by a person, in the registry’s own system")}

RULE: Final[Labels] = {
    "four-eyes": _("A hold needs a second person"),
    "profile": _("The zone’s profile asks for a second person"),
    "memorandum": _("A memorandum asks for a second person"),
    "protected-name": _("A protected name needs two approvers"),
    "many-names": _("Many names at once"),
    "registrar-share": _("A large share of one registrar’s names"),
    "zone-share": _("A large share of one zone’s names"),
}

VOTE: Final[Labels] = {"approve": _("Approved"), "refuse": _("Refused"), "carry-out": _("Began to carry it out")}

HOLD: Final[Labels] = {
    "beginning": _("Being set"),
    "held": _("In place"),
    "restored": _("Ended"),
    "dropped": _("Came to nothing"),
}

MARK: Final[Labels] = {
    "established": _("established"),
    "assumed": _("assumed; to be confirmed with the registry"),
    "unknown": _("unknown — ask the partner"),
}

CELL: Final[Labels] = {
    "undelegates": _("Who takes a name out of the zone"),
    "requesters": _("Who may ask for it"),
    "notice": _("Notice to the registrant"),
    "identity-days": _("Days for proof of identity"),
    "restore": _("When a name comes back"),
    "cancel": _("Ending the registration"),
    "hold-statuses": _("EPP statuses of a hold"),
    "lock-statuses": _("EPP locks set with it"),
    "basis": _("Rule it rests on"),
}

WORD: Final[Labels] = {
    "registry": _("the registry"),
    "registrar": _("the registrar"),
    "technical-administrator": _("the technical administrator"),
    "competent-organizations": _("competent organizations"),
    "state-bodies": _("state bodies"),
    "national-cert": _("the national CERT"),
    "authorities-in-writing": _("authorities, in writing"),
    "complaint-centre": _("the complaint centre"),
    "at-once-by-email": _("at once by e-mail"),
    "by-email-or-post": _("by e-mail or post"),
    "in-the-registry-system": _("in the registry’s own system"),
    "with-text-of-claim": _("with the text of the claim"),
    "cause-removed": _("the cause was removed"),
    "petition-of-requester": _("whoever asked petitions for it"),
    "decision": _("a decision was made"),
    "data-corrected": _("the data was corrected"),
    "enhanced-verification": _("enhanced verification was passed"),
    "not-for-abuse": _("not for abuse"),
    "annulment": _("by annulment"),
    "revocation": _("by revocation"),
    "third-offence": _("at the third offence"),
    "ask": _("a person is asked"),
}

TABLES: Final[dict[str, Labels]] = {
    "state": STATE,
    "step": STEP,
    "kind": KIND,
    "driver": DRIVER,
    "rule": RULE,
    "vote": VOTE,
    "hold": HOLD,
    "mark": MARK,
    "cell": CELL,
    "word": WORD,
}


def plan_label(code: str, table: str) -> str:
    """Say a code of one table in the reader's language."""
    return str(TABLES[table].get(code, code))
