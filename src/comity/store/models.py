"""What one node remembers: every table, and nothing else (queries live beside, one file for each noun).

Large writes are raw SQL against these tables (`reports`, `cases`, `ledgers`), so names of tables and columns are part
of the design.  Bytes that were signed or hashed are stored as they were and never re-serialised.  Times: `MomentField`.
"""

from django.contrib.auth.models import AbstractUser
from django.db import models

from comity.store.fields import BytesField, MomentField


class Person(AbstractUser):
    """Somebody who signs in.  Roles: DESIGN §4, FIELD C.3."""

    class Role(models.TextChoices):
        ANALYST = "analyst"
        SUPERVISOR = "supervisor"
        POLICY_OFFICER = "policy-officer"
        AUDITOR = "auditor"
        ADMINISTRATOR = "administrator"
        TRUSTED_NOTIFIER = "trusted-notifier"
        REGISTRAR = "registrar"

    role = models.CharField(max_length=20, choices=Role.choices, default=Role.ANALYST)
    language = models.CharField(max_length=10, blank=True, default="")

    class Meta:
        db_table = "person"


class ApiToken(models.Model):
    """A bearer token of the HTTP API; only its SHA-256 is kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    token_hash = BytesField(max_length=32, unique=True)
    label = models.CharField(max_length=100)
    created_at = MomentField()
    revoked_at = MomentField(null=True)

    class Meta:
        db_table = "api_token"


class SignInFailure(models.Model):
    """Wrong passwords by a hash of account and address, or of the address alone: guessing is slowed."""

    key = BytesField(max_length=32, unique=True)
    failures = models.IntegerField()
    last_at = MomentField()

    class Meta:
        db_table = "sign_in_failure"


class Reporter(models.Model):
    """Who files reports.  `status_token` opens the reporter's own status page without an account."""

    key = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    contact = models.CharField(max_length=254, blank=True, default="")
    status_token = models.CharField(max_length=64, unique=True)
    created_at = MomentField()

    class Meta:
        db_table = "reporter"


class IntakeRun(models.Model):
    """One run over one source: what came of every record."""

    source = models.CharField(max_length=300)
    format = models.CharField(max_length=60)
    reporter = models.ForeignKey(Reporter, on_delete=models.PROTECT)
    started_at = MomentField()
    finished_at = MomentField(null=True)
    counts = models.JSONField(default=dict)

    class Meta:
        db_table = "intake_run"


class Case(models.Model):
    """All that concerns one registrable domain and one category in one episode.  A cache: the fold of its events."""

    ref = models.CharField(max_length=16, unique=True)  # for people: 7K3Q-F9XW-2M1A, deterministic
    uuid = models.CharField(max_length=36, unique=True)  # for machines: UUIDv5 of party, registrable, category, episode
    registrable = models.CharField(max_length=253)
    category = models.CharField(max_length=24)
    episode = models.IntegerField()
    zone = models.CharField(max_length=63)
    party = models.CharField(max_length=120)  # responsible for the zone
    state = models.CharField(max_length=16)
    severity = models.CharField(max_length=10)
    disposition = models.CharField(max_length=14, blank=True, default="")
    outcome = models.CharField(max_length=60, blank=True, default="")
    action = models.CharField(max_length=40, blank=True, default="")
    protected = models.CharField(max_length=60, blank=True, default="")  # which guard list names it
    assignee = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL)
    report_count = models.IntegerField(default=0)
    event_count = models.IntegerField(default=0)
    opened_at = MomentField()
    changed_at = MomentField()
    closed_at = MomentField(null=True)

    class Meta:
        db_table = "abuse_case"
        constraints = (models.UniqueConstraint(fields=["registrable", "category", "episode"], name="case_episode"),)
        indexes = (models.Index(fields=["state", "-opened_at"], name="case_inbox"),)


class CaseEvent(models.Model):
    """One transition or note of a case: the audit entry (actor, reason code, clause, evidence hash)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    seq = models.IntegerField()
    event = models.CharField(max_length=30)
    from_state = models.CharField(max_length=16)
    to_state = models.CharField(max_length=16)
    party = models.CharField(max_length=120)  # whose node the actor belongs to
    actor = models.CharField(max_length=150)
    role = models.CharField(max_length=20)
    reason = models.CharField(max_length=60, blank=True, default="")
    clause = models.CharField(max_length=20, blank=True, default="")
    evidence_hash = models.CharField(max_length=64, blank=True, default="")
    note = models.TextField(blank=True, default="")
    detail = BytesField(default=b"")  # canonical JSON: disposition, outcome, action, score …
    at = MomentField()

    class Meta:
        db_table = "case_event"
        constraints = (models.UniqueConstraint(fields=["case", "seq"], name="case_event_seq"),)


class CasePeer(models.Model):
    """The same matter at a partner: our case and the partner's case that reports or outcomes belong to."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    partner = models.CharField(max_length=120)
    remote_case = models.CharField(max_length=36)

    class Meta:
        db_table = "case_peer"
        constraints = (models.UniqueConstraint(fields=["partner", "remote_case", "case"], name="case_peer_once"),)


class Report(models.Model):
    """One claim, folded.  `key` makes intake idempotent: the same claim within an episode is the same row."""

    key = BytesField(max_length=16, unique=True)
    uuid = models.CharField(max_length=36)
    standing = models.CharField(max_length=10)  # accepted | foreign | held (a protected name, waiting for a person)
    registrable = models.CharField(max_length=253)
    host = models.CharField(max_length=253)
    zone = models.CharField(max_length=63)
    category = models.CharField(max_length=24)
    reporter = models.ForeignKey(Reporter, on_delete=models.PROTECT, db_index=False)
    run = models.ForeignKey(IntakeRun, null=True, on_delete=models.PROTECT, db_index=False)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT)
    body = BytesField()  # comity-report/1, canonical JSON
    received_at = MomentField()

    class Meta:
        db_table = "report"
        indexes = (models.Index(fields=["uuid"], name="report_uuid"),)


class Memorandum(models.Model):
    """One version of a memorandum as bytes, with its signatures and its life."""

    urn = models.CharField(max_length=200)
    version = models.IntegerField()
    digest = models.CharField(max_length=71)  # sha256:<hex> of the canonical JSON without signatures
    partner = models.CharField(max_length=120)
    status = models.CharField(max_length=14)  # draft proposed countersigned in-force suspended terminated
    body = BytesField()  # canonical JSON, without signatures
    signatures = BytesField(default=b"[]")
    changed_at = MomentField()

    class Meta:
        db_table = "memorandum"
        constraints = (models.UniqueConstraint(fields=["urn", "version"], name="memorandum_version"),)


class MemorandumEvent(models.Model):
    """Who did what to a memorandum, and why."""

    memorandum = models.ForeignKey(Memorandum, on_delete=models.PROTECT)
    event = models.CharField(max_length=20)
    party = models.CharField(max_length=120)
    actor = models.CharField(max_length=150)
    reason = models.TextField(blank=True, default="")
    at = MomentField()

    class Meta:
        db_table = "memorandum_event"


class Decision(models.Model):
    """What a memorandum answered about one item, by which clause and why.  Kept for every item asked about."""

    report = models.ForeignKey(Report, null=True, on_delete=models.PROTECT)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT)
    partner = models.CharField(max_length=120)
    direction = models.CharField(max_length=3)  # out: we asked before sending; in: we re-evaluated what came
    kind = models.CharField(max_length=20)
    memorandum = models.CharField(max_length=71)  # digest; empty where none is in force
    verdict = models.CharField(max_length=14)  # send send-redacted hold refuse
    clause = models.CharField(max_length=20)
    reason = models.CharField(max_length=40)
    trace = BytesField()  # canonical JSON: clauses visited, redacted fields
    at = MomentField()

    class Meta:
        db_table = "decision"
        indexes = (
            models.Index(fields=["partner", "verdict", "clause"], name="decision_by_clause"),
            models.Index(fields=["partner", "direction", "verdict", "at", "kind"], name="decision_by_day"),
        )


class Link(models.Model):
    """Two nodes joined under a memorandum in force."""

    partner = models.CharField(max_length=120, unique=True)
    url = models.CharField(max_length=300, blank=True, default="")  # empty: it cannot be reached and fetches from us
    fetches = models.BooleanField(default=False)  # we fetch the partner's ledger: it cannot reach us
    ca_pem = models.TextField()  # the partner's own certificate authority: the only one its node is believed by
    state = models.CharField(max_length=10)  # open | recovering | stopped
    reason = models.TextField(blank=True, default="")
    recover_after = MomentField(null=True)  # after a restore: nothing is signed before what was on its way has ended
    last_try_at = MomentField(null=True)
    last_receipt_at = MomentField(null=True)
    last_error = models.TextField(blank=True, default="")

    class Meta:
        db_table = "link"


class Ledger(models.Model):
    """One direction of a link: an append-only Merkle ledger.  `frontier` is the tree's right edge (≤ 64 hashes)."""

    link = models.ForeignKey(Link, on_delete=models.PROTECT)
    direction = models.CharField(max_length=3)  # out: ours; in: the partner's, replayed here
    origin = models.CharField(max_length=250, unique=True)
    size = models.BigIntegerField(default=0)
    root = BytesField(max_length=32)
    frontier = BytesField(default=b"")
    checkpoint = BytesField(default=b"")  # newest checkpoint signed by the sender
    receipt = BytesField(default=b"")  # newest checkpoint that carries both signatures
    receipt_size = models.BigIntegerField(default=0)
    counter = models.BigIntegerField(default=0)  # of the newest signed question about it, asked (in) or answered (out)
    changed_at = MomentField()

    class Meta:
        db_table = "ledger"
        constraints = (models.UniqueConstraint(fields=["link", "direction"], name="ledger_direction"),)


class LedgerEntry(models.Model):
    """One entry as it was hashed.  `subject` finds the entries of a case or report without opening payloads.

    Of an entry that was erased, `payload` is the SHA-256 of what it was: the tree stays what it is.
    """

    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, db_index=False)
    position = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=36)
    payload = BytesField()
    leaf = BytesField(max_length=32)
    refused = models.CharField(max_length=60, blank=True, default="")  # receiver's clause and reason; kept all the same
    at = MomentField()
    erased_at = MomentField(null=True)

    class Meta:
        db_table = "ledger_entry"
        constraints = (models.UniqueConstraint(fields=["ledger", "position"], name="ledger_entry_position"),)
        indexes = (models.Index(fields=["subject"], name="ledger_entry_subject"),)


class LedgerTile(models.Model):
    """A full tile of 256 hashes (C2SP tlog-tiles): proofs cost a few tiles whatever the ledger's size."""

    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, db_index=False)
    level = models.SmallIntegerField()
    number = models.BigIntegerField()
    hashes = BytesField()

    class Meta:
        db_table = "ledger_tile"
        constraints = (models.UniqueConstraint(fields=["ledger", "level", "number"], name="ledger_tile_place"),)


class DisplacedEntry(models.Model):
    """An own entry without a place: made after a backup was restored and before the partner gave back what came after.

    It was never signed at the position it had; it gets its position when the ledger has recovered.
    """

    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT)
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=36)
    payload = BytesField()
    at = MomentField()
    erased_at = MomentField(null=True)

    class Meta:
        db_table = "displaced_entry"


class RevokedKey(models.Model):
    """A signing key that is believed no more, whatever a memorandum says; what it signed before stays evidence."""

    party = models.CharField(max_length=120)
    kid = models.CharField(max_length=40)
    public = BytesField(max_length=32)
    reason = models.CharField(max_length=60)
    statement = BytesField(default=b"")  # the party's signed word; empty: this node's own decision
    revoked_at = MomentField()

    class Meta:
        db_table = "revoked_key"
        constraints = (models.UniqueConstraint(fields=["party", "public"], name="revoked_key_once"),)


class Erasure(models.Model):
    """A payload of our ledger that must be erased everywhere: why, and when the partner confirmed that it is."""

    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT)
    position = models.BigIntegerField()
    reason = models.CharField(max_length=60)
    actor = models.CharField(max_length=150)
    asked_at = MomentField()
    confirmed_at = MomentField(null=True)

    class Meta:
        db_table = "erasure"
        constraints = (models.UniqueConstraint(fields=["ledger", "position"], name="erasure_once"),)
