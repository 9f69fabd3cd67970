"""What one node remembers: every table, and nothing else (queries live beside, one file for each noun).

One file a noun; all are imported here, so that Django finds them and others need not know the file.  Large writes are
raw SQL against these tables (`reports`, `cases`, `ledgers`), so names of tables and columns are part of the design.
Bytes that were signed or hashed are stored as they were and never re-serialised.  Times: `MomentField`.
"""

from comity.store.models.answers import AnswerLink, CaseAnswer, HolderAddress
from comity.store.models.attachments import Attachment, AttachmentBody
from comity.store.models.blocking import (
    BlockChange,
    BlockChunk,
    BlockedName,
    BlockOutput,
    BlockReader,
    ZoneAsked,
)
from comity.store.models.campaigns import CampaignSibling, CaseCampaign
from comity.store.models.cases import Case, CaseEvent, CasePeer
from comity.store.models.clocks import CaseClock
from comity.store.models.consultations import (
    Consultation,
    ConsultationFile,
    ConsultationMessage,
    ConsultationPiece,
    ConsultationThread,
    ConsultationWord,
    Expert,
    ExpertTold,
)
from comity.store.models.dga import DgaCount, DgaEvent, DgaList, DgaName, DgaPart, DgaTold
from comity.store.models.drafts import DraftRevision, MemorandumDraft
from comity.store.models.feeds import FeedPart, FeedSighting, FeedState
from comity.store.models.filings import PublicFiling, PublicTry, TurnedAway
from comity.store.models.inbox import SavedView, ScriptName
from comity.store.models.ledgers import (
    DisplacedEntry,
    Erasure,
    Ledger,
    LedgerEntry,
    LedgerTile,
    Link,
    RevokedKey,
)
from comity.store.models.library import (
    Article,
    ArticleAnnotation,
    ArticleEvent,
    ArticleVersion,
    SearchDocument,
)
from comity.store.models.mail import OutgoingMail
from comity.store.models.mailbox import IncomingMail, LetterMark
from comity.store.models.memoranda import Decision, Memorandum, MemorandumEvent
from comity.store.models.merges import CaseMerge
from comity.store.models.misp import MispEvent, MispFeed, MispItem
from comity.store.models.observations import Observation
from comity.store.models.people import ApiToken, Look, Person, PersonChange, SignInFailure
from comity.store.models.plans import ActionPlan, ActionStep, Hold, PlanVote
from comity.store.models.registrars import Registrar
from comity.store.models.releases import ReleaseMark, SubscriberChange
from comity.store.models.reporters import AwaitedOutcome, ReporterDecision, ReporterTally, ReporterWord
from comity.store.models.reports import IntakeRun, Report, Reporter
from comity.store.models.statistics import Release, Statement
from comity.store.models.subscribers import ChangedCase, Subscriber, SubscriberKey, ToldItem
from comity.store.models.sweeps import EnquiryEntry, ScheduledSweep, Sweep, SweepFinding, SweepZone
from comity.store.models.taxii import (
    SubscriberCertificate,
    TaxiiBlock,
    TaxiiCollection,
    TaxiiObject,
    TaxiiPost,
    TaxiiReader,
    TaxiiSegment,
    TaxiiTail,
)
from comity.store.models.warnings import CampaignWarning, IntersectionMessage, IntersectionRun, WarningAnswer
from comity.store.models.watches import Watch
from comity.store.models.webhooks import KeptAnswer, Webhook

__all__ = [
    "ActionPlan",
    "ActionStep",
    "AnswerLink",
    "ApiToken",
    "Article",
    "ArticleAnnotation",
    "ArticleEvent",
    "ArticleVersion",
    "Attachment",
    "AttachmentBody",
    "AwaitedOutcome",
    "BlockChange",
    "BlockChunk",
    "BlockOutput",
    "BlockReader",
    "BlockedName",
    "CampaignSibling",
    "CampaignWarning",
    "Case",
    "CaseAnswer",
    "CaseCampaign",
    "CaseClock",
    "CaseEvent",
    "CaseMerge",
    "CasePeer",
    "ChangedCase",
    "Consultation",
    "ConsultationFile",
    "ConsultationMessage",
    "ConsultationPiece",
    "ConsultationThread",
    "ConsultationWord",
    "Decision",
    "DgaCount",
    "DgaEvent",
    "DgaList",
    "DgaName",
    "DgaPart",
    "DgaTold",
    "DisplacedEntry",
    "DraftRevision",
    "EnquiryEntry",
    "Erasure",
    "Expert",
    "ExpertTold",
    "FeedPart",
    "FeedSighting",
    "FeedState",
    "Hold",
    "HolderAddress",
    "IncomingMail",
    "IntakeRun",
    "IntersectionMessage",
    "IntersectionRun",
    "KeptAnswer",
    "Ledger",
    "LedgerEntry",
    "LedgerTile",
    "LetterMark",
    "Link",
    "Look",
    "Memorandum",
    "MemorandumDraft",
    "MemorandumEvent",
    "MispEvent",
    "MispFeed",
    "MispItem",
    "Observation",
    "OutgoingMail",
    "Person",
    "PersonChange",
    "PlanVote",
    "PublicFiling",
    "PublicTry",
    "Registrar",
    "Release",
    "ReleaseMark",
    "Report",
    "Reporter",
    "ReporterDecision",
    "ReporterTally",
    "ReporterWord",
    "RevokedKey",
    "SavedView",
    "ScheduledSweep",
    "ScriptName",
    "SearchDocument",
    "SignInFailure",
    "Statement",
    "Subscriber",
    "SubscriberCertificate",
    "SubscriberChange",
    "SubscriberKey",
    "Sweep",
    "SweepFinding",
    "SweepZone",
    "TaxiiBlock",
    "TaxiiCollection",
    "TaxiiObject",
    "TaxiiPost",
    "TaxiiReader",
    "TaxiiSegment",
    "TaxiiTail",
    "ToldItem",
    "TurnedAway",
    "WarningAnswer",
    "Watch",
    "Webhook",
    "ZoneAsked",
]
