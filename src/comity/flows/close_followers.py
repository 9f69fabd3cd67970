"""Close followers: cases that were merged into a case close with it (merged → closed, `parent_closed`).

Called inside the transaction that closes the parent, before anything is written: the entries of the followers are put
behind those that close their parents, so that all of them are kept and told together.
"""

from collections.abc import Sequence

from comity.core.cases import CLOSED, CaseChange
from comity.core.outcomes import only_outcome
from comity.edges.home import Home
from comity.store.case_merges import find_followers
from comity.store.cases import find_cases_by_pk


def close_followers(home: Home, changes: Sequence[CaseChange]) -> list[CaseChange]:
    """Answer the changes together with those that close the followers of every case that they close."""
    closing = {change.case_pk: change for change in changes if change.to_state == CLOSED != change.from_state}
    followers = find_followers(closing) if closing else {}
    if not followers:
        return list(changes)
    last = {change.case_pk: change for change in changes}
    parent_of = {pk: parent for parent, pks in followers.items() for pk in pks}
    added = []
    for row in sorted(find_cases_by_pk(list(parent_of)), key=lambda row: row.pk):
        before = last.get(row.pk)
        if (before.to_state if before else row.state) != "merged":
            continue  # it stands on its own since a moment ago
        added.append(
            CaseChange(
                case_pk=row.pk, case_uuid=row.uuid, ref=row.ref, registrable=row.registrable, zone=row.zone,
                category=row.category, seq=(before.seq if before else row.event_count) + 1, event="parent_closed",
                from_state="merged", to_state=CLOSED, party=home.party, actor=home.party, role="system",
                outcome=only_outcome("parent_closed"), related=closing[parent_of[row.pk]].case_uuid,
            )
        )  # fmt: skip
    return [*changes, *added]
