"""The words that a memorandum's open lists are made of, where the field has agreed on some.

The format lets a list of words hold any word, because parties may agree on one that nobody thought of.  A person who
writes a clause chooses among these and may add others; a word that is not here is kept and shown as it is.  A `*`
stands for any one member of a path.
"""

from typing import Final

from comity.core.categories import CATEGORIES

EVIDENCE_WORDS: Final = (
    "url", "host", "observed_at", "verified_at", "screenshot", "impersonated_party", "narrative",
    "sha256_or_sandbox_report", "malware_family_or_verdict", "malware_family", "protocol_or_port",
    "sandbox_or_traffic_proof", "log_extract", "attack_kind", "message_with_headers", "linked_report", "second_source",
)  # fmt: skip

# What a list, or a single word, may be chosen from.
WORDS: Final[dict[str, tuple[str, ...]]] = {
    "scope.excluded_categories": (
        "content", "copyright", "trademark", "political_speech", "extremism", "defamation", "national_interest", "csam",
    ),
    "exchange.undelivered.then": ("escalate-to-duty", "give-up"),
    "evidence.required.*": EVIDENCE_WORDS,
    "marking.clients_of_recipient": ("accredited_registrar_of_the_name", "hosting_provider_of_the_name"),
    "marking.onward.*.strip": ("reporter_identity", "personal_data", "other_cases", "detection_methods"),
    "marking.onward.*.except": ("mandatory_law",),
    "marking.permitted_actions": ("externally_visible_indirect", "externally_visible_direct", "none"),
    "personal_data.on_request.needs": (
        "written_legal_basis", "purpose", "fields", "retention", "approver_dpo",
    ),
    "personal_data.retention.open_case": ("until_closed",),
    "clocks.pause_when": ("awaiting_reporter", "awaiting_partner", "court_order_pending"),
    "clocks.escalate.to": ("duty", "head_of_unit", "contacts.legal"),
    "safeguards.dual_control_for": ("registry_hold", "registration_cancel", "sinkhole", "protected_name"),
    "safeguards.compromised_site_rule": ("notify_host_and_registrant_first",),
    "safeguards.collateral_check": (
        "subdomain_count", "public_suffix_or_shared_host", "popularity_rank", "mail_use", "state_body",
    ),
    "safeguards.protected_names.lists": ("state", "banks", "media", "dns_infrastructure", "shared_suffixes"),
    "safeguards.notice_to_registrant.when": ("before_or_with_action", "after_action"),
    "safeguards.appeal_open_to": ("registrant", "registrar", "host"),
    "safeguards.transparency.publish": (
        "reports_by_category", "acted", "refused_by_reason", "median_times", "appeals", "reversed",
        "protected_name_hits", "personal_data_requests",
    ),
    "amendment.minor_by": ("annex",),
    "termination.on_end.data": ("delete_or_return", "delete", "return"),
    "termination.on_end.keys": ("revoke",),
    "disputes.then": ("none", "mediation", "arbitration"),
}  # fmt: skip

# The members that a mapping of free words may have, beside those it has.
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "marking.onward": (
        "registrar", "registrant_notice", "national_cert", "other_memoranda", "law_enforcement", "public_blocklist",
    ),
    "personal_data.classes": (
        "registrant_contact", "registrant_kind", "organisation_name", "registrar_name", "registration_dates",
        "name_servers", "ip_addresses_of_hosting", "ip_addresses_of_victims", "credentials_captured",
        "reporter_identity", "victim_contact", "registrant_link_token",
    ),
    "title": ("en", "ru", "be", "vi", "zh"),
}  # fmt: skip

# A list of parts in which each part has its own word: every word is offered once.
ONE_FOR_EACH: Final[dict[str, tuple[str, tuple[str, ...]]]] = {"scope.categories": ("id", CATEGORIES)}
# Lists in which the order says something: a ladder, the steps of a dispute.
LADDERS: Final = frozenset({"safeguards.quality.on_breach"})
