"""Apply the messages of private set intersections that a partner sends: a request, an answer to ours, an end.

A part is taken only where it is the next one of a message that may come now, of exactly the size that its bucket says;
the memorandum is asked when a message begins.  Nothing is computed here: a request waits for a supervisor, an answer
for the desk's next round.  A refusal is the entry's own and stops no other.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from comity.core.disclosure import Decision
from comity.core.exchange import IncomingEntry
from comity.core.intersections import count_parts
from comity.core.quotas import DECIDED_IN_THE_FUTURE, day_of, is_ahead
from comity.core.warning_terms import SENT, decide_intersection
from comity.edges.home import Home
from comity.edges.psi_process import forget_kept
from comity.flows.apply_warnings import find_late
from comity.flows.share_intersections import KIND, hold_outgoing
from comity.flows.share_warnings import sides_of
from comity.store.decisions import DecisionRow, add_decisions, count_sent
from comity.store.intersections import add_message, count_runs, end_run, find_message, find_run, lock_run
from comity.store.memoranda import StoredMemorandum, find_in_force
from comity.store.models import IntersectionRun
from comity.wire.intersection_entries import EndedPayload, PartPayload, parse_ended, parse_part
from comity.wire.stix import PayloadProblem


def apply_intersection_parts(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Take parts of messages; answer for each "" or why it was refused."""
    stored = find_in_force(partner, at=at)
    return [_take_part(home, partner, stored, entry, at) for entry in entries]


def apply_intersection_ends(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """End runs that the partner takes no part in; answer for each "" or why it was refused."""
    return [_take_end(home, partner, entry, at) for entry in entries]


def _take_part(
    home: Home, partner: str, stored: StoredMemorandum | None, entry: IncomingEntry, at: datetime
) -> str:  # fmt: skip
    payload = parse_part(entry.payload)
    if isinstance(payload, PayloadProblem):
        return f"payload:{payload.code}"
    if problem := _misaddressed(entry, payload, at):
        return problem
    row = find_run(entry.subject)
    if payload.number == 0:
        if problem := _out_of_turn(home, partner, row, payload):
            return problem
        decision = _decide(home, partner, stored, row, payload)
        _keep(partner, stored, decision, payload, at)
        if decision.verdict not in SENT:
            return f"{decision.clause}:{decision.reason}"
        row = row or _begin(partner, payload, decision)
        add_message(
            row, payload.message, sender=partner, bucket=payload.bucket, sha256=payload.sha256, parts_here=0, at=at
        )
    if row is None or row.partner != partner or row.ended_at is not None:
        return "no-such-run"
    said = find_message(row, payload.message)
    announced = (said.sender, said.points, said.sha256, said.parts_here, row.over) if said else None
    if said is None or announced != (partner, payload.bucket, payload.sha256, payload.number, payload.over):
        return "not-the-next-part"
    said.parts_here += 1
    said.save(update_fields=["parts_here"])
    if said.parts_here == count_parts(payload.bucket):
        hold_outgoing(partner)
        _complete(home, lock_run(row.pk))
    return ""


def _out_of_turn(home: Home, partner: str, row: IntersectionRun | None, payload: PartPayload) -> str:
    """Why a message may not begin now."""
    if payload.message == "request":
        return "" if row is None else "run-is-taken"
    if row is None or row.asker != home.party or row.partner != partner or row.state != "asked":
        return "no-such-run"
    if payload.message == "response" and payload.bucket != row.bucket:
        return "counts-differ"
    return "" if find_message(row, payload.message) is None else "not-the-next-part"


def _decide(
    home: Home, partner: str, stored: StoredMemorandum | None, row: IntersectionRun | None, payload: PartPayload
) -> Decision:
    """Ask as of the sender's decision: a request as the partner's inquiry, an answer as the inquiry of ours."""
    if row is not None:
        sides = sides_of(home.party, partner, stored, sent=0)
        return decide_intersection(payload.over, payload.bucket, 0, sides, at=payload.decided_at)
    if late := find_late(partner, stored, payload.decided_at):
        return late
    caps = stored.memorandum.terms.caps.keys() & {KIND} if stored else frozenset[str]()
    sent = count_sent(partner, day=day_of(payload.decided_at), direction="in", kinds=caps)[KIND]
    runs = count_runs(partner, partner, day=payload.decided_at.astimezone(UTC).date())
    sides = sides_of(partner, home.party, stored, sent=sent)
    return decide_intersection(payload.over, payload.bucket, runs, sides, at=payload.decided_at)


def _begin(partner: str, payload: PartPayload, decision: Decision) -> IntersectionRun:
    """Keep a partner's run.  It counts for the day on which the partner decided, so that both count the same."""
    return IntersectionRun.objects.create(
        uuid=str(payload.run), asker=partner, partner=partner, over=payload.over, bucket=payload.bucket, state="asked",
        memorandum=payload.memorandum, clause=decision.clause, at=payload.decided_at,
    )  # fmt: skip


def _complete(home: Home, row: IntersectionRun) -> None:
    """A message is whole: a request waits for a person now; setup and response together are the answer."""
    if row.ended_at is not None:  # it ended while this came
        return
    if row.asker != home.party:
        row.state = "waiting"
        row.save(update_fields=["state"])
        return
    whole = [find_message(row, message) for message in ("setup", "response")]
    if all(one is not None and one.parts_here == one.parts for one in whole):
        row.state, row.answer_bucket = "answered", whole[0].points if whole[0] else 0
        row.save(update_fields=["state", "answer_bucket"])


def _take_end(home: Home, partner: str, entry: IncomingEntry, at: datetime) -> str:
    payload = parse_ended(entry.payload)
    if isinstance(payload, PayloadProblem):
        return f"payload:{payload.code}"
    if problem := _misaddressed(entry, payload, at):
        return problem
    row = find_run(entry.subject)
    if row is None or row.partner != partner or row.ended_at is not None:
        return "no-such-run"
    hold_outgoing(partner)
    held = lock_run(row.pk)
    if held.ended_at is None:
        end_run(held, "refused" if payload.why == "declined" else "failed", why=payload.why, at=at)
    forget_kept(home, row.uuid)
    return ""


def _misaddressed(entry: IncomingEntry, payload: PartPayload | EndedPayload, at: datetime) -> str:
    if entry.subject != str(payload.run):
        return "subject-mismatch"
    return DECIDED_IN_THE_FUTURE if is_ahead(payload.decided_at, at=at) else ""


def _keep(
    partner: str, stored: StoredMemorandum | None, decision: Decision, payload: PartPayload, at: datetime
) -> None:  # fmt: skip
    row = DecisionRow(
        report_pk=None, case_pk=None, partner=partner, direction="in", kind=KIND,
        memorandum=stored.digest if stored else "", decision=decision, decided_at=payload.decided_at,
    )  # fmt: skip
    add_decisions([row], at=at)
