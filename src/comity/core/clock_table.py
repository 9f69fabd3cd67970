"""What starts, stops and pauses each clock of a case: the one literal table (FIELD C.4).

`case` rows are read over a case's own entries, `promise` rows over what two parties told each other (`core.promises`).
docs/spec/clocks.md is written from here, and a test walks the table of cases: which clocks run follows from the state.
"""

from typing import Final, Literal, NamedTuple

Kind = Literal[
    "acknowledge", "triage", "act", "outcome", "appeal", "restore", "reporter-info", "identity", "retraction"
]
Table = Literal["case", "promise"]


class ClockRow(NamedTuple):
    """What starts and stops one clock; whether pauses hold it; whether the basis of its severity counts its time."""

    table: Table
    kind: Kind
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    pausable: bool = True
    by_severity: bool = True


class PauseRow(NamedTuple):
    """What begins a pause and what ends it.  `reason` empty: the entry says it."""

    table: Table
    begins: str
    reason: str
    ends: tuple[str, ...]


CLOSING: Final = "closing"  # any entry that ends in `closed` and did not begin there

CLOCKS: Final[tuple[ClockRow, ...]] = (
    ClockRow("case", "acknowledge", ("opened",), ("start_triage", "merge_duplicate", "refer_out_of_zone", CLOSING)),
    ClockRow(
        "case", "triage", ("start_triage", "unconfirm", "partner_refused", "no_receipt_timeout", "unmerge", "reopen"),
        ("confirm", "merge_duplicate", "refer_out_of_zone", CLOSING),
    ),
    ClockRow(
        "case", "act", ("send_notice", "propose_hold"),
        ("registrar_acted", "host_or_registrant_cured", "registrar_refused", "approve_hold", "refuse_hold", CLOSING),
    ),
    ClockRow("case", "outcome", ("opened", "unmerge", "reopen"), ("merge_duplicate", CLOSING)),
    ClockRow("case", "appeal", ("appeal_filed",), ("granted", CLOSING), by_severity=False),
    ClockRow("case", "restore", ("cured", "granted"), (CLOSING,), by_severity=False),
    ClockRow("case", "reporter-info", ("ask_reporter",), ("info_supplied", CLOSING), pausable=False, by_severity=False),
    ClockRow(
        "case", "identity", ("identity_asked",), ("identity_answered", CLOSING), pausable=False, by_severity=False
    ),
    ClockRow("case", "retraction", ("withdrawal_received",), (CLOSING,), pausable=False, by_severity=False),
    ClockRow("promise", "acknowledge", ("report",), ("accepted", "outcome", "refused", "given-up")),
    ClockRow("promise", "outcome", ("report",), ("outcome", "refused", "given-up")),
    ClockRow(
        "promise", "retraction", ("withdrawn",), ("outcome", "refused", "given-up"), pausable=False, by_severity=False
    ),
)  # fmt: skip

PAUSES: Final[tuple[PauseRow, ...]] = (
    PauseRow("case", "ask_reporter", "awaiting_reporter", ("info_supplied", "clock_resumed", CLOSING)),
    PauseRow(
        "case", "refer_out_of_zone", "awaiting_partner",
        ("partner_refused", "no_receipt_timeout", "clock_resumed", CLOSING),
    ),
    PauseRow("case", "clock_paused", "", ("clock_resumed", CLOSING)),
    PauseRow("promise", "asked", "awaiting_reporter", ("info", "resumed", "outcome", "refused", "given-up")),
    PauseRow("promise", "paused", "", ("resumed", "outcome", "refused", "given-up")),
)  # fmt: skip

PAUSE_REASONS: Final = ("awaiting_reporter", "awaiting_partner", "court_order_pending")
