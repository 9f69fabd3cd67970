"""Invite: make a one-time link by which somebody without an account answers about one case.

The link is for one case, one role and one recipient.  Its token is told once, to the caller; the store keeps a hash.
Called inside the caller's transaction, so that the letter that carries the link is queued with it or not at all.
"""

from datetime import datetime, timedelta
from typing import Final, Literal

from comity.edges.home import Home
from comity.edges.tokens import new_token, token_hash
from comity.store.models import AnswerLink

LIVES: Final = timedelta(days=30)  # as long as an appeal may be filed (FIELD C.4)
InvitedRole = Literal["registrar", "host", "registrant", "reporter"]


def invite(
    home: Home, case_pk: int, *, role: InvitedRole, recipient: str, language: str, is_passed_on: bool = False,
    at: datetime,
) -> str:  # fmt: skip
    """Make the link and answer its address.  `is_passed_on`: the recipient is asked to hand it to whom it is for."""
    token = new_token()
    AnswerLink.objects.create(
        token_hash=token_hash(token), case_id=case_pk, role=role, recipient=recipient, language=language,
        is_passed_on=is_passed_on, created_at=at, expires_at=at + LIVES,
    )  # fmt: skip
    web = home.settings.web
    base = (web.url or f"https://{web.host}:{web.port}").rstrip("/")
    return f"{base}/answer/{token}/"
