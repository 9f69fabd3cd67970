"""What the inbox keeps beside the cases: each person's views of it, and names in their own script to be found by."""

from django.db import models

from comity.store.models.cases import Case
from comity.store.models.people import Person


class SavedView(models.Model):
    """A question to the inbox that somebody gave a name; `query` is the address that asks it."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000)
    is_default = models.BooleanField(default=False)  # what the inbox shows when it is asked nothing

    class Meta:
        db_table = "saved_view"
        constraints = (
            models.UniqueConstraint(fields=["person", "name"], name="saved_view_name"),
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(is_default=True), name="saved_view_one_default"
            ),
        )


class ScriptName(models.Model):
    """The U-label form of a case's name, where it has one: what is typed in that script is found by its beginning."""

    case = models.OneToOneField(Case, primary_key=True, on_delete=models.CASCADE)
    text = models.CharField(max_length=253, db_index=True)

    class Meta:
        db_table = "script_name"
