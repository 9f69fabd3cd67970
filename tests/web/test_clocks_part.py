"""The clocks of a case on a page: in words, in two zones, with their pauses, and the forms that pause them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import RequestContext, Template
from django.test import RequestFactory
from django.utils import translation

from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.acknowledge import acknowledge
from comity.flows.ask import ask
from comity.store.case_writes import NewCase, open_cases
from comity.store.models import Case, CaseEvent, Person
from comity.web.clocks import shown_clocks, span_words
from web.small_registry import Registry, signed_in

pytestmark = pytest.mark.django_db

ANALYST = Actor("analyst", "analyst", "cctld.ru")
AT = datetime(2026, 11, 27, 12, tzinfo=UTC)  # a Friday
HOUR = timedelta(hours=1)


def opened(severity: str = "high", *, at: datetime = AT) -> str:
    new = NewCase("kassa-demo.ru", "unauthorized-access", 1, "ru", "cctld.ru", severity)
    return open_cases("cctld.ru", [new], actor="cctld.ru", role="system", at=at)[0].ref


def part(ref: str, role: str = "analyst") -> str:
    request = RequestFactory().get("/")
    request.user = Person.objects.filter(username=role).first() or AnonymousUser()
    context = RequestContext(request, {"case": Case.objects.get(ref=ref), "csrf_token": "token"})
    return Template("{% load clocks %}{% case_clocks case %}").render(context)


class TestWords:
    @pytest.mark.parametrize(
        ("language", "words"),
        [("en", "2 days 5 hours"), ("ru", "2"), ("be", "2"), ("vi", "2"), ("zh-hans", "2")],
    )
    def test_a_span_in_every_language(self, language: str, words: str) -> None:
        with translation.override(language):
            assert span_words(timedelta(days=2, hours=5, minutes=59)).startswith(words)

    def test_the_two_greatest_units(self) -> None:
        assert span_words(timedelta(minutes=1)) == "1 minute"
        assert span_words(timedelta(0)) == "0 minutes"
        assert span_words(timedelta(hours=1, seconds=59)) == "1 hour"
        assert span_words(timedelta(days=1, minutes=3)) == "1 day 3 minutes"

    def test_what_runs_is_late_or_waits_says_so(self, home: Home) -> None:
        ref = opened()
        running = shown_clocks(home, ref, "analyst", at=AT + HOUR)
        assert [(one.kind, one.words, one.percent) for one in running.running] == [
            ("acknowledge", "3 hours left.", 25), ("outcome", "1 day 23 hours left.", 2),
        ]  # fmt: skip
        late = shown_clocks(home, ref, "analyst", at=AT + 5 * HOUR).running[0]
        assert (late.state, late.words, late.percent) == ("overdue", "Overdue by 1 hour.", 125)
        acknowledge(home, [ref], ANALYST, at=AT + 2 * HOUR)
        ask(home, [ref], ANALYST, "which page?", at=AT + 3 * HOUR)
        shown = shown_clocks(home, ref, "analyst", at=AT + 3 * HOUR)
        assert [one.words for one in shown.stopped] == ["Done in time, after 2 hours."]
        assert {one.words for one in shown.running if one.state == "paused"} == {
            "Paused; due in 5 days 11 hours at the latest.", "Paused; due in 6 days 21 hours at the latest.",
        }  # fmt: skip
        assert shown.may_resume

    def test_working_time_is_given_in_the_calendars_zone_too(self, home: Home) -> None:
        clock = shown_clocks(home, opened("normal"), "analyst", at=AT).running[0]
        # cctld.ru's own calendar is Russia's, in the node's time zone as nothing else is said: from noon to Monday.
        assert clock.due_there.endswith("UTC")
        assert len(clock.calendar_mark) == 8
        assert clock.due_iso == "2026-11-30T11:00:00+00:00"


class TestPart:
    def test_everybody_who_reads_sees_and_only_the_desk_may_pause(self, registry: Registry) -> None:
        html = part(registry.received)
        assert "Deadlines" in html
        assert "court_order_pending" in html
        assert "awaiting_reporter" not in html  # nobody was asked
        assert html.count("<progress") >= 2
        assert "court_order_pending" not in part(registry.received, "auditor")

    def test_the_form_pauses_and_a_second_one_is_refused_in_words(self, registry: Registry) -> None:
        browser = signed_in("analyst")
        address = f"/cases/{registry.received}/clock_paused/"
        answer = browser.post(address, {"reason": "court_order_pending", "note": "Minsk city court"})
        assert answer.status_code == 302
        html = part(registry.received)
        assert "waiting for a court order" in html
        assert "Let the clocks run on" in html
        again = browser.post(address, {"reason": "court_order_pending"})
        assert again.status_code == 409
        assert "The clocks stand still already." in again.content.decode()
        assert browser.post(f"/cases/{registry.received}/clock_paused/", {"reason": "a-holiday"}).status_code == 409
        assert browser.post(f"/cases/{registry.received}/clock_resumed/", {}).status_code == 302
        events = CaseEvent.objects.filter(case__ref=registry.received).order_by("seq")
        assert list(events.values_list("event", flat=True)) == ["opened", "clock_paused", "clock_resumed"]

    def test_an_auditor_cannot_pause_by_hand(self, registry: Registry) -> None:
        address = f"/cases/{registry.received}/clock_paused/"
        answer = signed_in("auditor").post(address, {"reason": "court_order_pending"})
        assert answer.status_code in {403, 409}
        assert CaseEvent.objects.filter(case__ref=registry.received).count() == 1

    @pytest.mark.parametrize("language", ["en", "ru", "be", "vi", "zh-hans"])
    def test_labels_are_ids_once_and_nothing_is_styled_inline(self, registry: Registry, language: str) -> None:
        with translation.override(language):
            html = part(registry.closed) + part(registry.received)
        assert "style=" not in html
        assert "<script" not in html
        for of_one in (part(registry.closed), part(registry.received)):
            ids = re.findall(r'\bid="([^"]+)"', of_one)
            assert len(ids) == len(set(ids))
            assert set(re.findall(r'\bfor="([^"]+)"', of_one)) <= set(ids)
