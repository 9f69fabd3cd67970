"""Who acts on a case, and which of the field's roles a person may take (DESIGN §4; FIELD C.3).

A person has one account role; the table of transitions speaks of case roles.  A supervisor may work as analyst and as
approver, but never both on the same case: `comity.core.cases.advance` compares names.  Auditors and administrators may
cause nothing.  A partner's node and the node itself are actors too; no account can take those two roles.
"""

from typing import Final, Literal, get_args

import msgspec

from comity.core.markings import Tlp

CaseRole = Literal[
    "reporter", "analyst", "approver", "appeals_officer", "registrar", "registrant", "host", "partner", "system"
]

CASE_ROLES: Final[tuple[CaseRole, ...]] = get_args(CaseRole)

ROLES_OF_ACCOUNT: Final[dict[str, tuple[CaseRole, ...]]] = {
    "analyst": ("analyst",),
    "supervisor": ("analyst", "approver"),
    "policy-officer": ("appeals_officer",),
    "auditor": (),
    "administrator": (),
    "trusted-notifier": ("reporter",),
    "registrar": ("registrar",),
}

DESK: Final = ("analyst", "supervisor")
READERS: Final = ("analyst", "supervisor", "policy-officer", "auditor")


class Actor(msgspec.Struct, frozen=True):
    """Somebody who acts: a name, a role (of an account or of a case) and the party whose node the name belongs to."""

    name: str
    role: str
    party: str

    @property
    def case_roles(self) -> tuple[CaseRole, ...]:
        """The case roles this actor may take; an unknown role may take none."""
        return case_roles(self.role)


def case_roles(role: str) -> tuple[CaseRole, ...]:
    """Answer which case roles a role of an account, or a case role itself, stands for."""
    if role in ROLES_OF_ACCOUNT:
        return ROLES_OF_ACCOUNT[role]
    return tuple(known for known in CASE_ROLES if known == role)


def may_read(role: str, tlp: Tlp) -> bool:
    """Answer whether an account role may read a report with this marking: TLP:RED stays with the people of the desk."""
    return role in (DESK if tlp == "TLP:RED" else READERS)
