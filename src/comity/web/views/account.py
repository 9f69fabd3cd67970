"""One's own account: role, ways to sign in, sessions, and the tokens of one's programs."""

from datetime import UTC, datetime, timedelta

from allauth.account.decorators import reauthentication_required
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comity.core.errors import InputError, NotFoundError
from comity.core.scopes import SCOPES_OF_ROLE, parse_scopes
from comity.store.models import ApiToken, PersonChange
from comity.store.tokens import issue_token, revoke_token
from comity.web.access import person_of
from comity.web.accounts import lead_to_providers, providers
from comity.web.second_factor import must_set_up

_DAYS = ("30", "90", "365")


@login_required
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Show the account."""
    person = person_of(request)
    shown = {
        "section": "account",
        "has_factor": is_mfa_enabled(person),
        "needs_factor": must_set_up(person),
        "tokens": ApiToken.objects.filter(person=person, revoked_at=None).order_by("-pk")[:100],
        "changes": PersonChange.objects.filter(person=person.username).order_by("-pk")[:20],
        "providers": providers(),
    }
    return lead_to_providers(render(request, "web/account.html", shown))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]  # django-allauth has no types
def new_token(request: HttpRequest) -> HttpResponse:
    """Make a token for one's own programs, and show it this once."""
    person = person_of(request)
    shown = {"section": "account", "scopes": SCOPES_OF_ROLE.get(person.role, ()), "days": _DAYS, "label": "", "why": ""}
    if request.method != "POST":
        return render(request, "web/new_token.html", shown)
    label, days = request.POST.get("label", "").strip(), request.POST.get("days", "")
    now = datetime.now(UTC)
    over = now + timedelta(days=int(days)) if days in _DAYS else None
    chosen = parse_scopes(" ".join(request.POST.getlist("scope")))
    try:
        token = issue_token(person, label, now, scopes=chosen, expires_at=over)
    except InputError as error:
        return render(request, "web/new_token.html", {**shown, "label": label[:100], "why": str(error)}, status=400)
    PersonChange.objects.create(
        person=person.username, change="token-made", detail=label[:200], actor=person.username, at=now
    )
    return render(request, "web/new_token.html", {**shown, "token": token, "made": label})


@login_required
@require_POST
def end_token(request: HttpRequest) -> HttpResponse:
    """Revoke one's own tokens of a label."""
    person, now = person_of(request), datetime.now(UTC)
    label = request.POST.get("label", "")[:100]
    try:
        revoke_token(person, label, now)
    except NotFoundError:
        return redirect("web:account")  # it was revoked before: the page shows that it is gone
    PersonChange.objects.create(
        person=person.username, change="token-revoked", detail=label, actor=person.username, at=now
    )
    return redirect("web:account")
