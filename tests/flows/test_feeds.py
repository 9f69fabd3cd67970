"""Feeds into a real store: what changed is taken in, what is gone is noticed, what is odd waits for a person."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from comity.core.case_steps import CaseFacts, Rules, Step, why_not
from comity.core.errors import ConflictError, InputError, SettingError
from comity.core.feeds import weigh_sightings
from comity.core.roles import Actor
from comity.edges.feed_declarations import FeedSource, get_feed, load_feeds
from comity.edges.home import Home, NodeSettings
from comity.flows.advance_cases import advance_cases
from comity.flows.attach import attach_to_case
from comity.flows.fetch_feed import FeedVisit, fetch_feed
from comity.flows.fetch_feeds import compare_feeds, fetch_feeds
from comity.flows.file_reports import file_reports
from comity.flows.settle_feed import believe_feed, start_feed, stop_feed
from comity.store import models
from comity.store.feeds import get_state, sightings_of
from comity.wire.report_json import render_report
from comity.wire.stix import ReportPayload, parse_report
from edges.feed_server import File, serve
from flows.two_parties import AT as THEN
from flows.two_parties import Parties, outgoing, phishing

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 3, tzinfo=UTC)
BORIS = Actor("boris", "supervisor", "cctld.ru")
ANNA = Actor("anna", "analyst", "cctld.ru")
LIST = """
[list]
file = "list.txt"
format = "names"
category = "phishing"
confidence = 0.8
half_life = "P7D"
every = "PT1H"
tlp = "TLP:GREEN"
"""


class Follower:
    """A node that follows one list, at times that the test chooses."""

    def __init__(self, path: Path, declared: str = LIST) -> None:
        self.home = Home(path, NodeSettings("cctld.ru", ("ru", "xn--p1ai"), "k"))
        self.hours = 0
        self.declare(declared)

    def declare(self, text: str) -> None:
        (self.home.path / "feeds.toml").write_text(text, encoding="utf-8")

    def now(self) -> datetime:
        return AT + timedelta(hours=self.hours)

    def source(self, name: str = "list") -> FeedSource:
        return get_feed(self.home, name)

    def fetch(self, *names: str, hours: int = 1, feed: str = "list", **how: bool) -> FeedVisit:
        self.hours += hours
        if names:
            self.write("\n".join(names) + "\n")
        return fetch_feed(self.home, self.source(feed), clock=self.now, **how)

    def write(self, text: str) -> None:
        (self.home.path / "list.txt").write_bytes(text.encode())

    def sightings(self, registrable: str) -> list[tuple[int, int, int, int | None]]:
        """What feeds say of a name: count, first and last seen and gone, in hours since the beginning."""

        def hour(at: datetime) -> int:
            return int((at - AT) / timedelta(hours=1))

        feeds = {name: source.feed for name, source in load_feeds(self.home).items()}
        return [
            (one.count, hour(one.first_seen_at), hour(one.last_seen_at), hour(one.gone_at) if one.gone_at else None)
            for one in sightings_of(registrable, "phishing", feeds)
        ]


@pytest.fixture
def node(tmp_path: Path) -> Follower:
    return Follower(tmp_path)


def test_only_what_changed_is_taken_in_and_what_is_gone_is_noticed(node: Follower) -> None:
    first = node.fetch("# a list", "one-demo.ru", "two-demo.ru", "two-demo.ru", "far.example")
    assert (first.end, first.intake.read, first.intake.accepted, first.intake.foreign) == ("taken", 3, 2, 1)
    assert node.fetch().end == "unchanged"
    third = node.fetch("# a list of today", "two-demo.ru", "three-demo.ru", "far.example")
    assert (third.intake.read, third.intake.accepted) == (1, 1)
    assert node.sightings("one-demo.ru") == [(2, 1, 2, 3)]
    assert node.sightings("two-demo.ru") == [(3, 1, 3, None)]
    assert node.sightings("three-demo.ru") == [(1, 3, 3, None)]
    assert node.sightings("far.example") == []
    back = node.fetch("one-demo.ru", "two-demo.ru", "three-demo.ru")
    assert (back.intake.accepted, back.intake.duplicate) == (0, 1)
    assert node.sightings("one-demo.ru") == [(3, 1, 4, None)]


def test_a_target_that_two_lines_name_is_gone_with_the_last_of_them(node: Follower) -> None:
    node.fetch("one-demo.ru", "ONE-demo.ru", "else-demo.ru")
    node.fetch("one-demo.ru", "else-demo.ru")
    assert node.sightings("one-demo.ru") == [(2, 1, 2, None)]
    node.fetch("One-Demo.ru", "else-demo.ru")
    assert node.sightings("one-demo.ru") == [(3, 1, 3, None)]
    node.fetch("else-demo.ru")
    assert node.sightings("one-demo.ru") == [(3, 1, 3, 4)]


def test_a_lost_file_and_a_whole_visit_find_the_same(node: Follower) -> None:
    node.fetch("one-demo.ru", "two-demo.ru")
    (node.home.path / "feeds" / "list" / "taken").unlink()
    visit = node.fetch("two-demo.ru", "three-demo.ru")
    assert (visit.intake.read, visit.intake.duplicate, visit.intake.accepted) == (2, 1, 1)
    assert node.fetch(whole=True).intake.duplicate == 2
    assert node.sightings("one-demo.ru") == [(1, 1, 1, 2)]
    assert node.sightings("two-demo.ru") == [(3, 1, 3, None)]


def test_sightings_weigh_what_the_feed_is_worth_and_halve_with_age(node: Follower) -> None:
    node.fetch("one-demo.ru", "two-demo.ru")
    node.fetch("two-demo.ru")
    feeds = {"list": node.source().feed}
    (gone,), (there,) = (sightings_of(name, "phishing", feeds) for name in ("one-demo.ru", "two-demo.ru"))
    assert weigh_sightings([there], at=node.now()) == pytest.approx(0.8)
    assert weigh_sightings([gone], at=gone.last_seen_at + timedelta(days=7)) == pytest.approx(0.4)
    assert weigh_sightings(sightings_of("one-demo.ru", "phishing", {}), at=node.now()) == 0.0


def test_a_list_that_empties_or_shrinks_waits_for_a_person(node: Follower) -> None:
    names = [f"bad-{number}-demo.ru" for number in range(40)]
    node.fetch(*names)
    node.hours += 1
    node.write("# moved, see elsewhere\n")
    held = node.fetch()
    assert (held.end, held.error) == ("held", "held")
    state = get_state("list")
    assert (state.rows, state.held_digest != "", state.error) == (40, True, "held")
    assert node.sightings(names[0]) == [(1, 1, 1, None)]
    assert node.fetch(*names[:3]).end == "held"  # fewer than a tenth
    digest = get_state("list").held_digest
    with pytest.raises(InputError, match="look again"):
        believe_feed(node.home, node.source(), BORIS, "0" * 64, at=node.now())
    assert believe_feed(node.home, node.source(), BORIS, digest, at=node.now()).end == "taken"
    state = get_state("list")
    assert (state.rows, state.held_digest, state.believed_by) == (3, "", "boris")
    assert node.sightings(names[39])[0][3] is not None
    with pytest.raises(ConflictError, match="nothing of it is held"):
        believe_feed(node.home, node.source(), BORIS, digest, at=node.now())
    assert node.fetch(*names[:2]).end == "taken"  # a small list may shrink


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzip.compress(b"new-demo.ru\nmore-demo.ru\n")[:-4], "damaged"),
        (gzip.compress(b"new-demo.ru\n" * 10)[:-1] + b"x", "damaged"),
        (gzip.compress(b"a-demo.ru\n" * 3_000_000), "damaged"),  # a bomb
        (b"<!DOCTYPE html><p>new-demo.ru</p>\n", "malformed"),
    ],
    ids=["cut off", "another checksum", "a bomb", "a page"],
)
def test_of_a_damaged_file_nothing_is_taken(node: Follower, data: bytes, reason: str) -> None:
    node.fetch("one-demo.ru")
    (node.home.path / "list.txt").write_bytes(data)
    visit = node.fetch()
    assert (visit.end, visit.error) == ("failed", reason)
    assert not models.Report.objects.filter(registrable="new-demo.ru").exists()
    assert node.sightings("one-demo.ru") == [(1, 1, 1, None)]
    assert node.fetch("one-demo.ru", "new-demo.ru").end == "taken"
    assert get_state("list").failures == 0


def test_a_source_that_changed_its_columns_is_refused(node: Follower) -> None:
    node.declare('[list]\nlike = "urlhaus"\nfile = "list.txt"\n')
    row = '"{0}","2026-11-20 07:11:06","http://f{0}.demo.ru/x","online","","malware_download","exe","l","r"'
    node.fetch(*(row.format(number) for number in range(12)))
    visit = node.fetch(*(f"http://f{number}.demo.ru/x,online" for number in range(12)))
    assert (visit.end, visit.error) == ("failed", "malformed")
    assert "columns" in visit.message


def test_a_document_is_followed_too(node: Follower) -> None:
    node.declare('[list]\nlike = "threatfox"\nfile = "list.txt"\nconfidence = 0.5\n')

    def export(*names: str) -> str:
        row = {"ioc_type": "domain", "threat_type": "phishing"}
        return json.dumps({str(place): [row | {"ioc_value": name}] for place, name in enumerate(names)})

    assert node.fetch(export("one-demo.ru", "two-demo.ru", "198.51.100.7")).intake.accepted == 2
    assert node.fetch(export("two-demo.ru", "three-demo.ru")).intake.duplicate == 1
    assert node.sightings("one-demo.ru") == [(1, 1, 1, 2)]
    assert node.sightings("two-demo.ru") == [(2, 1, 2, None)]
    assert node.fetch('{"0": [').error == "damaged"


def test_the_marking_and_the_machine_are_said_whatever_a_row_says(node: Follower) -> None:
    node.declare('[list]\nfile = "list.txt"\nformat = "ndjson"\nterms = { may_share = false }\n')
    row = {
        "name": "one-demo.ru", "category": "phishing", "tlp": "TLP:CLEAR", "machine_only": False,
        "tags": ["trusted-notifier", "kit"], "evidence": [{"kind": "live-check"}],
    }  # fmt: skip
    assert node.fetch(json.dumps(row)).intake.accepted == 1
    body = json.loads(bytes(models.Report.objects.get().body))
    assert (body["tlp"], body["machine_only"], body["tags"]) == ("TLP:RED", True, ["kit"])
    assert "evidence" not in body
    assert models.Report.objects.get().reporter.kind == "feed"


def step(event: str, **more: object) -> Step:
    words: dict[str, object] = {
        "disposition": "malicious", "score": 0.95, "collateral": "nothing else", "reason": "seen", "note": "I am sure",
    }  # fmt: skip
    return Step(event=event, actor=ANNA, **(words | more))  # type: ignore[arg-type]  # words of a step


def codes(node: Follower, ref: str, one: Step) -> set[str]:
    refused = advance_cases(node.home, {ref: one}, at=node.now()).refused
    return {reason.code for reason in refused.get(ref, ())}


def test_feeds_alone_open_an_enquiry_and_never_an_action(node: Follower) -> None:
    two = LIST + LIST.replace("[list]", "[second]").replace("list.txt", "list2.txt")
    node.declare(two)
    (node.home.path / "list2.txt").write_text("one-demo.ru\n", encoding="utf-8")
    node.fetch("one-demo.ru")
    node.fetch(feed="second")
    case = models.Case.objects.get()
    assert (case.report_count, case.state) == (2, "received")
    advance_cases(node.home, {case.ref: Step(event="start_triage", actor=ANNA)}, at=node.now())
    # However sure an analyst is, and however many feeds agree: somebody finds something first.
    assert "feed-alone" in codes(node, case.ref, step("confirm"))
    assert models.Case.objects.get().state == "triage"
    for state, event in (("confirmed", "propose_hold"), ("notified", "act_deadline_passed")):
        facts = CaseFacts(state=state, party="cctld.ru", machines_alone=True, score=0.9, computed=0.9)
        assert "feed-alone" in {reason.code for reason in why_not(facts, step(event), "analyst", at=AT, rules=Rules())}
    attach_to_case(
        node.home, case.ref, b"what I saw", ANNA, name="seen.txt", kind="live-check", tlp="TLP:AMBER", at=node.now()
    )
    assert codes(node, case.ref, step("confirm")) == set()


def test_another_reporter_makes_it_more_than_feeds(node: Follower, add_report: Callable[..., None]) -> None:
    node.fetch("one-demo.ru")
    add_report(node.home, "one-demo.ru", at=node.now())
    ref = models.Case.objects.get().ref
    advance_cases(node.home, {ref: Step(event="start_triage", actor=ANNA)}, at=node.now())
    assert "feed-alone" not in codes(node, ref, step("confirm"))


@pytest.fixture
def add_report() -> Callable[..., None]:
    def add(home: Home, name: str, *, at: datetime) -> None:
        line = json.dumps({"name": name, "category": "phishing"}).encode()
        filed = file_reports(home, [line], reporter="cert-demo", name="CERT", kind="trusted-notifier", at=at)
        assert filed.accepted == 1

    return add


def test_one_bad_feed_stops_no_other_and_is_tried_again_later(node: Follower) -> None:
    node.declare(LIST + LIST.replace("[list]", "[absent]").replace("list.txt", "nothing.txt"))
    node.write("one-demo.ru\n")
    at = datetime.now(UTC)
    assert fetch_feeds(node.home, at=at) == 2
    assert get_state("list").succeeded_at is not None
    bad = get_state("absent")
    assert (bad.error, bad.failures) == ("unreachable", 1)
    assert timedelta(minutes=5) <= bad.next_at - bad.tried_at < timedelta(minutes=6)
    assert fetch_feeds(node.home, at=at) == 0  # nothing is due
    assert fetch_feeds(node.home, at=at + timedelta(minutes=6)) == 1
    assert get_state("absent").failures == 2
    stop_feed(node.home, node.source("absent"), BORIS, at=at)
    assert fetch_feeds(node.home, at=at + timedelta(days=1)) == 1
    start_feed(node.home, node.source("absent"), BORIS, at=at)
    assert fetch_feeds(node.home, at=at + timedelta(minutes=30)) == 1
    compare_feeds(node.home, at=at)
    assert (get_state("list").listed, get_state("list").alone) == (1, 1)


def test_a_person_who_stops_a_feed_while_it_is_fetched_is_not_overruled(node: Follower) -> None:
    node.write("one-demo.ru\n")
    moments = iter(range(100))

    def clock() -> datetime:
        if next(moments) == 3:  # in the midst of the visit
            stop_feed(node.home, node.source(), BORIS, at=AT)
        return AT

    assert fetch_feed(node.home, node.source(), clock=clock).end == "taken"
    assert get_state("list").disabled_by == "boris"


def test_a_new_partner_zone_makes_the_whole_list_be_read_again(node: Follower) -> None:
    node.fetch("one-demo.ru", "far-demo.by")
    wider = Home(node.home.path, NodeSettings("cctld.ru", ("ru", "by"), "k"))
    visit = fetch_feed(wider, node.source(), clock=node.now, whole=True)
    assert visit.intake.read == 2


def test_over_http_an_unchanged_list_costs_a_question(node: Follower) -> None:
    with serve() as server:
        server.files["/list"] = File(b"one-demo.ru\n", etag='"one"')
        place = f'url = "{server.address}/list"\nplain = true\nprivate = true\n'
        node.declare(LIST.replace('file = "list.txt"\n', place))
        assert node.fetch().intake.accepted == 1
        assert node.fetch().end == "unchanged"
        assert server.last()["if-none-match"] == '"one"'
        assert node.sightings("one-demo.ru") == [(2, 1, 2, None)]
        server.files["/list"] = File(status=503, headers={"Retry-After": "7200"})
        assert node.fetch().error == "server-error"
        assert get_state("list").next_at == node.now() + timedelta(hours=2)


def test_a_wrong_declaration_is_named(node: Follower) -> None:
    for text, said in (
        ('[x]\nurl = "http://lists.demo/x"\nformat = "names"\ncategory = "phishing"', "https://"),
        ('[x]\nurl = "https://lists.demo/x"\nformat = "names"', "category"),
        ('[x]\nurl = "https://lists.demo/x"\nformat = "nmaes"', "no such format"),
        ('[x]\nurl = "https://lists.demo/x"\nfile = "y"\nformat = "names"', "either url or file"),
        ('[x]\nurl = "https://u:p@lists.demo/x"\nformat = "urlhaus-csv"', "authorization_file"),
        ("[x]\nsurprise = 1", "surprise"),
        ('[x]\nlike = "nothing"', "no declaration"),
        ("[Big]", "small letters"),
        ("[rpz-zone]", "pattern"),
        ('[urlhaus]\nevery = "PT1S"', "every is at least"),
        ("x = 1", "no table"),
        ("= broken", "no TOML"),
    ):
        node.declare(text)
        with pytest.raises(SettingError, match=said):
            load_feeds(node.home)
    node.declare("[urlhaus]\n[openphish]\n")
    feeds = load_feeds(node.home)
    assert (feeds["urlhaus"].declared.machine_only, feeds["openphish"].declared.tlp) == (True, "TLP:RED")


@pytest.mark.parametrize("said", ["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT"])
def test_where_the_format_says_no_marking_the_declaration_does(node: Follower, said: str) -> None:
    declared = LIST.replace('tlp = "TLP:GREEN"', f'tlp = "{said}"')
    node.declare(declared)
    assert load_feeds(node.home)["list"].declared.tlp == said
    node.declare(declared.replace(f'tlp = "{said}"\n', ""))
    assert load_feeds(node.home)["list"].declared.tlp == "TLP:AMBER"


def test_a_partner_gets_no_more_than_an_early_warning_of_what_a_feed_alone_says(tmp_path: Path) -> None:
    parties = Parties(tmp_path)
    parties.sit(parties.ru)
    declared = '[{0}]\nfile = "{0}.ndjson"\nformat = "ndjson"\nterms = {{ may_share = {1} }}\n'
    (parties.ru.path / "feeds.toml").write_text(declared.format("open", "true") + declared.format("own", "false"))
    for name in ("open", "own"):
        said = render_report(phishing(f"https://{name}-demo.by/login", verified_at=THEN, observed_at=THEN))
        (parties.ru.path / f"{name}.ndjson").write_bytes(said + b"\n")
        visit = fetch_feed(parties.ru, get_feed(parties.ru, name), clock=lambda: THEN)
        assert visit.intake.accepted == 1
    told = {row.kind: row.verdict for row in models.Decision.objects.filter(case__registrable="open-demo.by")}
    assert set(told) == {"early-warning"}
    assert {read.kind for entry in outgoing() if isinstance(read := parse_report(entry.payload), ReportPayload)} == {
        "early-warning"
    }
    kept = models.Decision.objects.get(case__registrable="own-demo.by")
    assert (kept.kind, kept.verdict) == ("early-warning", "refuse")
