"""The clauses 2 to 13 of comity-memorandum/1 as values (FIELD C.5; docs/spec/memorandum.md explains each).

One struct is one clause; members are spelt as people write them in the file.  Words with a closed meaning are
literals, so that what no clause can say cannot be said.  Unknown members are refused.  A member with a default may
be left out and is left out of the canonical form when it has that value.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from comity.core.categories import Category, Severity
from comity.core.durations import FIXED_PATTERN, PATTERN

Text = Annotated[str, Meta(min_length=1, max_length=2000)]
Slug = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Words = Annotated[tuple[Slug, ...], Meta(max_length=64)]
Number = Annotated[str, Meta(pattern=r"^[0-9]{1,2}(\.[0-9]{1,2}){0,3}$")]
PartyId = Annotated[str, Meta(pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$", max_length=253)]
Zone = Annotated[str, Meta(pattern=r"^[a-z0-9-]{2,63}$")]
DurationText = Annotated[str, Meta(pattern=PATTERN)]
FixedDurationText = Annotated[str, Meta(pattern=FIXED_PATTERN)]
Share = Annotated[float, Meta(ge=0, le=1)]
Cap = Annotated[int, Meta(ge=0, le=10_000_000)]
TlpAtMost = Literal["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT"]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Anything written in a memorandum."""


class ScopeCategory(Part, frozen=True, kw_only=True):
    """A category that may be told of.  `p`: the public text of the memorandum names it."""

    id: Category
    p: bool = False
    only_with: tuple[Category, ...] = ()


class Scope(Part, frozen=True, kw_only=True):
    """What the memorandum is about.  Anything not named here cannot be sent."""

    clause: Number
    subject: Literal["domain-names"]
    zone_rule: Literal["recipient-zone", "any-party-zone"]
    early_warning_zone_rule: Literal["recipient-zone", "any-party-zone"]
    categories: Annotated[tuple[ScopeCategory, ...], Meta(min_length=1, max_length=16)]
    excluded_categories: Words
    csam_rule: Literal["refer-to-hotline-without-material"]


class KindTerms(Part, frozen=True, kw_only=True):
    """One kind of exchange: who may send it (`both`, or the parties of `from`), and how many a day."""

    both: bool = False
    senders: tuple[PartyId, ...] = field(default=(), name="from")
    max_per_day: Cap | None = None
    mandatory: bool = False
    period: DurationText | None = None


class Kinds(Part, frozen=True, kw_only=True):
    """The kinds of exchange.  A kind that is left out is not allowed."""

    report: KindTerms | None = None
    early_warning: KindTerms | None = None
    inquiry: KindTerms | None = None
    outcome: KindTerms | None = None
    retraction: KindTerms | None = None
    statistics: KindTerms | None = None
    experience: KindTerms | None = None
    consultation: KindTerms | None = None


class Receipt(Part, frozen=True, kw_only=True):
    mandatory: bool
    within: FixedDurationText
    signed: bool


class Undelivered(Part, frozen=True, kw_only=True):
    retry_for: FixedDurationText
    then: Slug


class Exchange(Part, frozen=True, kw_only=True):
    clause: Number
    kinds: Kinds
    receipt: Receipt
    undelivered: Undelivered


class EvidenceTerms(Part, frozen=True, kw_only=True):
    """What a report must bring."""

    clause: Number
    min_score: Share
    max_age_since_verified: dict[Category, FixedDurationText]
    required: dict[Category, Words]
    single_blocklist_is_enough: bool
    machine_only_reports: Literal["early_warning_only", "allowed"]


class Onward(Part, frozen=True, kw_only=True):
    """Whether and how the recipient may pass something on to one kind of third party."""

    allowed: bool | Literal["on_consent"]
    strip: Words = ()
    mark_as: TlpAtMost | None = field(default=None, name="as")
    only: TlpAtMost | None = None
    exception: Slug | None = field(default=None, name="except")
    notify_source: bool = False


class Marking(Part, frozen=True, kw_only=True):
    clause: Number
    tlp_default: TlpAtMost
    tlp_max_accepted: TlpAtMost
    clients_of_recipient: Words
    onward: dict[Slug, Onward]
    permitted_actions: Slug
    attribution: Literal["must_not", "may"]
    victims: Literal["must_obfuscate", "may"]


class OnRequest(Part, frozen=True, kw_only=True):
    needs: Words
    reply_within: FixedDurationText
    legal: dict[PartyId, dict[Slug, Text | None]]


class Retention(Part, frozen=True, kw_only=True):
    open_case: Slug
    after_close: DurationText
    early_warning: DurationText


class PersonalData(Part, frozen=True, kw_only=True):
    """Stays home unless a class is allowed.  A class that is not named follows `default`, which can only be deny."""

    clause: Number
    default: Literal["deny"]
    classes: dict[Slug, Literal["deny", "allow", "allow_if_public"]]
    on_request: OnRequest
    if_any_approval_missing: Literal["strip-and-send", "hold"]
    retention: Retention
    breach_notice: FixedDurationText


class Clock(Part, frozen=True, kw_only=True):
    acknowledge: FixedDurationText
    triage: FixedDurationText
    act: FixedDurationText
    outcome: FixedDurationText


class Appeal(Part, frozen=True, kw_only=True):
    file_within: FixedDurationText
    decide_within: FixedDurationText
    interim_restore_if_prima_facie: bool


class Escalation(Part, frozen=True, kw_only=True):
    at: Annotated[str, Meta(pattern=r"^[0-9]{1,3}%$")]
    to: Slug


class Clocks(Part, frozen=True, kw_only=True):
    clause: Number
    basis: dict[Severity, Literal["24x7", "recipient_working_hours"]]
    severity_of: dict[Category, Severity]
    critical: Clock
    high: Clock
    normal: Clock
    pause_when: Words
    pause_max: FixedDurationText
    appeal: Appeal
    restore_after_cure: FixedDurationText
    escalate: tuple[Escalation, ...]


class ProtectedNames(Part, frozen=True, kw_only=True):
    popular_rank_under: Cap
    lists: Words
    effect: Literal["refuse_unless_dual_control", "refuse"]


class RegistrantNotice(Part, frozen=True, kw_only=True):
    when: Slug
    delay_max: FixedDurationText
    delay_reason_required: bool


class Quality(Part, frozen=True, kw_only=True):
    """How often a sender may be wrong, and what follows; `on_breach` is a ladder, a step for each window in breach."""

    window: FixedDurationText
    max_rejected_share: Share
    max_reversed_share: Share
    on_breach: Annotated[tuple[Literal["warn", "require_two_sources", "suspend_kind_report"], ...], Meta(min_length=1)]


class Transparency(Part, frozen=True, kw_only=True):
    period: DurationText
    publish: Words


class Safeguards(Part, frozen=True, kw_only=True):
    clause: Number
    recipient_decides_under_own_law: bool
    automatic_action_on_partner_report: Literal["none", "hold_pending_review"]
    dual_control_for: Words
    compromised_site_rule: Slug
    collateral_check: Words
    protected_names: ProtectedNames
    notice_to_registrant: RegistrantNotice
    appeal_open_to: Words
    quality: Quality
    transparency: Transparency


class AuditLog(Part, frozen=True, kw_only=True):
    tamper_evident: bool
    checkpoints: FixedDurationText
    cosigned_by_partner: bool
    keep: DurationText


class RightToAudit(Part, frozen=True, kw_only=True):
    notice: FixedDurationText
    per_year: Annotated[int, Meta(ge=0, le=366)]


class Audit(Part, frozen=True, kw_only=True):
    clause: Number
    log: AuditLog
    right_to_audit: RightToAudit


class Amendment(Part, frozen=True, kw_only=True):
    clause: Number
    needs: Literal["both_signatures", "all_signatures"]
    minor_by: Slug


class Suspension(Part, frozen=True, kw_only=True):
    """Suspending is one-sided and at once, whatever the file says about notice: only PT0S can be written."""

    clause: Number
    by: Literal["either"]
    notice: Literal["PT0S"]
    must_state_reason: bool
    resume: Literal["both", "suspender"]


class OnEnd(Part, frozen=True, kw_only=True):
    open_cases: Literal["finish", "return"]
    data: Slug
    tlp_survives: bool
    keys: Slug


class Termination(Part, frozen=True, kw_only=True):
    clause: Number
    notice: FixedDurationText
    on_end: OnEnd


class Disputes(Part, frozen=True, kw_only=True):
    clause: Number
    steps: Words
    then: Slug


class Accession(Part, frozen=True, kw_only=True):
    """A memorandum of more than two: who may join, and whose signatures that needs."""

    clause: Number
    open_to: Annotated[str, Meta(min_length=1, max_length=200)]
    needs: Literal["all_signatures"]


class IntersectionTerms(Part, frozen=True, kw_only=True):
    """Private set intersection: over what, how many members a set may have, how many runs a day each may ask for."""

    over: Annotated[tuple[Literal["names", "registrants"], ...], Meta(min_length=1)]
    most_names: Annotated[int, Meta(ge=1, le=131_072)]
    runs_per_day: Annotated[int, Meta(ge=1, le=24)]


class WarningTerms(Part, frozen=True, kw_only=True):
    """Warnings of campaigns: which signs may be told, and how the partner answers.  Without this clause, none.

    `count_at_least`: a smaller count is told as fewer than this.  `most_permille`: how much of a zone a sign may match.
    """

    clause: Number
    signs: Annotated[
        tuple[Literal["pattern", "name-servers", "label", "name-token", "registrant-token"], ...], Meta(min_length=1)
    ]
    answer: Literal["counts", "names"]
    counts_by: Literal["node", "supervisor"]
    count_at_least: Annotated[int, Meta(ge=1, le=1000)]
    most_permille: Annotated[int, Meta(ge=1, le=1000)]
    intersection: IntersectionTerms | None = None
