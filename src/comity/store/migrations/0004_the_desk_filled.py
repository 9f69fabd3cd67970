"""What the desk's tables hold of what was there before, and the indexes that Django has no words for.

Cases that are open have a clock that is due at once: the desk's next round folds their entries and puts the real ones
in its place.  Cases that were merged point to the case they follow; names that have a U-label can be found by it; each store indexes
the words of `search_document` in its own way (store.full_text asks in the same words).
"""

import json
from typing import Any

from django.db import migrations

from comity.core.labels import Host, fold_host

# SQLite would make the table anew, without its triggers, to alter a column of it: who does that makes them again.
SQLITE = (
    "CREATE VIRTUAL TABLE search_index USING fts5(title_words, body_words, "
    "content='search_document', content_rowid='id', tokenize='ascii')",
    "CREATE TRIGGER search_document_in AFTER INSERT ON search_document BEGIN "
    "INSERT INTO search_index(rowid, title_words, body_words) VALUES (new.id, new.title_words, new.body_words); END",
    "CREATE TRIGGER search_document_out AFTER DELETE ON search_document BEGIN "
    "INSERT INTO search_index(search_index, rowid, title_words, body_words) "
    "VALUES ('delete', old.id, old.title_words, old.body_words); END",
    "CREATE TRIGGER search_document_new AFTER UPDATE ON search_document BEGIN "
    "INSERT INTO search_index(search_index, rowid, title_words, body_words) "
    "VALUES ('delete', old.id, old.title_words, old.body_words); "
    "INSERT INTO search_index(rowid, title_words, body_words) VALUES (new.id, new.title_words, new.body_words); END",
)
POSTGRESQL = (
    "CREATE INDEX search_document_words ON search_document USING gin ("
    "(setweight(to_tsvector('simple'::regconfig, title_words), 'A') || "
    "setweight(to_tsvector('simple'::regconfig, body_words), 'C')))",
)


def index_words(_apps: Any, schema_editor: Any) -> None:
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, None)


def forget_words(_apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX search_document_words", None)
        return
    for name in ("in", "out", "new"):
        schema_editor.execute(f"DROP TRIGGER search_document_{name}", None)
    schema_editor.execute("DROP TABLE search_index", None)


def find_merges(apps: Any, _schema_editor: Any) -> None:
    """Cases that were merged before there was this table: their last entry of the kind names the case they follow."""
    case, event, merge = (apps.get_model("store", name) for name in ("Case", "CaseEvent", "CaseMerge"))
    for pk in case.objects.filter(state="merged").values_list("pk", flat=True):
        entries = event.objects.filter(case_id=pk, event="merge_duplicate").order_by("-seq")
        detail = entries.values_list("detail", flat=True).first()
        related = json.loads(bytes(detail)).get("related", "") if detail else ""
        parent = case.objects.filter(uuid=related).values_list("pk", flat=True).first()
        if parent is not None:
            merge.objects.create(case_id=pk, parent_id=parent)


def name_in_scripts(apps: Any, _schema_editor: Any) -> None:
    """Names that have a U-label can be found by its beginning; those that were there before, too."""
    case, script_name = apps.get_model("store", "Case"), apps.get_model("store", "ScriptName")
    found = case.objects.filter(registrable__contains="xn--").order_by("pk").values_list("pk", "registrable")
    batch = []
    for pk, registrable in found.iterator(chunk_size=2000):
        host = fold_host(registrable)
        if isinstance(host, Host) and host.unicode != registrable:
            batch.append(script_name(case_id=pk, text=host.unicode))
    script_name.objects.bulk_create(batch, batch_size=2000)


def begin_of_names(_apps: Any, schema_editor: Any) -> None:
    """PostgreSQL finds what begins with something by an index of its own operators, whatever the database's locale."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE INDEX case_registrable_like ON abuse_case (registrable varchar_pattern_ops)")


def forget_beginnings(_apps: Any, schema_editor: Any) -> None:
    """Take that index away again: a backup of an older schema is filled in there, and brought forward after."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX case_registrable_like")


CLOCKS = """
INSERT INTO case_clock (case_id, kind, number, owed_by, owed_to, clause, started_at, due_at, paused_us, next_at,
                        next_percent)
SELECT id, 'acknowledge', 0, party, '', '', opened_at, opened_at, 0, 0, 0 FROM abuse_case
WHERE state NOT IN ('closed', 'merged')"""


class Migration(migrations.Migration):

    dependencies = [("store", "0003_the_desk")]

    operations = [
        migrations.RunSQL(CLOCKS, migrations.RunSQL.noop),
        migrations.RunPython(find_merges, migrations.RunPython.noop),
        migrations.RunPython(name_in_scripts, migrations.RunPython.noop),
        migrations.RunPython(begin_of_names, forget_beginnings),
        migrations.RunPython(index_words, forget_words),
    ]
