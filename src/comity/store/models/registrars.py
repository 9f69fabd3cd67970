"""The registrars to whom notices go: the node's own directory."""

from django.db import models

from comity.store.fields import MomentField


class Registrar(models.Model):
    """One registrar: how the registration names it, and where and in which language it wants its notices."""

    handle = models.CharField(max_length=80, unique=True)  # the registry's own identifier of it
    name = models.CharField(max_length=200)
    iana_id = models.CharField(max_length=20, blank=True, default="")
    zones = models.CharField(max_length=500, blank=True, default="")  # A-labels with blanks between; empty: all
    email = models.CharField(max_length=254)
    language = models.CharField(max_length=10)
    changed_at = MomentField()

    class Meta:
        db_table = "registrar"
