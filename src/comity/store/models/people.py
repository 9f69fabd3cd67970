"""People who sign in, the tokens of their programs, and how often somebody guessed wrong."""

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
    reading = models.CharField(max_length=80, blank=True, default="")  # the reading panel; empty: not chosen here

    class Meta:
        db_table = "person"


class ApiToken(models.Model):
    """A bearer token of the HTTP API; only its SHA-256 is kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    token_hash = BytesField(max_length=32, unique=True)
    label = models.CharField(max_length=100)
    scopes = models.CharField(max_length=600, blank=True, default="")  # empty: whatever its person may do
    created_at = MomentField()
    expires_at = MomentField(null=True)
    revoked_at = MomentField(null=True)

    class Meta:
        db_table = "api_token"


class Look(models.Model):
    """Somebody looked at personal data: who, whose record, which kinds of data, and why."""

    actor = models.CharField(max_length=150)
    role = models.CharField(max_length=20)
    subject_kind = models.CharField(max_length=20)  # report answer reporter attachment registrar
    subject = models.CharField(max_length=64)
    case_ref = models.CharField(max_length=16, blank=True, default="")
    classes = models.CharField(max_length=300)  # which kinds of personal data stood there
    reason = models.CharField(max_length=300)
    at = MomentField()

    class Meta:
        db_table = "look"
        indexes = (models.Index(fields=["subject"], name="look_subject"),)


class PersonChange(models.Model):
    """What was done to an account, by whom."""

    person = models.CharField(max_length=150)
    change = models.CharField(max_length=30)  # added role closed opened factors-removed token-made token-revoked
    detail = models.CharField(max_length=200, blank=True, default="")
    actor = models.CharField(max_length=150)
    at = MomentField()

    class Meta:
        db_table = "person_change"


class SignInFailure(models.Model):
    """Wrong passwords by a hash of account and address, or of the address alone: guessing is slowed."""

    key = BytesField(max_length=32, unique=True)
    failures = models.IntegerField()
    last_at = MomentField()

    class Meta:
        db_table = "sign_in_failure"
