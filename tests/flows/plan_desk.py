"""A desk for tests of plans: cases whose holds are proposed, and a node that speaks to a simulated registry."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from comity.core.plans import Plan
from comity.edges.home import EppSettings, Home, NodeSettings, PlanSettings
from comity.flows.acknowledge import acknowledge
from comity.flows.advance_cases import Grounds
from comity.flows.approve_plan import approve_plan
from comity.flows.confirm import confirm
from comity.flows.hold import hold
from comity.store.plans import StoredPlan, list_plans
from comity.testing.registry_process import LOGINS, RegistryProcess
from flows.desk import ANNA, AT, BORIS, OWN, new_case, open_some

PHISHING = Grounds(reason="phishing")


def home_at(registry: RegistryProcess, directory: Path, *, client: str = "registry", **plans: float) -> Home:
    """A node of oac.by that logs in to the registry."""
    directory.mkdir(parents=True, exist_ok=True)
    password = directory / "epp.password"
    password.write_text(LOGINS[client].password)
    password.chmod(0o600)
    tls = registry.directory / "tls"
    epp = EppSettings(
        host="127.0.0.1", port=registry.port, client=client, ca=str(tls / "ca.pem"),
        certificate=str(tls / "node.pem"), key=str(tls / "node.key"), answer_seconds=3.0,
    )  # fmt: skip
    settings = NodeSettings(
        party=OWN, zones=("by", "xn--90ais"), secret_key="s" * 50, epp=epp,
        plans=msgspec.convert(plans, PlanSettings),
    )  # fmt: skip
    return Home(directory, settings)


def proposed(home: Home, *names: str, severity: str = "high", protected: str = "") -> list[str]:
    """Cases about these names, brought to `hold_proposed` by Anna, with one plan about all of them."""
    refs = open_some(*(new_case(name, severity=severity, protected=protected) for name in names))
    acknowledge(home, refs, ANNA, at=AT)
    confirm(home, refs, ANNA, disposition="malicious", score=0.9, collateral="no mail", at=AT)
    outcome = hold(home, refs, ANNA, at=AT, grounds=PHISHING)
    assert outcome.done == tuple(refs), outcome
    return refs


def the_plan() -> StoredPlan:
    """The newest plan."""
    return list_plans()[0]


def approved(home: Home, *names: str) -> tuple[list[str], str]:
    """The same, approved by Boris: the references and the plan's hash."""
    refs = proposed(home, *names)
    outcome = approve_plan(home, the_plan().hash, BORIS, at=AT)
    assert outcome.state == "approved", outcome
    return refs, outcome.hash


def names_of(plan: Plan) -> Sequence[str]:
    return [step.name for step in plan.steps]
