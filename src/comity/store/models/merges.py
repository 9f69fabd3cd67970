"""Which case follows which: a cache of the entries `merge_duplicate` and `unmerge`, so that both ends are found."""

from django.db import models

from comity.store.models.cases import Case


class CaseMerge(models.Model):
    """A case that repeats another one and follows it.  The row goes when it stands on its own again."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="following")
    parent = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="followers")

    class Meta:
        db_table = "case_merge"
