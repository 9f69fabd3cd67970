"""What a program may do with a token of the API: never more than its person, and only what the token says.

A scope is a noun of the API and `read` or `write`.  A token without scopes may do what its person may; one with scopes
may do what both allow.  Which route needs which scope follows from the route: its tag, and whether it only reads.
"""

from collections.abc import Iterable
from typing import Final

SCOPES: Final = (
    "cases:read", "cases:write", "reports:read", "reports:write", "memoranda:read", "links:read", "names:read",
)  # fmt: skip

_EVERYTHING_READ: Final = ("cases:read", "reports:read", "memoranda:read", "links:read", "names:read")
SCOPES_OF_ROLE: Final[dict[str, tuple[str, ...]]] = {
    "analyst": SCOPES,
    "supervisor": SCOPES,
    "policy-officer": (*_EVERYTHING_READ, "cases:write"),
    "auditor": _EVERYTHING_READ,
    "administrator": ("memoranda:read", "links:read", "names:read"),
    "trusted-notifier": ("reports:read", "reports:write", "cases:write", "names:read"),
    "registrar": ("names:read",),
}


def scope_of(tag: str, method: str) -> str:
    """Name the scope that a route needs.  Folding names is a question although it is sent by POST."""
    return f"{tag}:{'read' if method == 'GET' or tag == 'names' else 'write'}"


def parse_scopes(text: str) -> tuple[str, ...]:
    """Read scopes as they are stored: words in their order."""
    return tuple(text.split())


def why_not_scopes(scopes: Iterable[str], role: str) -> list[str]:
    """Name the scopes that do not exist or that the role cannot give away."""
    return [scope for scope in scopes if scope not in SCOPES_OF_ROLE.get(role, ())]
