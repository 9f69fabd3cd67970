"""How a command ends: one clear line on stderr and a non-zero exit on error, never a traceback at a user.

With --json a command prints exactly one JSON document on stdout; everything else goes to stderr.
"""

import os
import sys
from collections.abc import Sequence
from typing import Any, Final

import click
import orjson

from comity.core.errors import ComityError

_ADVICE: Final = (
    (("connect", "server closed", "terminating"), "see that its server runs and can be reached"),
    (
        ("no such table", "no such column", "has no column", "does not exist"),
        "comity serve brings an older one up to date",
    ),
    (("disk is full", "no space left", "could not extend"), "make room on its disk; nothing of this was done"),
    (("readonly", "read-only"), "it takes no writes: let this account write to it, or see why its server does not"),
    (("locked", "deadlock", "lock timeout"), "others write to it; nothing of this was done, try again"),
    (("not a database", "malformed"), "it is damaged: see comity doctor, and comity restore for a backup"),
)


def run(command: click.Command, arguments: Sequence[str]) -> int:
    """Run a command and return its exit code: 0 well, 1 refused or failed, 2 misused, 130 interrupted."""
    try:
        result = command.main(args=list(arguments), prog_name="comity", standalone_mode=False)
    except ComityError as error:
        click.echo(f"comity: {error} [{error.code}]", err=True)
        return 1
    except click.ClickException as error:
        error.show(file=sys.stderr)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("comity: interrupted; run the same command again, nothing is done twice", err=True)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        click.echo(f"comity: {error.filename or 'system'}: {error.strerror or error}", err=True)
        return 1
    except _database_errors() as error:
        line = " ".join(str(error).split())
        click.echo(f"comity: the node's database: {line} [database]; {_advice(line)}", err=True)
        return 1
    return result if isinstance(result, int) else 0


def _advice(line: str) -> str:
    """Say what can be done about what the database said, in SQLite's words or PostgreSQL's."""
    said = line.lower()
    return next((advice for words, advice in _ADVICE if any(word in said for word in words)), "see comity doctor")


def _database_errors() -> tuple[type[Exception], ...]:
    """The store's own errors, where a store is in use at all: `comity names` starts without one."""
    store = sys.modules.get("django.db")
    return () if store is None else (store.DatabaseError, store.InterfaceError)


def print_json(document: Any) -> None:
    """Print one JSON document on stdout."""
    sys.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode() + "\n")
    sys.stdout.flush()  # whoever reads it must not wait for the command to end
