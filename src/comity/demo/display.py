"""What the demo leaves on the desk for whoever comes to look: open cases in many states, with their clocks running.

After everything was exchanged and compared, a second small feed comes in.  Its cases are worked by the desk's own verbs
and left half-way: one waits for its reporter, one for the registrar, plans of action for an answer and for somebody who
carries them out, an appeal for its decision, one for a court.  A question is put to the partner, and a person of every
role can sign in.
"""

from collections import Counter
from datetime import UTC, datetime
from typing import Final

from comity.core.roles import Actor
from comity.demo.desk import ANALYST, refs_of, reports_of, strongest
from comity.edges.home import Home
from comity.flows.acknowledge import acknowledge
from comity.flows.add_person import add_person
from comity.flows.advance_cases import Grounds, VerbOutcome
from comity.flows.appeal import appeal
from comity.flows.ask import ask
from comity.flows.confirm import confirm
from comity.flows.consult import Question, consult
from comity.flows.hold import approve_hold, hold
from comity.flows.notify import notify
from comity.flows.pause import pause
from comity.flows.record_action import record_action
from comity.flows.say import Words
from comity.store.cases import MAX_PAGE_ROWS, CaseFilter, CaseRow, list_cases

# Who can sign in beside the demo's supervisor: each has the name of the role.
PEOPLE: Final = ("analyst", "policy-officer", "auditor", "administrator")
RECORDS: Final = 60

_APPROVER: Final = "demo-supervisor"
_SEEN: Final = Grounds(reason="evidence-sufficient", note="Scripted analyst of the demo.")
_COLLATERAL: Final = "no subdomains in use, no mail, host not shared (scripted)"
_QUESTION: Final = (
    "Since this morning we see pages that copy the sign-in form of the same invented bank under names of both our "
    "zones. Do you see the same family, and which registrars answer quickest?"
)
_APPEAL: Final = "The holder says that the page was a drill for the bank's own people (scripted)."
_COURT: Final = "The demo's court hears the matter; the clocks stand still until it has."


def lay_out(home: Home, partner: str, *, password: str) -> Counter[str]:
    """Work the cases that are new as far as they are to be seen; answer how many stand where, and what was refused."""
    done: Counter[str] = Counter()
    for name in PEOPLE:
        add_person(name, name, password, actor="demo", at=_now())
    analyst = Actor(ANALYST, "analyst", home.party)
    approver = Actor(_APPROVER, "supervisor", home.party)
    page = list_cases(CaseFilter(state="received", party=home.party), limit=MAX_PAGE_ROWS).cases
    cases = [case for case in page if not case.protected]
    sound = refs_of(_sound(home, cases))[:6]
    other = [case.ref for case in cases if case.ref not in sound]
    _count(done, "acknowledged", acknowledge(home, [*sound, *other[:4]], analyst, at=_now()))
    for score, refs in _by_score(cases, sound).items():
        confirmed = confirm(
            home, refs, analyst, disposition="malicious", score=score, collateral=_COLLATERAL, at=_now(), grounds=_SEEN
        )
        _count(done, "confirmed", confirmed)
    notice, held, approved, appealed, court = (sound[number : number + 1] for number in range(1, 6))
    _count(done, "notified", notify(home, [*notice, *appealed], analyst, by_other_means=True, at=_now()))
    for refs in (held, approved):  # a plan for each, so that one waits for its answer and one to be carried out
        _count(done, "planned", hold(home, refs, analyst, at=_now(), grounds=_SEEN))
    _count(done, "approved", approve_hold(home, approved, approver, at=_now(), grounds=Grounds(note="Seen as well.")))
    _count(done, "acted", record_action(home, appealed, analyst, "delegation-ended", at=_now()))
    registrar, says = Actor("demo-registrar", "registrar", home.party), Grounds(note=_APPEAL)
    _count(done, "appealed", appeal(home, appealed, registrar, at=_now(), grounds=says))
    _count(done, "paused", pause(home, court, analyst, "court_order_pending", at=_now(), grounds=Grounds(note=_COURT)))
    _count(done, "asked", ask(home, other[:1], analyst, "On which page did you see the form?", at=_now()))
    question = Question(
        partners=(partner,), subject="The same invented bank under names of both zones", category="phishing",
        words=Words(text=_QUESTION, tlp="TLP:AMBER", language="en"),
    )  # fmt: skip
    done["consultations"] = len(consult(home, question, analyst, at=_now()).said)
    return done


def _sound(home: Home, cases: list[CaseRow]) -> list[CaseRow]:
    """Cases whose best report is strong enough for a hold, and says that the name was registered for abuse."""
    reports = reports_of(cases)
    best = {case.pk: strongest(reports.get(case.pk, ()), _now()) for case in cases}
    needed = home.settings.desk.hold_score
    return [
        case
        for case in cases
        if (found := best[case.pk])[0] is not None and found[0].disposition == "malicious" and found[1] >= needed
    ]


def _by_score(cases: list[CaseRow], refs: list[str]) -> dict[float, list[str]]:
    reports = reports_of(cases)
    scores: dict[float, list[str]] = {}
    for case in cases:
        if case.ref in refs:
            scores.setdefault(strongest(reports.get(case.pk, ()), _now())[1], []).append(case.ref)
    return scores


def _count(done: Counter[str], what: str, outcome: VerbOutcome) -> None:
    done[what] += len(outcome.done)
    for reasons in outcome.refused.values():
        done.update(f"{what}: {reason.code}" for reason in reasons)


def _now() -> datetime:
    return datetime.now(UTC)
