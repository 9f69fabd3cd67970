"""One-time links by which somebody without an account answers about one case."""

from django.db import models

from comity.store.fields import BytesField, MomentField
from comity.store.models.cases import Case


class AnswerLink(models.Model):
    """A link for one case, one role and one recipient; only the SHA-256 of its token is kept."""

    token_hash = BytesField(max_length=32, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    role = models.CharField(max_length=20)  # registrar host registrant reporter
    recipient = models.CharField(max_length=254)
    language = models.CharField(max_length=10)
    created_at = MomentField()
    expires_at = MomentField()
    spent_at = MomentField(null=True)
    revoked_at = MomentField(null=True)

    class Meta:
        db_table = "answer_link"
