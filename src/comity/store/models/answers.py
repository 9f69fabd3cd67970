"""One-time links by which somebody without an account answers about one case, and what was answered by them."""

from django.db import models

from comity.store.fields import BytesField, MomentField
from comity.store.models.cases import Case


class AnswerLink(models.Model):
    """A link for one case, one role and one recipient; only the SHA-256 of its token is kept."""

    token_hash = BytesField(max_length=32, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    role = models.CharField(max_length=20)  # registrar host registrant reporter
    recipient = models.CharField(max_length=254)
    is_passed_on = models.BooleanField(default=False)  # it went to a registrar, to be passed on to the registrant
    language = models.CharField(max_length=10)
    created_at = MomentField()
    expires_at = MomentField()
    spent_at = MomentField(null=True)
    revoked_at = MomentField(null=True)

    class Meta:
        db_table = "answer_link"


class HolderAddress(models.Model):
    """Where the desk says a case's registrant is reached; personal data, which is told to no partner."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT)
    address = models.CharField(max_length=254)
    language = models.CharField(max_length=10)
    given_at = MomentField()

    class Meta:
        db_table = "holder_address"


class CaseAnswer(models.Model):
    """What was answered by a link.  Text and contact are personal data: they stay here and are told to no partner."""

    link = models.ForeignKey(AnswerLink, on_delete=models.PROTECT)
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    role = models.CharField(max_length=20)
    kind = models.CharField(max_length=12)  # acted cured contested said appealed
    event = models.CharField(max_length=30)  # what it became in the case: a transition, or the note `answered`
    seq = models.IntegerField()  # of that entry
    text = models.TextField(blank=True, default="")
    contact = models.CharField(max_length=254, blank=True, default="")
    files = models.JSONField(default=list)  # identifiers of attachments
    digest = models.CharField(max_length=64)  # of what was said: the same form sent twice is one answer
    at = MomentField()

    class Meta:
        db_table = "case_answer"
        constraints = (models.UniqueConstraint(fields=["link", "digest"], name="case_answer_once"),)
