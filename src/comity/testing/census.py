"""What one node holds, counted by itself in a process of its own: `python -m comity.testing.census`.

`compare` puts the censuses of two nodes side by side: what one sent is what the other holds, entry by entry and in
order; roots, sizes and receipts are the same; what was filed is stored; what was applied was applied once.  With
`--brief` only the sizes are told, cheaply.

A node that was restored from a backup has forgotten what it was told afterwards.  Of the claims that were filed there
after the backup (`--at-risk`) those that no partner's ledger holds are gone: no node can remember them.  All others
must be there.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
import msgspec
import orjson
from django.db.models import Count, Max

import comity.cli.django_setup  # noqa: F401 — starts Django before any module that holds a model
from comity.cli.context import use_node
from comity.flows.verify_ledgers import verify_ledgers
from comity.store.case_peers import cases_of_peer
from comity.store.links import get_ledger, list_links
from comity.store.models import Case, CaseEvent, Decision, Ledger, LedgerEntry, Link, Report
from comity.wire.stix import CaseEventPayload, ReportPayload, parse_case_event, parse_report

_SENT: Final = ("send", "send-redacted")
_AT_ONCE: Final = 2_000
_ABOUT_REPORTS: Final = ("report-corrected", "marking-changed", "report-erased", "correction-refused")


class Held(msgspec.Struct, frozen=True):
    """One direction of a link as a node holds it; `leaves` in order of positions, each hash with kind and subject."""

    size: int
    receipted: int
    root: str
    positions: int = 0
    leaves: tuple[str, ...] = ()
    refused: dict[str, int] = {}


class LinkCensus(msgspec.Struct, frozen=True):
    """One link of a node."""

    state: str
    last_error: str
    sent: Held
    received: Held


class Census(msgspec.Struct, frozen=True, kw_only=True):
    """One node.  `lost` and `doubled` are what it finds about itself: claims, reports, events."""

    party: str
    links: dict[str, LinkCensus]
    reports: int = 0
    cases: int = 0
    filed: int = 0
    missing: tuple[str, ...] = ()  # claims that were filed and are not stored
    forgotten: tuple[str, ...] = ()  # of these, what a restored node cannot know by itself
    heard: dict[str, tuple[str, ...]] = {}  # claims that the partners' ledgers brought here
    lost: dict[str, int] = {}
    doubled: dict[str, int] = {}
    differences: tuple[str, ...] = ()


class Comparison(msgspec.Struct):
    """What several nodes together lost or doubled; both empty and no differences: all is well."""

    filed: int = 0
    sent: int = 0
    received: int = 0
    refused: int = 0
    gone: int = 0  # forgotten by a restored node, and never with anybody else
    missing: list[str] = []  # which of the claims are lost, and who heard of them
    lost: dict[str, int] = {}
    doubled: dict[str, int] = {}
    differences: list[str] = []

    @property
    def is_well(self) -> bool:
        """Whether nothing was lost, doubled or changed."""
        return not (self.lost or self.doubled or self.differences)


def compare(nodes: Sequence[Census]) -> Comparison:
    """Compare every direction between every two nodes."""
    lost: Counter[str] = Counter()
    doubled: Counter[str] = Counter()
    total = Comparison(missing=[], differences=[])
    of = {node.party: node for node in nodes}
    for node in nodes:
        total.filed += node.filed
        lost.update(node.lost)
        elsewhere = {claim for other in nodes for claim in other.heard.get(node.party, ())}
        gone = set(node.forgotten) - elsewhere
        total.gone += len(gone)
        lost["claims filed and not stored"] += len(set(node.missing) - gone)
        for claim in sorted(set(node.missing) - gone):
            heard = [other.party for other in nodes if claim in other.heard.get(node.party, ())]
            total.missing.append(f"{node.party}: {claim}; heard by {', '.join(heard) or 'nobody'}")
        doubled.update(node.doubled)
        total.differences += [f"{node.party}: {line}" for line in node.differences]
        for partner, link in node.links.items():
            if partner not in of:
                continue
            there = of[partner].links[node.party].received
            way = f"{node.party} → {partner}"
            total.sent += len(link.sent.leaves)
            total.received += len(there.leaves)
            total.refused += sum(there.refused.values())
            lost[f"entries {way}"] += len(set(link.sent.leaves) - set(there.leaves))
            doubled[f"entries {way}"] += len(there.leaves) - len(set(there.leaves)) + (there.positions - there.size)
            total.differences += [f"{way}: {line}" for line in _differences(link.sent, there)]
            if link.state != "open":
                total.differences.append(f"{way}: the link is {link.state}")
    total.lost = {what: count for what, count in lost.items() if count}
    total.doubled = {what: count for what, count in doubled.items() if count}
    return total


def _differences(sent: Held, received: Held) -> Iterable[str]:
    if sent.leaves != received.leaves:
        yield "the entries or their order differ"
    if sent.root != received.root:
        yield "the roots differ"
    if not sent.size == received.size == sent.receipted == received.receipted == len(sent.leaves):
        yield f"sizes differ: {sent.size}, {received.size}; receipted {sent.receipted}, {received.receipted}"


def take_census(
    directory: Path, *, filed: Sequence[Path], at_risk: Sequence[Path], brief: bool, at: datetime
) -> Census:
    """Count what a node holds.

    `filed`: the feeds whose every claim must be stored here; `at_risk`: those that a restore may have taken away.
    """
    home = use_node(directory)
    links = {link.partner: _link(link, brief=brief) for link in list_links()}
    if brief:
        return Census(party=home.party, links=links)
    claims = _read_feeds(filed)
    missing, repeated = _compare_claims(claims)
    lost = {"released reports without an entry": _unsent()}
    doubled = {
        "claims stored twice": repeated,
        "reports stored twice": Report.objects.count() - Report.objects.values("uuid").distinct().count(),
    }
    for link in list_links():
        _weigh(link, lost, doubled)
    return Census(
        party=home.party,
        links=links,
        reports=Report.objects.count(),
        cases=Case.objects.count(),
        filed=len(claims),
        missing=tuple(sorted(map(str, missing))),
        forgotten=tuple(sorted(map(str, missing & _read_feeds(at_risk)))),
        heard={link.partner: tuple(sorted(_heard(get_ledger(link, "in")))) for link in list_links()},
        lost=lost,
        doubled=doubled,
        differences=(
            *(line for report in verify_ledgers(home, at=at) for line in report.differences),
            *_broken_time_lines(),
        ),
    )


def _link(link: Link, *, brief: bool) -> LinkCensus:
    return LinkCensus(
        link.state,
        link.last_error,
        _held(get_ledger(link, "out"), brief=brief),
        _held(get_ledger(link, "in"), brief=brief),
    )


def _held(ledger: Ledger, *, brief: bool) -> Held:
    if brief:
        return Held(ledger.size, ledger.receipt_size, ledger.root.hex())
    rows = (
        LedgerEntry.objects.filter(ledger=ledger).order_by("position").values_list("kind", "subject", "leaf", "refused")
    )
    leaves, refused = [], Counter[str]()
    for number, (kind, subject, leaf, why) in enumerate(rows.iterator(chunk_size=_AT_ONCE)):
        leaves.append(f"{number} {kind} {subject} {bytes(leaf).hex()}")
        refused.update([why] if why else ())
    return Held(ledger.size, ledger.receipt_size, ledger.root.hex(), len(leaves), tuple(leaves), dict(refused))


class _Filed(msgspec.Struct, frozen=True):
    name: str
    category: str

    def __str__(self) -> str:
        return f"{self.name} {self.category}"


_decode_claim: Final = msgspec.json.Decoder(_Filed).decode


def _read_feeds(files: Sequence[Path]) -> set[_Filed]:
    return {_decode_claim(line) for file in files for line in file.read_bytes().splitlines()}


def _compare_claims(filed: set[_Filed]) -> tuple[set[_Filed], int]:
    """Compare what was filed with what is stored: which claims are missing, how many stand twice in one case."""
    stored: Counter[tuple[_Filed, int | None]] = Counter()
    for body, case in Report.objects.values_list("body", "case_id").iterator(chunk_size=_AT_ONCE):
        stored[_decode_claim(body), case] += 1
    missing = filed - {claim for claim, _case in stored}
    return missing, sum(count - 1 for (claim, _case), count in stored.items() if claim in filed)


def _heard(held: Ledger) -> set[str]:
    """Name the claims that a partner's ledger brought, refused ones too."""
    rows = LedgerEntry.objects.filter(ledger=held, kind="report", erased_at=None).values_list("payload", flat=True)
    reports = (parse_report(bytes(payload)) for payload in rows.iterator(chunk_size=_AT_ONCE))
    return {f"{one.report.name} {one.report.category}" for one in reports if isinstance(one, ReportPayload)}


def _unsent() -> int:
    """Count the reports that a clause released and no entry carries."""
    released = Decision.objects.filter(direction="out", verdict__in=_SENT, report__isnull=False)
    entries = LedgerEntry.objects.filter(ledger__direction="out", kind="report").values_list("subject", flat=True)
    return len(set(released.values_list("report__uuid", flat=True)) - set(entries))


def _weigh(link: Link, lost: dict[str, int], doubled: dict[str, int]) -> None:
    """Compare the entries of a link with what they did here, and what we sent with what was to be sent."""
    partner = link.partner
    out, held = get_ledger(link, "out"), get_ledger(link, "in")
    sent = Counter(LedgerEntry.objects.filter(ledger=out, kind="report").values_list("subject", flat=True))
    doubled[f"reports sent twice to {partner}"] = sum(sent.values()) - len(sent)
    taken = set(LedgerEntry.objects.filter(ledger=held, kind="report", refused="").values_list("subject", flat=True))
    lost[f"reports of {partner} not applied"] = len(taken - set(Report.objects.values_list("uuid", flat=True)))
    at_least, at_most = _expected_events(partner, held)
    happened = Counter(
        dict(
            CaseEvent.objects.filter(party=partner, role="partner")
            .exclude(reason__in=_ABOUT_REPORTS)
            .values_list("case__uuid")
            .annotate(count=Count("pk"))
        )
    )
    lost[f"events of {partner} not applied"] = sum((at_least - happened).values())
    doubled[f"events of {partner} applied twice"] = sum((happened - at_most).values())


def _expected_events(partner: str, held: Ledger) -> tuple[Counter[str], Counter[str]]:
    """Count the events each of our cases must have had from a partner: by the cases it named, and by all joined."""
    named: Counter[str] = Counter()
    joined: Counter[str] = Counter()
    ours = set(Case.objects.values_list("uuid", flat=True))
    rows = LedgerEntry.objects.filter(ledger=held, kind="case-event", refused="").values_list("payload", flat=True)
    events = [payload for payload in map(parse_case_event, map(bytes, rows)) if isinstance(payload, CaseEventPayload)]
    peers = cases_of_peer(partner, [str(event.case) for event in events])
    for event in events:
        meant = ours & {str(case) for case in event.peer_cases}
        named.update(meant)
        joined.update(meant | set(peers.get(str(event.case), ())))
    return named, joined


def _broken_time_lines() -> Iterable[str]:
    """Name the cases whose events are not numbered one after another up to the case's count."""
    counted = CaseEvent.objects.values("case_id").annotate(count=Count("pk"), last=Max("seq"))
    for row in counted.values_list("case__ref", "count", "last", "case__event_count").iterator():
        if not row[1] == row[2] == row[3]:
            yield f"case {row[0]}: {row[1]} events, the last is {row[2]}, the case counts {row[3]}"


@click.command()
@click.option("--dir", "directory", type=click.Path(path_type=Path), required=True)
@click.option("--filed", multiple=True, type=click.Path(path_type=Path))
@click.option("--at-risk", multiple=True, type=click.Path(path_type=Path))
@click.option("--brief", is_flag=True)
def main(directory: Path, filed: tuple[Path, ...], at_risk: tuple[Path, ...], brief: bool) -> None:
    """Print the census of a node as JSON."""
    census = take_census(directory, filed=filed, at_risk=at_risk, brief=brief, at=datetime.now(UTC))
    sys.stdout.buffer.write(orjson.dumps(msgspec.to_builtins(census)))


if __name__ == "__main__":
    main()
