"""What may not be told is in no output, and a withdrawal leaves every output within the hour that was agreed.

From a report that is filed to each reader's own door (`flows.doors`), for each way in which something is taken back;
the hour is made of the schedule, each part from where it is set, and never of waiting.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import LazySettings

from comity.api.list_views import MAX_AGE_SECONDS
from comity.core.errors import ConflictError
from comity.core.reports import Report
from comity.core.roles import Actor
from comity.edges.home import BlockingSettings, Home
from comity.flows import tend
from comity.flows.acknowledge import acknowledge
from comity.flows.advance_cases import Grounds, VerbOutcome
from comity.flows.appeal import appeal
from comity.flows.close import close
from comity.flows.confirm import confirm
from comity.flows.decide_appeal import decide_appeal
from comity.flows.dismiss import dismiss
from comity.flows.erase import erase
from comity.flows.hold import approve_hold, hold, restore
from comity.flows.keep_misp import begin_misp
from comity.flows.keep_subscribers import add_subscriber, stop_subscriber
from comity.flows.mark import mark
from comity.flows.notify import notify
from comity.flows.record_action import record_action
from comity.flows.suspend import suspend
from comity.flows.unconfirm import unconfirm
from comity.flows.withdraw import withdraw
from comity.store import models
from comity.store.subscribers import SubscriberRow
from comity.wire.rpz import TTL_SECONDS, Timers
from flows.doors import OUTPUTS, TELLING, Node, home_with_outputs, opened
from flows.two_desks import Desks
from flows.two_parties import AT, Parties, phishing

pytestmark = pytest.mark.django_db(transaction=True)

KEY: Final = "reader"
STAYS: Final = "stays-demo.ru"
AGREED: Final = timedelta(hours=1)
# What resolvers add of their own: BIND takes a second change of a policy zone after a minute (min-update-interval).
RESOLVER_SECONDS: Final = 60
LIST_READER_SECONDS: Final = 30 * 60  # how often docs/how-to/resolver.md has lists fetched

GROUNDS: Final = Grounds(reason="phishing")


def person(role: str, name: str = "") -> Callable[[Desks], Actor]:
    return lambda desks: Actor(name or f"{role}-demo", role, desks.home.party)


ANALYST, SUPERVISOR, POLICY, NODE = person("analyst"), person("supervisor"), person("policy-officer"), person("system")
APPELLANT: Final = person("registrant")


@pytest.fixture
def desks(transactional_db: None, tmp_path: Path) -> Desks:
    return Desks(Parties(tmp_path))


def subscribe(desks: Desks, kind: Any = "cert", ceiling: Any = "TLP:AMBER", **more: Any) -> SubscriberRow:
    return add_subscriber(
        KEY, POLICY(desks), name="Demo", kind=kind, ceiling=ceiling, clause="agreement 4", at=AT, **more
    )


def green(name: str, **more: object) -> Report:
    return phishing(f"http://{name}/login", **{"tlp": "TLP:GREEN", **more})


def ref_of(name: str) -> str:
    return str(models.Case.objects.get(registrable=name).ref)


def report_of(name: str) -> str:
    return str(models.Report.objects.get(registrable=name).uuid)


def done(outcome: VerbOutcome) -> None:
    assert outcome.refused == {}
    assert outcome.done


def confirm_all(desks: Desks, names: Iterable[str]) -> None:
    refs = [ref_of(name) for name in names]
    done(acknowledge(desks.home, refs, ANALYST(desks), at=AT))
    done(confirm(desks.home, refs, ANALYST(desks), disposition="malicious", score=0.8, collateral="none", at=AT))


def read(node: Node, outputs: dict[str, Callable[[Node], set[str]]] = OUTPUTS) -> dict[str, set[str]]:
    return {output: door(node) for output, door in outputs.items()}


def everywhere(names: Iterable[str], outputs: Iterable[str] = OUTPUTS) -> dict[str, set[str]]:
    return {output: set(names) for output in outputs}


def dismissed(desks: Desks, name: str) -> None:
    done(unconfirm(desks.home, [ref_of(name)], ANALYST(desks), at=AT))
    done(dismiss(desks.home, [ref_of(name)], ANALYST(desks), "false_positive", at=AT))


def withdrawn(desks: Desks, name: str) -> None:
    refs = [ref_of(name)]
    done(notify(desks.home, refs, ANALYST(desks), told=("registrar", "host", "registrant"), at=AT))
    done(record_action(desks.home, refs, ANALYST(desks), "delegation-ended", at=AT))
    done(close(desks.home, refs, ANALYST(desks), "removed_by_host", at=AT))
    done(withdraw(desks.home, refs, SUPERVISOR(desks), at=AT, grounds=GROUNDS))


def restored_on_appeal(desks: Desks, name: str) -> None:
    refs = [ref_of(name)]
    done(hold(desks.home, refs, ANALYST(desks), at=AT, grounds=GROUNDS))
    done(approve_hold(desks.home, refs, SUPERVISOR(desks), at=AT))
    done(appeal(desks.home, refs, APPELLANT(desks), at=AT))
    done(decide_appeal(desks.home, refs, POLICY(desks), "granted", at=AT))
    done(restore(desks.home, refs, NODE(desks), "restored_on_appeal", at=AT))


def marked_red(desks: Desks, name: str) -> None:
    mark(desks.home, report_of(name), "TLP:RED", ANALYST(desks), at=AT)


def erased(desks: Desks, name: str) -> None:
    erase(desks.home, report_of(name), SUPERVISOR(desks), reason="data-subject-request", at=AT)


# a name for each way of taking back what was said of it
WAYS: Final[dict[str, Callable[[Desks, str], None]]] = {
    "dismissed-demo.ru": dismissed,
    "withdrawn-demo.ru": withdrawn,
    "appealed-demo.ru": restored_on_appeal,
    "red-demo.ru": marked_red,
    "erased-demo.ru": erased,
}


def protect(home: Home, name: str) -> Home:
    """The node as it starts again after its operator protected a name."""
    (home.path / "protected.txt").write_text(f"{name}\n")
    return home_with_outputs(home, KEY, protected="protected.txt")


def test_whatever_is_taken_back_leaves_every_output(desks: Desks, tmp_path: Path, settings: LazySettings) -> None:
    desks.ru()
    settings.HOME = home = home_with_outputs(desks.home, KEY)
    protected = "protected-demo.ru"
    names = [*WAYS, protected, STAYS]
    row = subscribe(desks)
    desks.file(*map(green, names))
    confirm_all(desks, names)
    with opened(home, row, tmp_path, AT) as node:
        node.rounds()
        assert read(node) == everywhere(names)
        for name, take_back in WAYS.items():
            take_back(desks, name)
        node.rounds()
        assert read(node) == everywhere([protected, STAYS])
        node.rounds(protect(home, protected))
        assert read(node) == everywhere([STAYS])
        assert node.events != {}
        stop_subscriber(KEY, POLICY(desks), at=AT)
        node.rounds()
        _assert_closed(node)


def _assert_closed(node: Node) -> None:
    """Whose subscription ended finds nothing: no file is written, no door opens, and zones are empty."""
    for output in ("STIX bundle", "XARF", "files of XARF", "IODEF"):
        with pytest.raises(ConflictError):
            OUTPUTS[output](node)
    with pytest.raises(ConflictError):
        begin_misp(node.home, KEY, at=AT)
    for path in (f"/lists/{KEY}/names.txt", f"/misp/{KEY}/manifest.json", node.taxii.url()):
        assert node.taxii.client.get(path).status_code == 401, path
    for output in ("zone by AXFR", "zone by IXFR", "zone file"):
        assert OUTPUTS[output](node) == set(), output
    assert node.hooks.got == []


def test_a_suspended_memorandum_leaves_every_output(desks: Desks, tmp_path: Path, settings: LazySettings) -> None:
    desks.ru()
    settings.HOME = home = home_with_outputs(desks.home, KEY)
    row = subscribe(desks, "party", party="oac.by")
    desks.file(green("party-demo.by"), green(STAYS))
    with opened(home, row, tmp_path, AT) as node:
        node.rounds()
        assert read(node, TELLING) == everywhere(["party-demo.by"], TELLING)
        suspend(home, models.Memorandum.objects.get().urn, reason="a fault", actor="olga", at=AT)
        node.rounds()
        assert read(node) == everywhere([])


# the same through the ledger: what a partner told, and its ways of taking it back
PARTNERS_WAYS: Final[dict[str, Callable[[Desks, str], None]]] = {
    "red-demo.by": marked_red,
    "erased-demo.by": erased,
}


def test_what_a_partner_takes_back_leaves_every_output_here(
    desks: Desks, tmp_path: Path, settings: LazySettings
) -> None:
    stays, withdrawn_there = "stays-demo.by", "withdrawn-demo.by"
    names = [*PARTNERS_WAYS, withdrawn_there, stays]
    desks.ru()
    desks.file(*(green(name, tlp="TLP:CLEAR") for name in names))
    desks.exchange()
    desks.by()
    settings.HOME = home = home_with_outputs(desks.home, KEY)
    row = subscribe(desks, "public", "TLP:CLEAR")
    confirm_all(desks, names)
    with opened(home, row, tmp_path, AT) as node:
        node.rounds()
        assert read(node) == everywhere(names)
        desks.ru()
        for name, take_back in PARTNERS_WAYS.items():
            take_back(desks, name)
        done(withdraw(desks.home, [ref_of(withdrawn_there)], SUPERVISOR(desks), at=AT, grounds=GROUNDS))
        desks.exchange()
        desks.by()
        node.rounds()
        assert read(node) == everywhere([withdrawn_there, stays])  # of a withdrawal a person here decides
        dismissed(desks, withdrawn_there)
        node.rounds()
        assert read(node) == everywhere([stays])
        suspend(home, models.Memorandum.objects.get().urn, reason="a fault", actor="olga", at=AT)
        node.rounds()
        assert read(node) == everywhere([])


def test_what_may_not_be_told_is_in_no_output(desks: Desks, tmp_path: Path, settings: LazySettings) -> None:
    desks.ru()
    desks.file(green("partners-demo.by", tlp="TLP:AMBER"))  # only what is CLEAR goes on to resolvers
    desks.exchange()
    desks.by()
    settings.HOME = home = protect(desks.home, "protected-demo.by")
    row = subscribe(desks, "resolver", "TLP:GREEN", categories=("phishing",), zones=("by",))
    desks.file(
        green("stays-demo.by"), green("protected-demo.by"), green("red-demo.by", tlp="TLP:RED"),
        green("above-demo.by", tlp="TLP:AMBER"), green("other-demo.by", category="malware"),
        green("zone-demo.xn--90ais"),
    )  # fmt: skip
    names = list(models.Case.objects.values_list("registrable", flat=True))
    confirm_all(desks, names)
    assert len(names) == 7
    with opened(home, row, tmp_path, AT) as node:
        node.rounds()
        assert read(node) == everywhere(["stays-demo.by"])


def _every(name: str) -> float:
    (found,) = [each.every_seconds for each in tend.ROUNDS if each.name == name]
    return found


def test_the_schedule_keeps_the_hour() -> None:
    """Even where no NOTIFY arrives and every wait is as long as it may be set.

    Counted from the change to the door, and for what is blocked to the resolver's answer.  Who reads the other outputs
    asks as often as it will; a webhook is posted, to a receiver that takes it.
    """
    told = _every("subscribers told")
    most = BlockingSettings.__annotations__["refresh_seconds"].__metadata__[0].le
    timers = Timers(refresh_seconds=most)
    blocked = told + _every("names blocked")
    at_the_reader = {
        "zone": blocked + timers.refresh_seconds + timers.retry_seconds + RESOLVER_SECONDS + TTL_SECONDS,
        "list": blocked + MAX_AGE_SECONDS + LIST_READER_SECONDS + TTL_SECONDS,
        "MISP feed": told + _every("MISP feeds"),
        "TAXII": told + _every("TAXII filled"),
        "webhooks": told + _every("webhooks"),
        "files and bundles": told,
    }
    assert {output: seconds for output, seconds in at_the_reader.items() if seconds > AGREED.total_seconds()} == {}


def test_each_round_is_run_once() -> None:
    names = [each.name for each in tend.ROUNDS]
    assert sorted(set(names)) == sorted(names)
