"""The schema of the store: which migrations it has, and bringing it to another set of them."""

from collections.abc import Iterable

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def migration_names() -> tuple[str, ...]:
    """Tell which migrations were applied to the store, as `application.name`."""
    return tuple(sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()))


def unknown_migrations(names: Iterable[str]) -> list[str]:
    """Tell which of these migrations this program does not know: they are of a newer one."""
    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    return sorted(set(names) - known)


def migrate_to(names: Iterable[str]) -> None:
    """Bring the store to the schema that has exactly these migrations, forwards or backwards."""
    last = {app: name for app, _dot, name in (name.partition(".") for name in sorted(names))}
    for app, name in last.items():
        call_command("migrate", app, name, interactive=False, verbosity=0)


def migrate_to_newest() -> None:
    """Bring the store to this program's schema."""
    call_command("migrate", interactive=False, verbosity=0)
