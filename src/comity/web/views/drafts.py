"""Drafts of memoranda: written clause by clause by the policy officer, read by all who work here, tried, and proposed.

A clause that has not the right shape is shown again with every problem at its field and with what was typed; what does
not agree between clauses is kept and listed until all agrees.
"""

from datetime import UTC, datetime

import msgspec
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comity.core.errors import ComityError, ConflictError, InputError
from comity.core.memoranda import Problem
from comity.core.memorandum_rules import find_placeholders, find_problems
from comity.core.roles import READERS
from comity.flows.compare import DAYS, compare
from comity.flows.draft import amend as amend_flow
from comity.flows.draft import begin as begin_flow
from comity.flows.draft import drop as drop_flow
from comity.flows.draft import propose_draft, write_clause
from comity.store.drafts import Draft, get_draft, list_revisions
from comity.store.memoranda import find_in_force
from comity.store.models import Memorandum
from comity.web.access import only_for, person_of, role_of, staff_page
from comity.web.clause_text import differences, lines_of, part_name, place_of, questions_of, say_problem
from comity.web.desk_steps import home_of_node
from comity.web.memoranda import clause_of, title_in
from comity.web.views.memoranda import EDITORS, show_memoranda
from comity.wire.clause_form import PARTS, with_answers
from comity.wire.memorandum_yaml import MAX_BYTES, render_memorandum

editor_page = only_for(EDITORS)


@staff_page
@require_GET
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a draft: what is still wrong, and each clause beside the one in force."""
    return _show(request, get_draft(pk))


@editor_page
@require_http_methods(["GET", "HEAD", "POST"])
def clause(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """Show one clause as a form, or keep what was answered."""
    if part not in PARTS:
        raise Http404(part)
    found = get_draft(pk)
    tree = msgspec.json.decode(found.body)
    if request.method != "POST":
        problems = [problem for problem in _problems(found) if place_of(problem, tree)[0] == part]
        return _show_clause(request, found, part, tree, problems)
    answers = {name: request.POST.getlist(name) for name in request.POST}
    try:
        faults = write_clause(
            pk, part, answers, revision=_number(request), actor=person_of(request).username, at=datetime.now(UTC)
        )
    except ConflictError:
        typed = with_answers(tree, part, answers)
        return _show_clause(
            request,
            found,
            part,
            typed,
            [],
            refusal=_("Somebody else changed this draft meanwhile. Look at the draft; your answers stand below."),
            status=409,
        )
    if faults:
        typed = with_answers(tree, part, answers)
        return _show_clause(request, found, part, typed, faults, summary=True, status=422)
    messages.success(request, _("The clause was kept."))
    return redirect("web:draft", pk=pk)


@staff_page
@require_GET
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the partner would have seen under the draft."""
    found = get_draft(pk)
    days = request.GET.get("days", "")
    asked = int(days) if days.isascii() and days.isdigit() and len(days) < 5 else DAYS
    answer = compare(home_of_node(), found.partner, found.memorandum, at=datetime.now(UTC), days=asked)
    sums = [
        {"verdict": verdict, "now": now, "then": then, "rows": [row for row in answer.rows if row.verdict == verdict]}
        for verdict, (now, then) in answer.sums().items()
    ]
    context = {
        "section": "memoranda", "draft": found, "found": answer, "sums": sums,
        "reads_cases": role_of(request) in READERS,
    }  # fmt: skip
    return render(request, "web/draft_preview.html", context)


@editor_page
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a draft from a file."""
    file = request.FILES.get("file")
    data = file.read(MAX_BYTES + 1) if file else b""
    try:
        pk = begin_flow(home_of_node(), data, actor=person_of(request).username, at=datetime.now(UTC))
    except InputError as error:
        return show_memoranda(request, refusals=str(error).split("; "), status=422)
    return redirect("web:draft", pk=pk)


@editor_page
@require_POST
def amend(request: HttpRequest, partner: str, version: int) -> HttpResponse:
    """Begin the next version with the text of this one."""
    row = Memorandum.objects.filter(partner=partner, version=version).order_by("-pk").first()
    if row is None:
        raise Http404(partner)
    pk = amend_flow(home_of_node(), row.urn, version, actor=person_of(request).username, at=datetime.now(UTC))
    return redirect("web:draft", pk=pk)


@editor_page
@require_POST
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign the draft as our party."""
    actor, at = person_of(request).username, datetime.now(UTC)
    try:
        document = propose_draft(home_of_node(), pk, revision=_number(request), actor=actor, at=at)
    except ComityError as error:
        return _show(request, get_draft(pk), refusal=str(error), status=409)
    messages.success(request, _("Signed and proposed. Give the signed file to the partner."))
    return redirect("web:memorandum", partner=get_draft(pk).partner, version=document.memorandum.version)


@editor_page
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a draft up."""
    try:
        drop_flow(pk, at=datetime.now(UTC))
    except ConflictError as error:
        return _show(request, get_draft(pk), refusal=str(error), status=409)
    messages.success(request, _("The draft was given up; what it said stays kept."))
    return redirect("web:memoranda")


def _show(request: HttpRequest, found: Draft, *, refusal: str = "", status: int = 200) -> HttpResponse:
    tree = msgspec.json.decode(found.body)
    in_force = find_in_force(found.partner, at=datetime.now(UTC))
    before = msgspec.json.decode(render_memorandum(in_force.memorandum)) if in_force else {}
    title, title_language = title_in(tree, request.LANGUAGE_CODE or "en")
    parts = [
        {
            "key": part,
            "clause": clause_of(tree, part),
            "name": part_name(part),
            "lines": lines_of(tree, part),
            "changes": differences(before, tree, part) if in_force else [],
        }
        for part in PARTS
    ]
    context = {
        "section": "memoranda",
        "draft": found,
        "title": title,
        "title_language": title_language,
        "in_force": in_force,
        "parts": parts,
        "problems": [_told(problem, tree) for problem in _problems(found)],
        "revisions": [
            {"number": one.number, "part": one.part, "part_name": part_name(one.part), "at": one.at,
             "actor": one.actor, "digest": one.digest}
            for one in list_revisions(found.pk)
        ],
        "may_edit": role_of(request) in EDITORS and found.status == "open",
        "refusal": refusal,
    }  # fmt: skip
    return render(request, "web/draft.html", context, status=status)


def _show_clause(
    request: HttpRequest,
    found: Draft,
    part: str,
    tree: dict[str, object],
    problems: list[Problem] | tuple[Problem, ...],
    *,
    summary: bool = False,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "section": "memoranda",
        "draft": found,
        "part": part,
        "name": part_name(part),
        "clause": clause_of(tree, part),
        "questions": questions_of(tree, part, problems),
        "summary": [_told(problem, tree) for problem in problems] if summary else [],
        "refusal": refusal,
    }
    return render(request, "web/draft_clause.html", context, status=status)


def _problems(found: Draft) -> tuple[Problem, ...]:
    return (*find_problems(found.memorandum), *find_placeholders(found.memorandum))


def _told(problem: Problem, tree: dict[str, object]) -> dict[str, object]:
    part, field = place_of(problem, tree)
    return {
        "part": part, "part_name": part_name(part), "field": field, "path": problem.path, "told": say_problem(problem)
    }  # fmt: skip


def _number(request: HttpRequest) -> int:
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
