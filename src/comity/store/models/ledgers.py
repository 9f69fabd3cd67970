"""Links, their ledgers with entries and tiles, and what stands beside: displaced entries, revoked keys, erasures."""

from django.db import models

from comity.store.fields import BytesField, MomentField


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
        indexes = (
            models.Index(fields=["subject"], name="ledger_entry_subject"),
            models.Index(
                fields=["ledger", "position"], condition=models.Q(refused="unknown-kind"), name="ledger_entry_kept"
            ),
        )


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
