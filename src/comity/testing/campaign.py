"""A fault campaign from the command line:

    python -m comity.testing.campaign --seed 7 --faults 1000 --nodes 3 --store postgresql

It makes real nodes on loopback, lets the faults of its plan strike, and prints by kind how many struck and what was
lost or doubled. `--plan` prints the plan and does nothing.  It ends with 1 when anything was lost, doubled or changed.
"""

import sys
import time

import click
import msgspec
import orjson

from comity.testing.campaign_plan import STORES, Store, plan_faults
from comity.testing.campaign_run import Campaign, Outcome, totals

PARTIES = ("cctld.ru", "oac.by", "vnnic.vn")


@click.command()
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same plan.")
@click.option("--faults", type=click.IntRange(1, 1_000_000), default=100, show_default=True)
@click.option("--nodes", type=click.IntRange(2, len(PARTIES)), default=2, show_default=True)
@click.option("--store", type=click.Choice(STORES), default="sqlite", show_default=True)
@click.option(
    "--server", default="", help="A PostgreSQL to use, postgresql://…; without it one is started and thrown away."
)
@click.option(
    "--longest",
    type=float,
    default=2.0,
    show_default=True,
    help="Seconds that a partition, a full disk … last at most.",
)
@click.option("--plan", "only_plan", is_flag=True, help="Print the plan, a fault a line, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="The outcome as one JSON document.")
def main(
    seed: int, faults: int, nodes: int, store: Store, server: str, longest: float, only_plan: bool, as_json: bool
) -> None:
    """Let faults strike real nodes and count what was lost."""
    plan = plan_faults(seed, faults, PARTIES[:nodes], store, longest_seconds=longest)
    if only_plan:
        for fault in plan.faults:
            click.echo(msgspec.json.encode(fault))
        return
    began = time.monotonic()
    with Campaign(plan, database_server=server, say=lambda line: click.echo(f"campaign: {line}", err=True)) as campaign:
        outcome = campaign.run()
    if as_json:
        click.echo(orjson.dumps(msgspec.to_builtins(outcome), option=orjson.OPT_INDENT_2))
    else:
        click.echo(render(outcome, f"seed {seed}, {nodes} nodes on {store}, {time.monotonic() - began:.0f} s"))
    sys.exit(0 if outcome.found.is_well else 1)


def render(outcome: Outcome, headline: str) -> str:
    """The table: faults by kind, then the sums, then whatever is wrong."""
    lines = [headline, f"{'faults that struck':<34}{sum(outcome.struck.values()):>9,}"]
    lines += [f"  {kind:<32}{count:>9,}" for kind, count in outcome.struck.items()]
    lines += [f"  ({kind}: {count} found nothing to strike)" for kind, count in outcome.missed.items()]
    lines += [f"{what:<34}{count:>9,}" for what, count in totals(outcome)]
    wrong = {**outcome.found.lost, **outcome.found.doubled}
    lines += [f"  WRONG: {what}: {count}" for what, count in wrong.items()]
    lines += [f"  WRONG: {line}" for line in (*outcome.found.differences, *outcome.found.missing)]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
