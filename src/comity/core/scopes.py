"""What a program may do with a token of the API: never more than its person, and only what the token says.

A scope is a noun of the API and `read` or `write`.  A token without scopes may do what its person may; one with scopes
may do what both allow.  Which route needs which scope follows from the route: its noun, and whether it only reads.
"""

from collections.abc import Iterable
from typing import Final

SCOPES: Final = (
    "cases:read", "cases:write", "plans:read", "plans:write", "reports:read", "reports:write",
    "reporters:read", "reporters:write", "memoranda:read", "links:read", "names:read", "names:write",
    "consultations:read", "consultations:write", "library:read", "library:write", "zones:read",
    "registrars:read", "registrars:write", "statistics:read", "statistics:write", "audit:read", "subscribers:read",
    "findings:read", "findings:write",
)  # fmt: skip

_DESK_READS: Final = (
    "cases:read", "plans:read", "reports:read", "reporters:read", "memoranda:read", "links:read", "names:read",
    "consultations:read", "library:read", "zones:read", "registrars:read", "statistics:read", "findings:read",
)  # fmt: skip
_DESK: Final = (
    *_DESK_READS, "cases:write", "plans:write", "reports:write", "names:write", "consultations:write",
    "library:write", "findings:write",
)  # fmt: skip
SCOPES_OF_ROLE: Final[dict[str, tuple[str, ...]]] = {
    "analyst": _DESK,
    "supervisor": (*_DESK, "reporters:write"),
    "policy-officer": (*_DESK_READS, "cases:write", "consultations:write", "library:write", "statistics:write"),
    "auditor": (*_DESK_READS, "audit:read", "subscribers:read"),
    "administrator": (
        "memoranda:read", "links:read", "names:read", "zones:read", "registrars:read", "registrars:write",
        "audit:read", "subscribers:read",
    ),
    "trusted-notifier": ("reports:read", "reports:write", "cases:write", "names:read"),
    "registrar": ("names:read",),
}  # fmt: skip


def scope_of(noun: str, *, reads: bool) -> str:
    """Name the scope that a route needs.  Some questions are sent by POST: what counts is whether anything changes."""
    return f"{noun}:{'read' if reads else 'write'}"


def parse_scopes(text: str) -> tuple[str, ...]:
    """Read scopes as they are stored: words in their order."""
    return tuple(text.split())


def why_not_scopes(scopes: Iterable[str], role: str) -> list[str]:
    """Name the scopes that do not exist or that the role cannot give away."""
    return [scope for scope in scopes if scope not in SCOPES_OF_ROLE.get(role, ())]
