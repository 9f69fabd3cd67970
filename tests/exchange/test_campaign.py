"""Random faults, many at a time, on real nodes: whatever was filed is with the partner once, in order, and proven.

In the normal run a short campaign of two nodes on each store; `make soak` (COMITY_SOAK=1) lets more than a thousand
faults strike two and three nodes on each.  What a campaign prints names its seed: the same seed gives the same plan
(`python -m comity.testing.campaign --seed …`).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.testing.campaign import PARTIES, render
from comity.testing.campaign_plan import FAULTS, STORES, plan_faults
from comity.testing.campaign_run import Campaign
from exchange.campaign_pair import SOAK, on_postgresql

SEED = 20261125
# (nodes, faults, longest seconds of what lasts).  The soak: 2 × (290 + 290) faults.
CAMPAIGNS = [(2, 290, 3.0), (3, 290, 3.0)] if SOAK else [(2, 26, 0.5)]


@pytest.mark.processes
@pytest.mark.stores
@pytest.mark.parametrize(("nodes", "faults", "longest"), CAMPAIGNS)
def test_nothing_is_lost_and_nothing_is_doubled(
    nodes: int, faults: int, longest: float, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    store = "postgresql" if on_postgresql() else "sqlite"
    server = request.getfixturevalue("postgres_server") if on_postgresql() else ""
    plan = plan_faults(SEED + nodes, faults, PARTIES[:nodes], store, longest_seconds=longest)
    with Campaign(plan, database_server=server) as campaign:
        outcome = campaign.run()
    table = render(outcome, f"seed {plan.seed}, {nodes} nodes on {store}, {outcome.seconds:.0f} s")
    with capsys.disabled():
        print(f"\n{table}")
    assert outcome.found.is_well, table
    assert outcome.found.sent == outcome.found.received > 0
    assert sum(outcome.struck.values()) >= 0.9 * faults, table


@given(st.integers(), st.integers(1, 200), st.sampled_from((2, 3)), st.sampled_from(STORES))
def test_a_plan_follows_from_its_seed(seed: int, count: int, nodes: int, store: str) -> None:
    parties = PARTIES[:nodes]
    plan = plan_faults(seed, count, parties, store, longest_seconds=1.0)
    assert plan == plan_faults(seed, count, parties, store, longest_seconds=1.0)
    assert len(plan.faults) == count
    assert all(fault.node in parties and fault.partner in {"", *parties} - {fault.node} for fault in plan.faults)
    assert all(0 <= fault.seconds <= 3.0 for fault in plan.faults)
    assert len(plan.fetched) == (nodes == 3)
    assert not any((fault.partner, fault.node) in plan.fetched for fault in plan.faults)
    if count >= len(FAULTS):
        assert {fault.kind for fault in plan.faults} == set(FAULTS)
