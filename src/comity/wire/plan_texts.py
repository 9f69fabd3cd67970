"""A plan in words, for a terminal and for whoever reads a log: each name with what is true, what is done and what
follows.

English, as the command line is; the pages say the same in their reader's language.  Names are defanged.
"""

from comity.core.harmless import defang
from comity.core.labels import Host, fold_host
from comity.core.plans import Demand, Plan, PlannedStep, Share


def render_plan_text(plan: Plan, plan_hash: str) -> str:
    """Write a plan as lines of text."""
    lines = [
        f"plan {plan_hash}",
        f"{plan.kind}, {len(plan.steps)} name(s), proposed by {plan.proposer} at {plan.made_at:%Y-%m-%d %H:%M} UTC",
    ]
    for step in plan.steps:
        lines += ["", *_step(step)]
    blast = plan.blast
    beside = f"{blast.hosts} host(s) seen below; {blast.sharing} other name(s) at the same addresses"
    lines += ["", f"falls with them: {beside}"]
    lines += [f"  {_share('registrar', one)}" for one in blast.registrars]
    lines += [f"  {_share('zone', one)}" for one in blast.zones]
    lines += ["", f"must approve: {plan.approvals}"]
    lines += [f"  {_demand(one)}" for one in plan.demands]
    return "\n".join(lines) + "\n"


def _step(step: PlannedStep) -> list[str]:
    folded = fold_host(step.name)
    shown = folded.unicode if isinstance(folded, Host) else step.name
    title = defang(step.name) + (f" ({defang(shown)})" if shown != step.name else "")
    lines = [
        f"{title}  case {step.case}, {step.category}, by {step.driver}",
        f"  now:    {_now(step)}",
        f"  change: {_change(step)}",
        f"  then:   {', '.join(step.wanted) or 'no status of anybody'}",
    ]
    if step.score is not None:
        said = (f"{step.score:.2f}", step.disposition or "no disposition", step.reason or "no reason")
        lines.append(f"  evidence: {', '.join(said)}")
    if step.until is not None:
        lines.append(f"  until:  {step.until:%Y-%m-%d %H:%M} UTC")
    if step.protected or step.guards:
        lines.append(f"  protected: {', '.join(dict.fromkeys((step.protected, *step.guards))).strip(', ')}")
    return lines


def _now(step: PlannedStep) -> str:
    present = step.present
    if present.source == "none":
        return "not known; nobody was asked"
    statuses = ", ".join(present.statuses) or "no status"
    return f"{statuses} ({present.source}), registrar {present.registrar or 'not known'}"


def _change(step: PlannedStep) -> str:
    parts = [f"+{status}" for status in step.add] + [f"-{status}" for status in step.remove]
    return " ".join(parts) or "nothing: it is so already"


def _share(kind: str, share: Share) -> str:
    if share.percent is None:
        return f"{kind} {share.of}: {share.planned} name(s); how many it has is not known"
    return f"{kind} {share.of}: {share.planned} of {share.known} known names, {share.percent:.2f} %"


def _demand(demand: Demand) -> str:
    return f"{demand.approvals} by {demand.rule}" + (f" ({demand.detail})" if demand.detail else "")
