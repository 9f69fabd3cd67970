"""What one node remembers: every table, and nothing else (queries live beside, one file for each noun).

One file a noun; all are imported here, so that Django finds them and others need not know the file.  Large writes are
raw SQL against these tables (`reports`, `cases`, `ledgers`), so names of tables and columns are part of the design.
Bytes that were signed or hashed are stored as they were and never re-serialised.  Times: `MomentField`.
"""

from comity.store.models.answers import AnswerLink, CaseAnswer
from comity.store.models.attachments import Attachment, AttachmentBody
from comity.store.models.cases import Case, CaseEvent, CasePeer
from comity.store.models.filings import PublicFiling, PublicTry, TurnedAway
from comity.store.models.ledgers import (
    DisplacedEntry,
    Erasure,
    Ledger,
    LedgerEntry,
    LedgerTile,
    Link,
    RevokedKey,
)
from comity.store.models.mail import OutgoingMail
from comity.store.models.memoranda import Decision, Memorandum, MemorandumEvent
from comity.store.models.observations import Observation
from comity.store.models.people import ApiToken, Look, Person, PersonChange, SignInFailure
from comity.store.models.reporters import AwaitedOutcome, ReporterDecision, ReporterTally, ReporterWord
from comity.store.models.reports import IntakeRun, Report, Reporter

__all__ = [
    "AnswerLink",
    "ApiToken",
    "Attachment",
    "AttachmentBody",
    "AwaitedOutcome",
    "Case",
    "CaseAnswer",
    "CaseEvent",
    "CasePeer",
    "Decision",
    "DisplacedEntry",
    "Erasure",
    "IntakeRun",
    "Ledger",
    "LedgerEntry",
    "LedgerTile",
    "Link",
    "Look",
    "Memorandum",
    "MemorandumEvent",
    "Observation",
    "OutgoingMail",
    "Person",
    "PersonChange",
    "PublicFiling",
    "PublicTry",
    "Report",
    "Reporter",
    "ReporterDecision",
    "ReporterTally",
    "ReporterWord",
    "RevokedKey",
    "SignInFailure",
    "TurnedAway",
]
