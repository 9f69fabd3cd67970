"""Warnings with partners that tell too much, too late or in vain, and with two who act at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.db import connection

from comity.core.errors import InputError
from comity.core.roles import Actor
from comity.core.warnings import Signs, Warned, token_of
from comity.flows.answer_warning import ZoneSwept, keep_sweep, release_answer
from comity.flows.apply_entry import apply_entries
from comity.flows.open_enquiries import open_enquiries
from comity.flows.sweep_warning import NAMES_FOLDER, sweep_warnings
from comity.flows.tend_warnings import tell_waiting
from comity.flows.warn import NewWarning, warn
from comity.flows.withdraw_warning import withdraw_warning
from comity.store import models
from comity.store.case_reports import find_reports_by_pk
from comity.store.warnings import FoundName, add_warning, due_warnings, get_answer, read_found, read_warning
from comity.sweep.snapshot_writing import write_snapshot
from comity.wire.stix import MAX_PAYLOAD_BYTES
from comity.wire.warning_entries import WarningPayload, render_warning
from flows.two_desks import Desks
from flows.two_parties import AT
from flows.warning_parties import parties_of
from sweep.names_made import frames

pytestmark = pytest.mark.django_db

RU = Actor("ivan", "analyst", "cctld.ru")
BY_BOSS = Actor("oksana", "supervisor", "oac.by")
HOUR = timedelta(hours=1)
NEW = NewWarning(category="phishing", text="One form for all", labels=("demobank",))


@pytest.fixture
def desks(tmp_path_factory: pytest.TempPathFactory) -> Desks:
    found = Desks(parties_of(tmp_path_factory))
    found.ru()
    return found


@pytest.fixture
def warned(desks: Desks) -> Desks:
    """.ru has warned .by, which sits."""
    warn(desks.home, "oac.by", NEW, RU, at=AT)
    desks.exchange()
    desks.by()
    return desks


def row() -> models.CampaignWarning:
    return models.CampaignWarning.objects.get()


def swept(*found: FoundName) -> ZoneSwept:
    return ZoneSwept(zone="by", as_of=date(2026, 11, 23), zone_names=150_000, found=found)


def found(name: str) -> FoundName:
    return FoundName(name, ("label",), ("demobank",))


def kept_warning(number: int, origin: str, signs: Signs) -> models.CampaignWarning:
    said = Warned(
        zones=("by",), category="phishing", tlp="TLP:AMBER", first_day=AT.date(), last_day=AT.date(), case="",
        text="One form", signs=signs,
    )  # fmt: skip
    return add_warning(str(UUID(int=number)), origin, origin, said, at=AT, told_at=AT)


def test_a_partner_that_warns_of_very_much_lets_no_other_wait(desks: Desks) -> None:
    desks.by()
    signs = Signs(labels=("demobank",))
    many = [kept_warning(number, "cctld.ru", signs) for number in range(2)]
    models.CampaignWarning.objects.bulk_create(
        models.CampaignWarning(
            uuid=f"more-{number}", origin="cctld.ru", partner="cctld.ru", zones=["by"], category="phishing",
            tlp="TLP:AMBER", first_day=AT.date(), last_day=AT.date(), text="", signs=b"{}", at=AT,
        )
        for number in range(600)
    )  # fmt: skip
    few = kept_warning(9, "fid.su", signs)
    due = due_warnings("oac.by", "by", today=AT.date(), as_of=AT.date())
    assert due[:3] == [many[0].pk, few.pk, many[1].pk]
    assert len(due) == 603
    assert due_warnings("oac.by", "xn--90ais", today=AT.date(), as_of=AT.date()) == []


def test_a_warning_that_cannot_be_swept_for_is_named_and_stops_no_other(desks: Desks, tmp_path: Path) -> None:
    desks.by()
    home = msgspec.structs.replace(desks.home, path=tmp_path)  # the other is that of every test
    bad = kept_warning(1, "cctld.ru", Signs(patterns=("(((",)))
    good = kept_warning(2, "cctld.ru", Signs(servers=("ns1.demo-bad.ru",)))
    zone = {"demo-one.by": ("ns1.demo-bad.ru", False), "demo-two.by": ("ns1.demo.by", False)}
    write_snapshot(home.path / NAMES_FOLDER, "by", frames(zone), as_of=date(2026, 11, 25), serial=9)
    with pytest.raises(InputError, match=bad.uuid):
        sweep_warnings(home, at=AT)
    assert [one.name for one in read_found(get_answer(good.uuid, "by"))] == ["demo-one.by"]


@contextmanager
def meanwhile(act: Any) -> Iterator[None]:
    """Let somebody else act when the next lock of a ledger is asked for."""
    waiting = [act]

    def before(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if waiting and '"ledger"' in sql:
            waiting.pop()()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(before):
        yield
    assert not waiting


def test_an_answer_that_somebody_told_meanwhile_is_not_told_again(warned: Desks) -> None:
    keep_sweep(warned.home, row(), swept(found("demobank-1.by")), at=AT)
    answers = models.WarningAnswer.objects
    sent = len(warned.outgoing())
    for change in ({"told_at": AT + HOUR}, {"withdrawn_at": AT + HOUR}):
        answers.update(told_at=None, asked_at=None)

        def act(change: dict[str, Any] = change) -> None:
            rows = answers if "told_at" in change else models.CampaignWarning.objects
            rows.update(**change)

        with meanwhile(act):
            assert tell_waiting(warned.home, at=AT + 3 * HOUR) == 0
        assert len(warned.outgoing()) == sent


def test_of_a_warning_that_passed_long_ago_nobody_waits_for_an_answer(warned: Desks) -> None:
    keep_sweep(warned.home, row(), swept(found("demobank-1.by")), at=AT)
    decided = models.Decision.objects.count()
    for days, told in ((40, 0), (20, 1)):
        models.WarningAnswer.objects.update(told_at=None, asked_at=None)
        models.CampaignWarning.objects.update(last_day=(AT - timedelta(days=days)).date())
        assert tell_waiting(warned.home, at=AT + HOUR) == told
        assert models.Decision.objects.count() == decided + told


def test_a_name_that_is_protected_by_now_is_not_told(warned: Desks) -> None:
    keep_sweep(warned.home, row(), swept(found("demobank-1.by"), found("nbrb.by")), at=AT)
    uuid = row().uuid
    assert release_answer(warned.home, uuid, "by", "names", BY_BOSS, at=AT + HOUR).verdict == "send"
    warned.exchange()
    warned.ru()
    assert warned.holds(b"nbrb.by") == []
    told = get_answer(uuid, "by")
    assert [one.name for one in read_found(told)] == ["demobank-1.by"]
    assert (told.names, told.left_out, told.counts) == (1, 1, [{"sign": "label", "names": 1, "fewer": False}])


def test_names_that_do_not_fit_into_an_entry_are_counted(warned: Desks) -> None:
    names = tuple(found(f"demobank-{'x' * 48}-{at:04}.by") for at in range(1_000))
    keep_sweep(warned.home, row(), swept(*names), at=AT)
    uuid = row().uuid
    assert release_answer(warned.home, uuid, "by", "names", BY_BOSS, at=AT + HOUR).verdict == "send"
    assert len(warned.outgoing()[-1].payload) <= MAX_PAYLOAD_BYTES
    warned.exchange()
    warned.ru()
    told = get_answer(uuid, "by")
    assert (told.names, told.told) == (1_000, "names")
    assert 0 < len(read_found(told)) < 1_000


def test_names_that_an_answer_told_go_with_the_warning(warned: Desks) -> None:
    keep_sweep(warned.home, row(), swept(found("demobank-1.by")), at=AT)
    uuid = row().uuid
    release_answer(warned.home, uuid, "by", "names", BY_BOSS, at=AT + HOUR)
    warned.exchange()
    warned.ru()
    assert warned.holds(b"demobank-1.by")
    withdraw_warning(warned.home, uuid, RU, at=AT + HOUR)
    assert warned.holds(b"demobank-1.by") == []
    warned.exchange()
    warned.by()
    # An enquiry that was opened is a person's to end; nothing else holds the name.
    assert [place for place in warned.holds(b"demobank-1.by") if place != "SweepFinding.name"] == []
    assert not models.Erasure.objects.filter(confirmed_at=None).exists()
    assert warned.differences() == []


def test_a_name_leaves_as_the_token_of_the_form_that_a_zone_has(desks: Desks) -> None:
    new = msgspec.structs.replace(NEW, names=("https://www.Demo-Shop.by/x", "демо.бел"))
    signs = warn(desks.home, "oac.by", new, RU, at=AT).warned.signs
    key = bytes.fromhex(signs.token_key)
    assert signs.name_tokens == tuple(sorted(token_of(name, key) for name in ("demo-shop.by", "xn--d1acvi.xn--90ais")))
    with pytest.raises(InputError, match="no name"):
        warn(desks.home, "oac.by", msgspec.structs.replace(NEW, names=("two words",)), RU, at=AT)


def test_an_old_day_is_no_second_cap(warned: Desks) -> None:
    said = read_warning(row())
    payload = WarningPayload(
        warning=UUID(int=7), tlp=said.tlp, clause="14", memorandum="", zones=said.zones,
        decided_at=AT - timedelta(days=3), category=said.category, first_day=said.first_day, last_day=said.last_day,
        case="", text="Another", signs=said.signs,
    )  # fmt: skip
    entry = warned.incoming()[-1]._replace(
        subject=str(payload.warning), payload=render_warning(payload, sender="cctld.ru", salt="")
    )
    (refusal,) = apply_entries(warned.home, "cctld.ru", [entry], at=AT)
    assert refusal.endswith(":decided-out-of-order")
    assert models.CampaignWarning.objects.count() == 1


def test_what_a_partner_told_keeps_its_marking_in_the_report_that_is_made_of_it(desks: Desks) -> None:
    for tlp, kept in (("TLP:AMBER+STRICT", "TLP:AMBER+STRICT"), ("TLP:GREEN", "TLP:AMBER")):
        desks.ru()
        uuid = warn(desks.home, "oac.by", msgspec.structs.replace(NEW, tlp=tlp), RU, at=AT).uuid
        desks.exchange()
        desks.by()
        told = models.CampaignWarning.objects.get(uuid=uuid)
        name = f"demobank-{kept[-5:].lower()}.by"
        keep_sweep(desks.home, told, swept(found(name)), at=AT)
        enquiry = models.SweepFinding.objects.get(name=name)
        analyst = Actor("alena", "analyst", "oac.by")
        assert open_enquiries(desks.home, [enquiry.pk], analyst, "phishing", at=AT).done == (enquiry.pk,)
        row = find_reports_by_pk([models.Report.objects.get(host=name).pk])[0]
        assert row.report.tlp == kept
