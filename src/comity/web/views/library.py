"""The library of experience: the list with its search, one article, its editor, its history, and who gets it.

Reading is for whoever reads cases; what a role may do is asked of `core.articles`.  A page never changes anything by
being looked at: steps are POSTed and come back to the article.
"""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comity.core.articles import (
    ARTICLE_KINDS,
    ARTICLE_STATES,
    EDITORS,
    LANGUAGES,
    WRITERS,
    compare,
    faults_of_annotation,
)
from comity.core.categories import CATEGORIES
from comity.core.errors import ComityError, ConflictError, InputError
from comity.core.experience import SENT
from comity.core.markings import TLPS
from comity.core.roles import Actor
from comity.core.techniques import TECHNIQUES
from comity.edges.home import Home
from comity.flows.adopt_article import adopt_article
from comity.flows.annotate_article import annotate_article
from comity.flows.publish_article import plan_publication, publish_article
from comity.flows.withdraw_article import withdraw_article
from comity.flows.write_article import revise_article, write_article
from comity.store.article_events import list_events
from comity.store.consultation_draft import find_draft
from comity.store.library import find_version, list_article_versions, list_origins
from comity.web.access import person_of, reader_page
from comity.web.article_form import ArticleForm, faults_of, form_of, read_form, say_faults
from comity.web.shelf import (
    BCP47,
    get_readable,
    language_of_page,
    list_shelf,
    open_article,
    read_question,
)
from comity.wire.markdown_page import Page, render_page


@reader_page
@require_GET
def library(request: HttpRequest) -> HttpResponse:
    """List articles: filters, and words to search for."""
    question = read_question(request.GET)
    role = person_of(request).role
    items = list_shelf(question, role=role, language=_language(request))
    context = {
        "question": question, "wanted": question.wanted, "items": items, "origins": list_origins(),
        "may_write": role in WRITERS,
    }  # fmt: skip
    return render(request, "web/library.html", _context(request) | context)


@reader_page
@require_GET
def article(request: HttpRequest, uuid: str) -> HttpResponse:
    """Show one article in a language, its newest text or one version."""
    return _show(request, uuid, "web/article.html")


@reader_page
@require_GET
def printed(request: HttpRequest, uuid: str) -> HttpResponse:
    """Show one article to be printed: its text, where it comes from, its marking."""
    return _show(request, uuid, "web/article_print.html")


@reader_page
@require_GET
def history(request: HttpRequest, uuid: str) -> HttpResponse:
    """Show what happened to an article, and what differs between two versions in a language."""
    row = get_readable(uuid, person_of(request).role)
    language = _chosen(request, row.language)
    versions = list_article_versions(row.pk)
    numbers = sorted((one.number for one in versions if one.language == language and not one.erased), reverse=True)
    newer = _number(request.GET.get("to", "")) or (numbers[0] if numbers else 0)
    older = _number(request.GET.get("from", "")) or (numbers[1] if len(numbers) > 1 else 0)
    before, after = (find_version(row.pk, language, number) for number in (older or -1, newer or -1))
    changes = compare(before.body, after.body) if before and after else ()
    context = {
        "row": row, "title": _title(row.pk, row.language), "versions": versions, "events": list_events(row.pk),
        "language": language, "lang": BCP47.get(language, language), "numbers": numbers, "older": older,
        "newer": newer, "changes": changes, "title_before": before.title if before else "",
        "title_after": after.title if after else "",
    }  # fmt: skip
    return render(request, "web/article_history.html", _context(request) | context)


@reader_page
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    """Write a new article; `?consultation=` begins it with what was asked and answered."""
    _require(request, WRITERS)
    if request.method == "GET":
        return _editor(request, _prefilled(request), {}, uuid="")
    form = read_form(request.POST)
    faults = faults_of(form)
    if faults or "save" not in request.POST:
        return _editor(request, form, faults, uuid="", preview=_preview(form, faults))
    uuid = write_article(_home(), form.tags(), form.words(), _actor(request), note=form.note, at=datetime.now(UTC))
    messages.success(request, _("Saved."))
    return redirect("web:article", uuid=uuid)


@reader_page
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, uuid: str) -> HttpResponse:
    """Write the next version of an article of ours, in one language."""
    _require(request, WRITERS)
    row = get_readable(uuid, person_of(request).role)
    if row.origin != _home().party:
        raise PermissionDenied
    if request.method == "GET":
        language = _chosen(request, row.language)
        original = find_version(row.pk, row.language)
        return _editor(request, form_of(row, find_version(row.pk, language), original, language), {}, uuid=uuid)
    form = read_form(request.POST)
    faults = faults_of(form)
    if faults or "save" not in request.POST:
        return _editor(request, form, faults, uuid=uuid, preview=_preview(form, faults))
    try:
        revise_article(
            _home(), uuid, form.words(), _actor(request), base=form.base, translates=form.translates,
            tags=form.tags(), note=form.note, at=datetime.now(UTC),
        )  # fmt: skip
    except ConflictError:
        newest = find_version(row.pk, form.language)
        return _editor(request, form, {}, uuid=uuid, theirs=newest.number if newest else 0)
    except InputError as error:
        return _editor(request, form, {"tlp": str(error.message)}, uuid=uuid)
    messages.success(request, _("Saved."))
    return redirect(f"{_address(uuid)}?language={form.language}")


@reader_page
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, uuid: str) -> HttpResponse:
    """Show what each partner would get and by which clause, and send it to those that were ticked."""
    _require(request, EDITORS)
    row = get_readable(uuid, person_of(request).role)
    if row.origin != _home().party:
        raise PermissionDenied
    at = datetime.now(UTC)
    if request.method == "POST":
        offers = publish_article(_home(), uuid, request.POST.getlist("partner"), _actor(request), at=at)
        sent = sum(offer.goes for offer in offers)
        messages.success(request, ngettext("%(n)d text was sent.", "%(n)d texts were sent.", sent) % {"n": sent})
        return redirect("web:article-publish", uuid=uuid)
    offers = plan_publication(_home(), row, at=at)
    context = {
        "row": row, "title": _title(row.pk, row.language), "offers": offers,
        "partners": sorted({offer.partner for offer in offers if offer.goes}),
    }  # fmt: skip
    return render(request, "web/article_publish.html", _context(request) | context)


@reader_page
@require_POST
def adopt(request: HttpRequest, uuid: str) -> HttpResponse:
    """Adopt an article that is not ours."""
    _require(request, EDITORS)
    get_readable(uuid, person_of(request).role)
    adopted = adopt_article(_home(), uuid, _actor(request), at=datetime.now(UTC))
    messages.success(request, _("This is your copy now. You may change it."))
    if adopted.told is not None and adopted.told.verdict not in SENT:
        messages.warning(request, _("Its origin was not told: the memorandum withholds it."))
    return redirect("web:article", uuid=adopted.uuid)


@reader_page
@require_POST
def annotate(request: HttpRequest, uuid: str) -> HttpResponse:
    """Put a remark on the text that is shown."""
    _require(request, WRITERS)
    row = get_readable(uuid, person_of(request).role)
    text = request.POST.get("text", "").replace("\r\n", "\n")
    language = _chosen(request, row.language, posted=True)
    faults = say_faults(list(faults_of_annotation(text)))
    if faults:
        return _show(request, uuid, "web/article.html", typed=text, fault=faults["text"])
    told = annotate_article(_home(), uuid, language, text, _actor(request), at=datetime.now(UTC))
    messages.success(request, _("Your remark is kept."))
    if told is not None and told.verdict not in SENT:
        messages.warning(request, _("Its origin was not told: the memorandum withholds it."))
    return redirect(f"{_address(uuid)}?language={language}")


@reader_page
@require_POST
def withdraw(request: HttpRequest, uuid: str) -> HttpResponse:
    """Withdraw an article of ours."""
    _require(request, EDITORS)
    row = get_readable(uuid, person_of(request).role)
    if row.origin != _home().party:
        raise PermissionDenied
    withdraw_article(_home(), uuid, _actor(request), reason="withdrawn", at=datetime.now(UTC))
    messages.success(request, _("Withdrawn. Every partner that has it is told."))
    return redirect("web:article", uuid=uuid)


def _show(request: HttpRequest, uuid: str, template: str, *, typed: str = "", fault: str = "") -> HttpResponse:
    role = person_of(request).role
    row = get_readable(uuid, role)
    language = request.GET.get("language") or request.POST.get("language") or _language(request)
    number = _number(request.GET.get("version", ""))
    opened = open_article(row, role=role, party=_home().party, language=language, number=number)
    context = {
        "opened": opened, "row": row, "typed": typed, "fault": fault, "may_write": role in WRITERS,
        "may_edit": role in EDITORS,
    }  # fmt: skip
    return render(request, template, _context(request) | context, status=400 if fault else 200)


def _editor(
    request: HttpRequest,
    form: ArticleForm,
    faults: dict[str, str],
    *,
    uuid: str,
    preview: Page | None = None,
    theirs: int = 0,
) -> HttpResponse:
    row = get_readable(uuid, person_of(request).role) if uuid else None
    context = {
        "form": form, "faults": faults, "row": row, "preview": preview, "theirs": theirs,
        "lang": BCP47.get(form.language, form.language), "title": _title(row.pk, row.language) if row else "",
    }  # fmt: skip
    status = 409 if theirs else 400 if faults else 200
    return render(request, "web/article_edit.html", _context(request) | context, status=status)


def _prefilled(request: HttpRequest) -> ArticleForm:
    asked = request.GET.get("consultation", "")
    found = find_draft(asked[:36].replace("\0", ""), _home().party) if asked else None
    if found is None:
        return ArticleForm(language=_language(request))
    return ArticleForm(kind="playbook", language=found.language, title=found.title, tlp=found.tlp, body=found.body)


def _preview(form: ArticleForm, faults: dict[str, str]) -> Page | None:
    if "body" in faults:
        return None
    try:
        return render_page(form.words().body, top=3)
    except ComityError:
        return None


def _context(request: HttpRequest) -> dict[str, Any]:
    return {
        "section": "library", "own_party": _home().party, "kinds": ARTICLE_KINDS, "states": ARTICLE_STATES,
        "article_languages": LANGUAGES, "categories": CATEGORIES, "techniques": TECHNIQUES, "tlps": TLPS,
        "page_speaks": _language(request),
    }  # fmt: skip


def _title(pk: int, language: str) -> str:
    version = find_version(pk, language)
    return version.title if version else ""


def _require(request: HttpRequest, roles: frozenset[str]) -> None:
    if person_of(request).role not in roles:
        raise PermissionDenied


def _home() -> Home:
    if settings.HOME is None:
        raise Http404
    home: Home = settings.HOME
    return home


def _actor(request: HttpRequest) -> Actor:
    person = person_of(request)
    return Actor(person.username, person.role, _home().party)


def _language(request: HttpRequest) -> Any:
    return language_of_page(request.LANGUAGE_CODE or "en")


def _chosen(request: HttpRequest, otherwise: str, *, posted: bool = False) -> Any:
    asked = (request.POST if posted else request.GET).get("language", "")
    return asked if asked in LANGUAGES else otherwise


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 6 else 0


def _address(uuid: str) -> str:
    return reverse("web:article", args=[uuid])
