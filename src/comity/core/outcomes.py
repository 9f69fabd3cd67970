"""How a case closed, coded, and what the public is told of it (FIELD C.3; DESIGN §2).

The list is closed: a code is appended to it, never re-used.  `partner_refused:<reason>` carries the partner's reason in
kebab-case.  The codes fold into Domain Patrol's four public lines, so that figures stay comparable since 2012; a code
that says nothing about the name (a duplicate, a referral) folds into no line.
"""

import re
from typing import Final, Literal

PublicLine = Literal["taken-off", "not-needed", "insufficient-grounds", "restored", "not-counted"]

PUBLIC_LINE: Final[dict[str, PublicLine]] = {
    "undelegated_registrar": "taken-off",
    "hold_registry": "taken-off",
    "annulled_registry": "taken-off",
    "sinkholed": "taken-off",
    "removed_by_host": "not-needed",
    "cured_by_registrant": "not-needed",
    "identity_confirmed": "not-needed",
    "identity_not_confirmed_undelegated": "taken-off",
    "expired_or_deleted": "not-needed",
    "insufficient_evidence": "insufficient-grounds",
    "not_reproducible": "insufficient-grounds",
    "no_grounds_registrar_refused": "insufficient-grounds",
    "out_of_scope": "insufficient-grounds",
    "out_of_zone_referred": "not-counted",
    "duplicate": "not-counted",
    "protected_name_refused": "insufficient-grounds",
    "false_positive": "insufficient-grounds",
    "withdrawn": "not-counted",
    "info_timeout": "insufficient-grounds",
    "restored_after_cure": "restored",
    "restored_on_appeal": "restored",
    "upheld_on_appeal": "taken-off",
}

OUTCOMES: Final[tuple[str, ...]] = tuple(PUBLIC_LINE)

PARTNER_REFUSED: Final = "partner_refused"
_PARTNER_REFUSED = re.compile(r"partner_refused:[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST = 60  # what the store's column holds

_ANY: Final = frozenset((*OUTCOMES, PARTNER_REFUSED))

# Which codes an event may close a case with.  An event that is not here closes nothing.
OUTCOMES_OF_EVENT: Final[dict[str, frozenset[str]]] = {
    "auto_reject_malformed": frozenset(("insufficient_evidence", "out_of_scope")),
    "info_timeout": frozenset(("info_timeout",)),
    "dismiss": frozenset(
        (
            "expired_or_deleted", "identity_confirmed", "insufficient_evidence", "not_reproducible",
            "no_grounds_registrar_refused", "out_of_scope", "out_of_zone_referred", "duplicate",
            "protected_name_refused", "false_positive", "withdrawn", PARTNER_REFUSED,
        )
    ),
    "close": frozenset(
        (
            "undelegated_registrar", "hold_registry", "annulled_registry", "sinkholed", "removed_by_host",
            "cured_by_registrant", "identity_confirmed", "identity_not_confirmed_undelegated", "expired_or_deleted",
        )
    ),
    "upheld": frozenset(("upheld_on_appeal",)),
    "restored": frozenset(("restored_after_cure", "restored_on_appeal")),
    "partner_outcome": _ANY,
    "parent_closed": frozenset(("duplicate",)),
    "retract": frozenset(("withdrawn", "false_positive")),
}  # fmt: skip


def is_outcome(code: str) -> bool:
    """Answer whether a code is of the closed list, a partner's refusal with its reason included."""
    return code in PUBLIC_LINE or (len(code) <= _LONGEST and _PARTNER_REFUSED.fullmatch(code) is not None)


def suits(code: str, event: str) -> bool:
    """Answer whether an event may close a case with this code."""
    return is_outcome(code) and code.partition(":")[0] in OUTCOMES_OF_EVENT.get(event, frozenset())


def only_outcome(event: str) -> str:
    """Answer the one code an event closes with, or "" where a person must choose."""
    codes = OUTCOMES_OF_EVENT.get(event, frozenset())
    return next(iter(codes)) if len(codes) == 1 else ""


def public_line(code: str) -> PublicLine:
    """Fold an outcome into the public line it is counted under."""
    return PUBLIC_LINE.get(code, "insufficient-grounds" if code.startswith(PARTNER_REFUSED) else "not-counted")
