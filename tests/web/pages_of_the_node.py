"""Which pages there are, and who opens each in a browser: the addresses of `test_visibility`'s table, and their states.

A page that is in that table is looked at in every language without being named here.  What is named here is what the
table does not tell: a page in another state (a filter, another case, a form with something wrong in it), and the pages
of sign-in that django-allauth answers.
"""

from typing import Final

import msgspec

from web.consultation_rows import CLOSED
from web.small_registry import ARTICLE, ROLES, TOKEN, Registry
from web.statistics_rows import PERIOD
from web.test_visibility import PAGES, STRANGER, address_of

# Who opens a page that several may open: the first of these whom the table lets in, so that most of it is shown.
OPENERS: Final = (STRANGER, "supervisor", "policy-officer", "analyst", "administrator", *ROLES)
CLAUSES: Final = ("marking", "safeguards")  # those with the most kinds of fields; the others are made of the same


AGAIN: Final = "again"  # whoever has just typed a password, as the pages of one's own second factor ask
LISTS: Final = (
    "/inbox/", "/held/", "/approvals/", "/appeals/", "/reporters/", "/consultations/", "/experts/", "/library/",
    "/zones/", "/memoranda/", "/links/", "/warnings/", "/dga/", "/enquiries/", "/sweeps/", "/outputs/", "/statistics/",
    "/transparency/", "/account/",
)  # fmt: skip


class Opened(msgspec.Struct, frozen=True):
    """A page to look at: who opens it, where, and what is typed and sent first (a form: how its action ends)."""

    role: str
    address: str
    form: str = ""
    typed: dict[str, str] = {}


def pages_to_look_at(registry: Registry) -> list[Opened]:
    """Every page of the table, and the other states."""
    asked = [
        Opened(opener(get_roles), address_of(name, registry))
        for name, (_parts, get_roles, _post_roles) in PAGES.items()
        if get_roles and not name.endswith("-file")
    ]
    every = asked + _states(registry) + _wrong(registry)
    return list({(one.address, one.form): one for one in reversed(every)}.values())[::-1]


def opener(allowed: frozenset[str]) -> str:
    """The first of those whom a page is for."""
    return next(role for role in OPENERS if role in allowed)


def _states(registry: Registry) -> list[Opened]:
    drafts = f"/memoranda/drafts/{registry.draft}"
    return [
        Opened("", "/report/unauthorized-access/full/"),
        Opened("", "/report/elsewhere/child-abuse/"),
        Opened("", f"/status/{TOKEN}/00000000-0000-4000-8000-000000000001/"),
        Opened("", "/answer/no-such-link/"),
        Opened("", "/no-such-page/"),
        Opened("auditor", "/inbox/?state=all"),
        Opened("administrator", "/inbox/"),  # not for this role: the page that says so
        Opened("policy-officer", f"/statistics/?period={PERIOD}"),
        Opened("auditor", f"/statistics/report/?period={PERIOD}"),
        Opened("analyst", f"/cases/{registry.closed}/"),
        Opened("analyst", f"/cases/{registry.referred}/"),
        Opened("analyst", "/cases/7K3Q-F9XW-0002/"),  # under review: the longest forms
        Opened("supervisor", f"/cases/{registry.protected}/"),
        Opened("policy-officer", f"/appeals/{registry.appealed}/"),
        Opened("supervisor", "/consultations/?box=all"),
        Opened("analyst", f"/consultations/{CLOSED}/"),
        Opened("analyst", f"/consultations/new/?case={registry.closed}"),
        Opened("policy-officer", "/statistics/?period=2026-12"),
        Opened("supervisor", "/library/?q=night"),
        Opened("supervisor", "/zones/xn--p1ai/"),
        Opened("auditor", "/enquiries/?state=all"),
        Opened("analyst", "/enquiries/?kind=warning&ticked=all"),
        Opened("auditor", f"/library/{ARTICLE}/?language=ru"),
        Opened("supervisor", f"/library/{ARTICLE}/edit/?language=vi"),
        *(Opened("policy-officer", f"{drafts}/clauses/{part}/") for part in CLAUSES),
        *(Opened(AGAIN, f"/account/{page}") for page in _ACCOUNT),
        Opened("", "/sign-in/closed/"),
        Opened("", "/sign-in/failed/"),
        Opened("", "/sign-in/cancelled/"),
    ]


_ACCOUNT: Final = (
    "again/", "password/", "sessions/", "identities/", "second-factor/", "second-factor/totp/activate/",
    "second-factor/webauthn/", "second-factor/webauthn/add/", "second-factor/recovery-codes/generate/",
)  # fmt: skip


def _wrong(registry: Registry) -> list[Opened]:
    """Forms sent with something wrong in them: the page that says what."""
    return [
        Opened("", "/sign-in/", "/sign-in/", {"username": "nobody", "password": "nothing"}),
        Opened("", "/report/phishing/", "/phishing/", {"name": "not a name"}),
        Opened("", "/report/phishing/full/", "/full/", {"name": "not a name"}),
        Opened("", "/report/", "/report/", {}),
        Opened("analyst", f"/cases/{registry.received}/", f"/attachments/{registry.received}/", {}),
        Opened("analyst", "/cases/7K3Q-F9XW-0002/", "/confirm/", {"score": "9"}),
        Opened("policy-officer", f"/appeals/{registry.appealed}/", f"/{registry.appealed}/", {}),
        Opened("analyst", "/consultations/new/", "/new/", {}),
        Opened("analyst", f"/cases/{registry.received}/reports/00000000-0000-4000-8000-000000000000/personal/",
               "/personal/", {}),
        Opened("supervisor", f"/approvals/{registry.plan}/", "/refuse/", {}),
        Opened("policy-officer", f"/memoranda/drafts/{registry.draft}/clauses/clocks/", "/clocks/", {"*": "x"}),
        Opened("supervisor", "/library/new/", "/new/", {}),
        Opened("administrator", "/administration/people/new/", "/new/", {"*": "<b>"}),
        Opened(AGAIN, "/account/password/", "/password/", {"*": "1"}),
        Opened(AGAIN, "/account/second-factor/totp/activate/", "/activate/", {"*": "1"}),
    ]  # fmt: skip
