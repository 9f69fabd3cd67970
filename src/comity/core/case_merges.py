"""May one case follow another?  A case that repeats another one follows it and closes with it (FIELD C.3).

Followers stand directly below their parent: nobody follows a follower, and a case that others follow follows nobody, so
that there are neither chains nor circles and one look finds both ends.  Nobody follows a closed case, which would never
close them, nor a case that another party decides.
"""

import msgspec

from comity.core.case_steps import Reason


class Standing(msgspec.Struct, frozen=True):
    """How a case stands towards others: its identifier, state and party, and whether others follow it."""

    uuid: str
    state: str
    party: str
    has_followers: bool


def why_not_follow(case: Standing, parent: Standing | None) -> list[Reason]:
    """Answer every reason why a case may not follow another; None: there is no such case."""
    if parent is not None and parent.uuid == case.uuid:
        return [Reason("parent-is-itself", "a case does not repeat itself")]
    reasons = []
    if case.has_followers:
        reasons.append(Reason("has-followers", "other cases follow this one; let them follow the other one first"))
    if parent is None:
        return [*reasons, Reason("parent-unknown", "there is no such case to follow")]
    if parent.state == "merged":
        reasons.append(Reason("parent-is-merged", "that case itself follows another one"))
    if parent.state == "closed":
        reasons.append(Reason("parent-is-closed", "that case is closed; dismiss this one as a duplicate instead"))
    if parent.party != case.party:
        reasons.append(Reason("parent-elsewhere", f"{parent.party} decides that case, {case.party} decides this one"))
    return reasons
