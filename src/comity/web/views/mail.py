"""Mail that waits for a person: whom it accuses is not certain, or it answers a letter that was not sent to its sender.

The mail is shown as text, defanged, and never as a page; a person chooses among the hosts that it names, or writes
another address, or dismisses it.  What is refused is said beside the mail, with what was typed.
"""

from datetime import UTC, datetime
from typing import Final

import msgspec
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comity.core.categories import CATEGORIES
from comity.core.errors import ConflictError, InputError, NotFoundError
from comity.core.roles import DESK, Actor
from comity.flows.choose_mail import choose_mail, dismiss_mail, keep_answer
from comity.store.incoming_mails import list_held
from comity.store.models import IncomingMail
from comity.web.access import person_of, reader_page, role_of
from comity.web.desk_steps import home_of_node

_PAGE_SIZE: Final = 20
_ADDRESS_LETTERS: Final = 2_000


class HeldMail(msgspec.Struct, frozen=True):
    """One mail as the page shows it."""

    row: IncomingMail
    typed: str
    category: str
    refusal: str


@reader_page
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Show the mail that waits, the newest first, page after page."""
    return _page(request)


@reader_page
@require_POST
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whom a mail accuses, or keep an answer with its case."""
    actor, at, home = _actor(request), datetime.now(UTC), home_of_node()
    address = (request.POST.get("address", "") or request.POST.get("other", "")).strip()[:_ADDRESS_LETTERS]
    category = request.POST.get("category", "")[:24]
    try:
        if request.POST.get("keep"):
            ref = keep_answer(home, pk, actor, at=at)
        elif not address:
            return _page(request, pk=pk, category=category, refusal=_("Choose an address or write one."))
        else:
            ref = choose_mail(home, pk, actor, address=address, category=category, at=at)
    except (NotFoundError, ConflictError):
        messages.warning(request, _("This mail does not wait any more."))
        return redirect("web:mail")
    except InputError as error:
        refusal = _("This address cannot be reported: %(reason)s") % {"reason": error.message}
        if category not in CATEGORIES:
            refusal = _("Choose a category.")
        return _page(request, pk=pk, typed=address, category=category, refusal=refusal)
    messages.success(request, _("The mail was taken in."))
    return redirect("web:case", ref=ref) if ref else redirect("web:mail")


@reader_page
@require_POST
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Dismiss a mail."""
    try:
        dismiss_mail(pk, _actor(request), at=datetime.now(UTC))
    except (NotFoundError, ConflictError):
        messages.warning(request, _("This mail does not wait any more."))
    else:
        messages.success(request, _("The mail was dismissed."))
    return redirect("web:mail")


def _page(request: HttpRequest, *, pk: int = 0, typed: str = "", category: str = "", refusal: str = "") -> HttpResponse:
    before = request.GET.get("before", "")
    found = list_held(
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
        limit=_PAGE_SIZE + 1,
    )
    if pk and all(row.pk != pk for row in found[:_PAGE_SIZE]):
        found = [row for row in list_held(before=pk + 1, limit=1) if row.pk == pk]
    shown = [
        HeldMail(
            row=row,
            typed=typed if row.pk == pk else "",
            category=category if row.pk == pk else row.category,
            refusal=refusal if row.pk == pk else "",
        )
        for row in found[:_PAGE_SIZE]
    ]
    older = found[_PAGE_SIZE - 1].pk if len(found) > _PAGE_SIZE else None
    context = {
        "section": "mail", "mails": shown, "older": older, "may_choose": role_of(request) in DESK,
        "categories": CATEGORIES, "refused": bool(refusal),
    }  # fmt: skip
    return render(request, "web/mail.html", context, status=400 if refusal else 200)


def _actor(request: HttpRequest) -> Actor:
    person = person_of(request)
    if person.role not in DESK:
        raise PermissionDenied
    return Actor(name=person.username, role=person.role, party=home_of_node().party)
