"""The library of experience: articles with their versions, what happened to them, and remarks; and what is searched."""

from django.db import models

from comity.store.fields import MomentField


class Article(models.Model):
    """A playbook or case study of one origin.  `categories` and `techniques` are words between spaces: " a b "."""

    uuid = models.CharField(max_length=36, unique=True)
    origin = models.CharField(max_length=120)  # a party; or `comity`, whose articles the program brings
    kind = models.CharField(max_length=20)
    categories = models.CharField(max_length=200, default=" ")
    techniques = models.CharField(max_length=1400, default=" ")
    tlp = models.CharField(max_length=14)
    language = models.CharField(max_length=2)  # of the original
    version = models.IntegerField()  # the newest of the original that is here
    state = models.CharField(max_length=12)  # of that version: draft agreed superseded
    source_origin = models.CharField(max_length=120, blank=True, default="")  # of an adopted copy: whose article it was
    source_uuid = models.CharField(max_length=36, blank=True, default="")
    source_version = models.IntegerField(default=0)
    replaced_by = models.CharField(max_length=36, blank=True, default="")
    created_at = MomentField()
    changed_at = MomentField()
    withdrawn_at = MomentField(null=True)

    class Meta:
        db_table = "article"
        indexes = (models.Index(fields=["source_uuid"], name="article_source"),)


class ArticleVersion(models.Model):
    """One text in one language.  Append-only; of an erased one only the numbers are left."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT)
    language = models.CharField(max_length=2)
    number = models.IntegerField()
    translates = models.IntegerField(default=0)  # the original's version; 0: it is the original
    title = models.CharField(max_length=200)
    body = models.TextField()  # Markdown
    party = models.CharField(max_length=120)
    author = models.CharField(max_length=150)
    note = models.CharField(max_length=500, blank=True, default="")  # what is different
    at = MomentField()
    erased_at = MomentField(null=True)

    class Meta:
        db_table = "article_version"
        constraints = (models.UniqueConstraint(fields=["article", "language", "number"], name="article_version_once"),)


class ArticleEvent(models.Model):
    """Who did what to an article; of an exchange, with whom and by which clause."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT)
    event = models.CharField(max_length=20)
    party = models.CharField(max_length=120)
    actor = models.CharField(max_length=150)
    partner = models.CharField(max_length=120, blank=True, default="")
    language = models.CharField(max_length=2, blank=True, default="")
    version = models.IntegerField(default=0)
    clause = models.CharField(max_length=20, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")
    at = MomentField()

    class Meta:
        db_table = "article_event"


class ArticleAnnotation(models.Model):
    """A remark on an article: ours, or a partner's on one of ours."""

    uuid = models.CharField(max_length=36, unique=True)
    article = models.ForeignKey(Article, on_delete=models.PROTECT)
    language = models.CharField(max_length=2)
    version = models.IntegerField()
    party = models.CharField(max_length=120)
    author = models.CharField(max_length=150)
    text = models.TextField()
    at = MomentField()
    told_at = MomentField(null=True)  # of ours on a partner's article: when it was written to the ledger
    erased_at = MomentField(null=True)

    class Meta:
        db_table = "article_annotation"


class SearchDocument(models.Model):
    """What can be found by its words.  `title_words` and `body_words` are `core.search_words`, encoded and spaced.

    Each database indexes these two columns in its own way (the migration says how); `store.full_text` asks it.
    """

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=36)
    language = models.CharField(max_length=2)
    title = models.TextField()
    body = models.TextField()
    title_words = models.TextField()
    body_words = models.TextField()

    class Meta:
        db_table = "search_document"
        constraints = (models.UniqueConstraint(fields=["kind", "key", "language"], name="search_document_once"),)
