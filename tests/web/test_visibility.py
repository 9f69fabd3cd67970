"""Who sees what: every address of the node × every role × every method, against one table that is read by people.

An address that is not in the table fails, and so does a row without an address: nobody adds a page and forgets to say
whose it is.  Beyond the address, rows are told apart by marking: what is TLP:RED stays with the people of the desk.
"""

from collections.abc import Iterator
from typing import Final

import msgspec
import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from comity.core.reports import Report as Claim
from comity.store.models import Look, Person, Report
from web.consultation_rows import FILE, OPEN
from web.dga_rows import FAMILY
from web.small_registry import ANSWER_TOKEN, ARTICLE, ROLES, TOKEN, Registry, signed_in
from web.statistics_rows import PERIOD, STATEMENT
from web.sweep_rows import RUN
from web.warning_rows import INTERSECTION, WARNING

pytestmark = pytest.mark.django_db

STRANGER: Final = ""
EVERYBODY: Final = frozenset({STRANGER, *ROLES})
SIGNED_IN: Final = frozenset(ROLES)
READERS: Final = frozenset({"analyst", "supervisor", "policy-officer", "auditor"})
DESK: Final = frozenset({"analyst", "supervisor"})
WRITERS: Final = frozenset({"analyst", "supervisor", "policy-officer"})
STAFF: Final = READERS | {"administrator"}
LOOKERS: Final = frozenset({"analyst", "supervisor", "policy-officer"})
OPERATORS: Final = frozenset({"administrator"})
EDITORS: Final = frozenset({"policy-officer"})
PUBLISHERS: Final = frozenset({"supervisor", "policy-officer"})
OVERSEERS: Final = frozenset({"administrator", "auditor"})

# name of the address: (its parts, who may GET it, who may POST to it); None: it does not take that method.
PAGES: Final[dict[str, tuple[dict[str, str], frozenset[str] | None, frozenset[str] | None]]] = {
    "web:home": ({}, EVERYBODY, None),
    "web:accessibility": ({}, EVERYBODY, None),
    "web:status": ({"token": TOKEN}, EVERYBODY, None),
    "web:report-status": ({"token": TOKEN, "uuid": "00000000-0000-4000-8000-000000000000"}, EVERYBODY, EVERYBODY),
    "web:report": ({}, EVERYBODY, EVERYBODY),
    "web:report-elsewhere": ({"place": "content"}, EVERYBODY, None),
    "web:report-form": ({"category": "phishing"}, EVERYBODY, EVERYBODY),
    "web:report-expert": ({"category": "phishing"}, EVERYBODY, EVERYBODY),
    "web:report-sent": ({"receipt": "00000000-0000-4000-8000-000000000001"}, EVERYBODY, None),
    "web:report-confirm": ({"token": ANSWER_TOKEN}, EVERYBODY, EVERYBODY),
    "web:answer": ({"token": ANSWER_TOKEN}, EVERYBODY, EVERYBODY),
    "web:appeals": ({}, READERS, None),
    "web:appeal": ({"ref": "appealed"}, READERS, READERS),
    "web:reporters": ({}, READERS, None),
    "web:feeds": ({}, STAFF, None),
    "web:reporter": ({"pk": "reporter"}, READERS, READERS),
    "web:case-answers": ({"ref": "answered"}, READERS, READERS),
    "web:answer-personal": ({"ref": "answered", "pk": "answer"}, LOOKERS, LOOKERS),
    "web:reading": ({}, EVERYBODY, EVERYBODY),
    "web:language": ({}, None, EVERYBODY),
    "web:sign-in": ({}, EVERYBODY, EVERYBODY),
    "web:sign-out": ({}, None, EVERYBODY),
    "web:account": ({}, SIGNED_IN, None),
    "web:new-token": ({}, SIGNED_IN, SIGNED_IN),
    "web:end-token": ({}, None, SIGNED_IN),
    "web:administration": ({}, OVERSEERS, None),
    "web:new-person": ({}, OPERATORS, OPERATORS),
    "web:person": ({"name": "registrar"}, OVERSEERS, None),
    "web:change-person": ({"name": "registrar"}, None, OPERATORS),
    "web:webhooks": ({}, OVERSEERS, OPERATORS),
    "web:looks": ({}, OVERSEERS, None),
    "web:personal-data": ({"ref": "received", "uuid": "00000000-0000-4000-8000-000000000000"}, LOOKERS, LOOKERS),
    "web:inbox": ({}, READERS, None),
    "web:acknowledge": ({}, None, DESK),
    "web:assign": ({}, None, DESK),
    "web:keep-view": ({}, None, READERS),
    "web:case": ({"ref": "received"}, READERS, None),
    "web:campaign": ({"ref": "protected"}, READERS, DESK),
    "web:attach": ({"ref": "received"}, None, LOOKERS),
    "web:attachment": ({"ref": "closed", "uuid": "00000000-0000-4000-8000-000000000000"}, None, LOOKERS),
    "web:look-up": ({"ref": "received"}, None, DESK),
    "web:step": ({"ref": "received", "event": "note"}, None, READERS),
    "web:plan-case": ({"ref": "protected"}, DESK, DESK),
    "web:approvals": ({}, READERS, None),
    "web:approval": ({"which": "plan"}, READERS, None),
    "web:answer-plan": ({"which": "plan", "verb": "approve"}, None, READERS),
    "web:zones": ({}, STAFF, None),
    "web:zone": ({"zone": "ru"}, STAFF, None),
    "web:mail": ({}, READERS, None),
    "web:choose-mail": ({"pk": "mail"}, None, DESK),
    "web:dismiss-mail": ({"pk": "mail"}, None, DESK),
    "web:enquiries": ({}, READERS, None),
    "web:enquiry": ({"number": "enquiry"}, READERS, None),
    "web:dismiss-enquiries": ({}, None, DESK),
    "web:open-enquiries": ({}, None, DESK),
    "web:sweeps": ({}, READERS, None),
    "web:sweep": ({"run": RUN}, READERS, None),
    "web:held": ({}, READERS, None),
    "web:open-held": ({}, None, frozenset({"supervisor"})),
    "web:library": ({}, READERS, None),
    "web:article": ({"uuid": ARTICLE}, READERS, None),
    "web:article-print": ({"uuid": ARTICLE}, READERS, None),
    "web:article-history": ({"uuid": ARTICLE}, READERS, None),
    "web:article-new": ({}, WRITERS, WRITERS),
    "web:article-edit": ({"uuid": ARTICLE}, WRITERS, WRITERS),
    "web:article-publish": ({"uuid": ARTICLE}, PUBLISHERS, PUBLISHERS),
    "web:article-adopt": ({"uuid": ARTICLE}, None, PUBLISHERS),
    "web:article-annotate": ({"uuid": ARTICLE}, None, WRITERS),
    "web:article-withdraw": ({"uuid": ARTICLE}, None, PUBLISHERS),
    "web:warnings": ({}, READERS, None),
    "web:warning": ({"uuid": WARNING}, READERS, None),
    "web:warning-release": ({"uuid": WARNING}, None, frozenset({"supervisor"})),
    "web:warning-withdraw": ({"uuid": WARNING}, None, DESK),
    "web:intersection": ({"uuid": INTERSECTION}, READERS, None),
    "web:dga": ({}, READERS, None),
    "web:dga-family": ({"name": FAMILY}, READERS, None),
    "web:dga-answer": ({"name": FAMILY}, None, DESK),
    "web:dga-share": ({"name": FAMILY}, None, DESK),
    "web:consultations": ({}, READERS, None),
    "web:new-consultation": ({}, WRITERS, WRITERS),
    "web:consultation": ({"uuid": OPEN}, READERS, None),
    "web:consultation-file": ({"uuid": FILE}, READERS, None),
    "web:consultation-step": ({"uuid": OPEN, "event": "reply"}, None, WRITERS),
    "web:experts": ({}, READERS, WRITERS),
    "web:withdraw-expert": ({"uuid": OPEN}, None, WRITERS),
    "web:memoranda": ({}, STAFF, None),
    "web:memorandum": ({"partner": "oac.by", "version": "3"}, STAFF, None),
    "web:memorandum-file": ({"partner": "oac.by", "version": "3"}, STAFF, None),
    "web:amend": ({"partner": "oac.by", "version": "3"}, None, EDITORS),
    "web:begin-draft": ({}, None, EDITORS),
    "web:draft": ({"pk": "draft"}, STAFF, None),
    "web:draft-preview": ({"pk": "draft"}, STAFF, None),
    "web:outputs": ({}, STAFF, None),
    "web:statistics": ({}, READERS, None),
    "web:statistics-report": ({}, READERS, None),
    "web:release-statistics": ({}, None, frozenset({"policy-officer"})),
    "web:statement": ({"uuid": STATEMENT}, READERS, None),
    "web:statement-file": ({"uuid": STATEMENT}, READERS, None),
    "web:transparency": ({}, EVERYBODY, None),
    "web:transparency-period": ({"name": PERIOD}, EVERYBODY, None),
    "web:transparency-file": ({"name": PERIOD, "kind": "figures.csv"}, EVERYBODY, None),
    "web:draft-clause": ({"pk": "draft", "part": "clocks"}, EDITORS, EDITORS),
    "web:draft-propose": ({"pk": "draft"}, None, EDITORS),
    "web:draft-drop": ({"pk": "draft"}, None, EDITORS),
    "web:links": ({}, STAFF, None),
    "web:subscribers": ({}, OVERSEERS | {"policy-officer"}, None),
    "web:link": ({"partner": "oac.by"}, STAFF, None),
}
# Answered by others for everybody: files, health, and what django-allauth guards (tests/web/test_second_factor.py).
ELSEWHERE: Final = frozenset({
    "web:asset", "healthz", "readyz", "metrics",
})  # fmt: skip
_NOT_THEIRS: Final = frozenset({403, 404})


def names_of_pages() -> Iterator[str]:
    """Every named address of the pages; those of the API are its own test's matter."""
    for pattern in _walk(get_resolver("comity.web.urls").url_patterns):
        yield f"web:{pattern.name}"


def _walk(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns)
        else:
            yield pattern


def test_every_address_is_in_the_table_and_every_row_has_an_address() -> None:
    found = set(names_of_pages())
    new = found - ELSEWHERE - PAGES.keys()
    assert not new, f"say in the table whose page it is: {sorted(new)}"
    assert PAGES.keys() - found == set(), "the table tells of a page that is not there"


def address_of(name: str, registry: Registry) -> str:
    parts = {
        key: getattr(registry, value) if key in {"ref", "pk", "which", "number"} else value
        for key, value in PAGES[name][0].items()
    }
    return reverse(name, kwargs=parts)


@pytest.mark.parametrize("role", ["", *ROLES])
def test_every_page_opens_for_its_roles_and_no_other(registry: Registry, role: str) -> None:
    wrong = []
    for name, (_parts, get_roles, post_roles) in PAGES.items():
        address = address_of(name, registry)
        for method, allowed in (("GET", get_roles), ("POST", post_roles)):
            client = signed_in(role) if role else Client()
            answer = client.get(address) if method == "GET" else client.post(address)
            if not _fits(answer.status_code, answer.headers.get("Location", ""), role, allowed):
                wrong.append(f"{role or 'a stranger'} {method} {address}: {answer.status_code}")
    assert wrong == [], "\n".join(wrong)


def _fits(status: int, place: str, role: str, allowed: frozenset[str] | None) -> bool:
    leads_away = status == 302 and place.startswith("/sign-in/")
    if allowed is None:
        return status == 405 or leads_away or status in _NOT_THEIRS
    if role in allowed:
        return status < 500 and status not in _NOT_THEIRS and not leads_away
    return leads_away if not role else status in _NOT_THEIRS


def test_an_account_that_is_closed_is_a_stranger(registry: Registry) -> None:
    client = signed_in("analyst")
    Person.objects.filter(username="analyst").update(is_active=False)
    assert client.get("/inbox/").status_code == 302


@pytest.mark.parametrize("role", ROLES)
def test_what_is_red_is_for_the_desk_alone(registry: Registry, role: str) -> None:
    row = Report.objects.get(case__ref=registry.received)
    claim = msgspec.json.decode(row.body, type=Claim)
    secret = "read by the desk alone"
    Report.objects.filter(pk=row.pk).update(
        body=msgspec.json.encode(msgspec.structs.replace(claim, tlp="TLP:RED", narrative=secret))
    )
    client = signed_in(role)
    page = client.get(f"/cases/{registry.received}/")
    assert (secret in page.content.decode()) == (role in DESK)
    look = client.post(f"/cases/{registry.received}/reports/{row.uuid}/personal/", {"reason": "the victim is told"})
    assert (secret in look.content.decode()) == (role in DESK)
    assert Look.objects.count() == (1 if role in DESK else 0)


def test_a_look_without_a_reason_shows_nothing_and_with_one_is_kept(registry: Registry) -> None:
    row = Report.objects.get(case__ref=registry.received)
    address = f"/cases/{registry.received}/reports/{row.uuid}/personal/"
    client = signed_in("analyst")
    assert "somebody@demo.example" not in client.get(address).content.decode()
    refused = client.post(address, {"reason": " "})
    assert refused.status_code == 400
    assert "somebody@demo.example" not in refused.content.decode()
    assert not Look.objects.exists()
    assert "somebody@demo.example" in client.post(address, {"reason": "the victim is told"}).content.decode()
    kept = Look.objects.get()
    assert (kept.actor, kept.subject, kept.classes, kept.reason) == (
        "analyst", row.uuid, "victim_email", "the victim is told",
    )  # fmt: skip
    assert "the victim is told" in signed_in("auditor").get("/administration/looks/").content.decode()
