"""Lists of algorithmic names: the lists, their parts, our own names with what was found and answered, and counts."""

from django.db import models

from comity.store.fields import BytesField, MomentField


class DgaList(models.Model):
    """One list of one family: ours, or a partner's of which we have our share."""

    uuid = models.CharField(max_length=36, unique=True)  # the subject of its entries
    family = models.CharField(max_length=60)
    origin = models.CharField(max_length=120)
    digest = models.CharField(max_length=71, blank=True, default="")  # of our own: SHA-256 of what was read
    source = models.CharField(max_length=200, blank=True, default="")
    terms = models.CharField(max_length=200, blank=True, default="")
    tlp = models.CharField(max_length=14)
    parties = models.JSONField(default=list)  # to whom counts are told
    counts = models.JSONField(default=dict)  # of our own: what came of its lines
    left_out = models.JSONField(default=list)
    held = models.JSONField(default=dict)  # protected names, which went to nobody
    actor = models.CharField(max_length=150, blank=True, default="")
    version = models.IntegerField(default=0)  # grows with each change of a count
    at = MomentField()

    class Meta:
        db_table = "dga_list"
        indexes = (models.Index(fields=["family", "-id"], name="dga_list_family"),)


class DgaPart(models.Model):
    """Names of one zone as they cross, and what was answered.  `days` is the canonical JSON of days and names."""

    list = models.ForeignKey(DgaList, on_delete=models.PROTECT)
    zone = models.CharField(max_length=63)
    number = models.IntegerField()
    of = models.IntegerField()
    party = models.CharField(max_length=120, blank=True, default="")  # empty: a zone of no party
    count = models.IntegerField()
    last_day = models.CharField(max_length=10, blank=True, default="")  # empty: one of its names has no day
    days = BytesField()
    answers = models.TextField(blank=True, default="")  # runs, as `core.dga` says; empty: all wait
    answered_at = MomentField(null=True)
    told_at = MomentField(null=True)  # when it was written to the ledger; of a part that we answered, our answer
    verdict = models.CharField(max_length=14, blank=True, default="")  # what the memorandum said last
    clause = models.CharField(max_length=20, blank=True, default="")
    reason = models.CharField(max_length=60, blank=True, default="")
    asked_at = MomentField(null=True)

    class Meta:
        db_table = "dga_part"
        constraints = (models.UniqueConstraint(fields=["list", "zone", "number"], name="dga_part_once"),)
        indexes = (
            # What was offered, or answered, and did not leave yet: what a round looks for.
            models.Index(
                fields=["asked_at"], condition=models.Q(told_at=None, asked_at__isnull=False), name="dga_part_waiting"
            ),
            models.Index(
                fields=["answered_at"], condition=models.Q(told_at=None, answered_at__isnull=False),
                name="dga_part_answered",
            ),
        )  # fmt: skip


class DgaName(models.Model):
    """A name of our own zones in a part: what makes it dangerous to act on, what was found, what was answered."""

    part = models.ForeignKey(DgaPart, on_delete=models.PROTECT)
    place = models.IntegerField()  # within the part
    name = models.CharField(max_length=253)
    day = models.CharField(max_length=10, blank=True, default="")
    dangers = models.CharField(max_length=60, blank=True, default="")
    check_state = models.CharField(max_length=14)
    checked_at = MomentField(null=True)
    registered_at = MomentField(null=True)
    next_at = MomentField(null=True)
    answer = models.CharField(max_length=24)

    class Meta:
        db_table = "dga_name"
        constraints = (models.UniqueConstraint(fields=["part", "place"], name="dga_name_once"),)
        indexes = (
            models.Index(fields=["name"], name="dga_name_name"),
            models.Index(fields=["next_at"], condition=models.Q(next_at__isnull=False), name="dga_name_due"),
        )


class DgaCount(models.Model):
    """How many names of a zone and day have which answer; of others' zones only this is known."""

    list = models.ForeignKey(DgaList, on_delete=models.PROTECT)
    zone = models.CharField(max_length=63)
    day = models.CharField(max_length=10, blank=True, default="")
    counts = models.JSONField(default=dict)
    version = models.IntegerField(default=0)  # the list's, when it changed last

    class Meta:
        db_table = "dga_count"
        constraints = (models.UniqueConstraint(fields=["list", "zone", "day"], name="dga_count_once"),)


class DgaTold(models.Model):
    """Up to which version a partner was told how a list of ours stands."""

    list = models.ForeignKey(DgaList, on_delete=models.PROTECT)
    partner = models.CharField(max_length=120)
    version = models.IntegerField(default=0)
    verdict = models.CharField(max_length=14, blank=True, default="")
    clause = models.CharField(max_length=20, blank=True, default="")
    reason = models.CharField(max_length=60, blank=True, default="")
    at = MomentField()

    class Meta:
        db_table = "dga_told"
        constraints = (models.UniqueConstraint(fields=["list", "partner"], name="dga_told_once"),)


class DgaEvent(models.Model):
    """Who answered what for how many names, and why."""

    list = models.ForeignKey(DgaList, on_delete=models.PROTECT)
    event = models.CharField(max_length=20)
    actor = models.CharField(max_length=150)
    role = models.CharField(max_length=20)
    answer = models.CharField(max_length=24, blank=True, default="")
    names = models.IntegerField(default=0)
    asked = models.CharField(max_length=300, blank=True, default="")  # which names: the filter
    note = models.CharField(max_length=500, blank=True, default="")
    at = MomentField()

    class Meta:
        db_table = "dga_event"
