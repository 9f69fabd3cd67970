"""Consultations: questions to partners, what both sides said, files that came with it, and whom one may ask.

A consultation here has one thread for each partner that was asked; a thread's row is a cache of the fold of its
messages (`comity.core.consultations`), made again whenever one comes.
"""

from django.db import models

from comity.store.fields import BytesField, MomentField
from comity.store.models.attachments import Attachment
from comity.store.models.cases import Case


class Consultation(models.Model):
    """One question, as it was put by `asker`: by us to several partners, or by a partner to us."""

    uuid = models.CharField(max_length=36, unique=True)  # of a partner's question it is the thread's
    asker = models.CharField(max_length=120, blank=True, default="")  # empty: the question itself is not here yet
    subject = models.CharField(max_length=200, blank=True, default="")
    category = models.CharField(max_length=24, blank=True, default="")
    topic = models.CharField(max_length=40, blank=True, default="")
    language = models.CharField(max_length=10, blank=True, default="")
    tlp = models.CharField(max_length=16, default="TLP:AMBER")
    registrable = models.CharField(max_length=253, blank=True, default="")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT)
    actor = models.CharField(max_length=150, blank=True, default="")  # of our own node
    opened_at = MomentField()

    class Meta:
        db_table = "consultation"


class ConsultationThread(models.Model):
    """The consultation with one partner.  `uuid` is what both nodes call it."""

    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT)
    partner = models.CharField(max_length=120)
    uuid = models.CharField(max_length=36)
    state = models.CharField(max_length=10)  # unknown open closed withheld
    waiting_for = models.CharField(max_length=120, blank=True, default="")
    due_at = MomentField(null=True)
    due_clause = models.CharField(max_length=20, blank=True, default="")
    due_rule = models.CharField(max_length=12, blank=True, default="")
    others = models.JSONField(default=list)  # partners that were asked too and may be named
    answered_at = MomentField(null=True)
    opened_at = MomentField(null=True)
    changed_at = MomentField()
    reminded = models.IntegerField(default=0)  # how many of the three reminders were given
    remind_at = MomentField(null=True)  # the next one; null: none is to come

    class Meta:
        db_table = "consultation_thread"
        constraints = (models.UniqueConstraint(fields=["partner", "uuid"], name="consultation_thread_once"),)
        indexes = (
            models.Index(fields=["state", "waiting_for", "-changed_at"], name="consultation_list"),
            models.Index(fields=["remind_at"], name="consultation_remind"),
        )


class ConsultationMessage(models.Model):
    """One message.  Of ours, `verdict` is what the memorandum said; the text of one that left is as the partner has it.

    `gone`: it was erased before it can have reached the partner, and counts for nothing.
    """

    thread = models.ForeignKey(ConsultationThread, on_delete=models.PROTECT)
    uuid = models.CharField(max_length=36)
    party = models.CharField(max_length=120)
    event = models.CharField(max_length=10)  # opened replied closed reopened reminded
    actor = models.CharField(max_length=150, blank=True, default="")
    text = models.TextField(blank=True, default="")
    tlp = models.CharField(max_length=16)
    language = models.CharField(max_length=10, blank=True, default="")
    after = models.CharField(max_length=36, blank=True, default="")
    due_at = MomentField(null=True)
    at = MomentField()
    verdict = models.CharField(max_length=14)  # send send-redacted hold refuse refused-there; local: ours alone
    clause = models.CharField(max_length=20, blank=True, default="")
    reason = models.CharField(max_length=60, blank=True, default="")
    redacted = models.JSONField(default=list)  # classes of personal data that were taken out
    approver = models.CharField(max_length=150, blank=True, default="")
    gone = models.BooleanField(default=False)
    erased_at = MomentField(null=True)

    class Meta:
        db_table = "consultation_message"
        constraints = (models.UniqueConstraint(fields=["thread", "party", "uuid"], name="consultation_message_once"),)
        indexes = (models.Index(fields=["uuid"], name="consultation_message_uuid"),)


class ConsultationFile(models.Model):
    """A file that a message announced; its attachment has no body while parts of it are still arriving."""

    message = models.ForeignKey(ConsultationMessage, on_delete=models.PROTECT)
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT)
    problem = models.CharField(max_length=20, blank=True, default="")  # wrong-hash media-type

    class Meta:
        db_table = "consultation_file"


class ConsultationPiece(models.Model):
    """A part of a file that is still arriving; they go when it is whole."""

    file = models.ForeignKey(ConsultationFile, on_delete=models.PROTECT)
    number = models.IntegerField()
    data = BytesField()

    class Meta:
        db_table = "consultation_piece"
        constraints = (models.UniqueConstraint(fields=["file", "number"], name="consultation_piece_once"),)


class ConsultationWord(models.Model):
    """A word that stands in a thread's subject or texts: the full-text index, the same on both stores."""

    thread = models.ForeignKey(ConsultationThread, on_delete=models.CASCADE)
    word = BytesField(max_length=160)  # UTF-8: octets have one order, whatever language the store speaks

    class Meta:
        db_table = "consultation_word"
        constraints = (models.UniqueConstraint(fields=["word", "thread"], name="consultation_word_once"),)


class Expert(models.Model):
    """Whom one may ask, at our party or at a partner's.  A person's name stands here only with the person's consent."""

    party = models.CharField(max_length=120)
    uuid = models.CharField(max_length=36)
    role = models.CharField(max_length=120)
    name = models.CharField(max_length=120, blank=True, default="")
    contact = models.CharField(max_length=254, blank=True, default="")
    is_personal = models.BooleanField(default=False)  # name or contact are a person's own
    languages = models.JSONField(default=list)
    topics = models.JSONField(default=list)
    tlp = models.CharField(max_length=16, default="TLP:AMBER")
    consent = models.CharField(max_length=200, blank=True, default="")  # who agreed, when, in what form
    actor = models.CharField(max_length=150, blank=True, default="")
    changed_at = MomentField()
    withdrawn_at = MomentField(null=True)

    class Meta:
        db_table = "expert"
        constraints = (models.UniqueConstraint(fields=["party", "uuid"], name="expert_once"),)


class ExpertTold(models.Model):
    """What a partner was told of an expert of ours, or why not."""

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT)
    partner = models.CharField(max_length=120)
    event = models.CharField(max_length=10)  # published withdrawn
    verdict = models.CharField(max_length=14)
    clause = models.CharField(max_length=20, blank=True, default="")
    reason = models.CharField(max_length=60, blank=True, default="")
    redacted = models.JSONField(default=list)
    at = MomentField()

    class Meta:
        db_table = "expert_told"
        constraints = (models.UniqueConstraint(fields=["expert", "partner"], name="expert_told_once"),)
