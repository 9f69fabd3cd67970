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
