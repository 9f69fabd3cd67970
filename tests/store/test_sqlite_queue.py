"""Writers of one SQLite file stand in a queue: each gets its turn, a dead one gives it up, readers pass by."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.db.utils import ConnectionHandler

from comity.edges.home import database_entry
from comity.store.sqlite.base import DatabaseWrapper
from comity.store.sqlite.writer_queue import WriterQueue
from comity.testing.machine import SmallDisk


@pytest.fixture
def database(tmp_path: Path, django_db_blocker: Any) -> Iterator[Path]:
    """A file of its own with one table, beside the store of the test run."""
    made = sqlite3.connect(tmp_path / "store.sqlite3")
    made.execute("PRAGMA journal_mode=WAL")
    made.execute("CREATE TABLE written (id INTEGER PRIMARY KEY, text TEXT UNIQUE)")
    made.close()
    with django_db_blocker.unblock():
        yield tmp_path / "store.sqlite3"


@contextmanager
def opened(database: Path) -> Iterator[DatabaseWrapper]:
    """A connection of its own, as a node's processes have it."""
    entry = database_entry(f"sqlite:////{database}", base=database.parent)
    made = ConnectionHandler({"default": entry}).create_connection("default")
    assert isinstance(made, DatabaseWrapper)
    try:
        yield made
    finally:
        made.close()


def is_taken(database: Path) -> bool:
    """Whether somebody holds the queue: a writer that comes now would wait."""
    done = subprocess.run(["flock", "--nonblock", f"{database}-writer", "true"], check=False)
    return done.returncode != 0


def insert(connection: Any, text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO written (text) VALUES (%s)", [text])


@contextmanager
def atomic(connection: DatabaseWrapper) -> Iterator[None]:
    """What `transaction.atomic` does, for a connection that has no alias of its own."""
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    try:
        yield
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    finally:
        connection.set_autocommit(True)


def test_a_transaction_holds_the_queue_until_it_ends(database: Path) -> None:
    with opened(database) as connection:
        with atomic(connection):
            insert(connection, "kept")
            with connection.cursor() as cursor:
                cursor.execute("SAVEPOINT inner_one")
                cursor.execute("INSERT INTO written (text) VALUES ('given up')")
                cursor.execute("ROLLBACK TO inner_one")
                cursor.execute("RELEASE inner_one")
            assert is_taken(database)
        assert not is_taken(database)
        with connection.cursor() as cursor:
            assert cursor.execute("SELECT text FROM written").fetchall() == [("kept",)]


def insert_twice(connection: DatabaseWrapper) -> None:
    with atomic(connection):
        insert(connection, "one")
        insert(connection, "one")


def test_a_transaction_that_fails_leaves_the_queue(database: Path) -> None:
    with opened(database) as connection:
        with pytest.raises(IntegrityError):
            insert_twice(connection)
        assert not is_taken(database)
        with connection.cursor() as cursor:
            assert cursor.execute("SELECT count(*) FROM written").fetchone() == (0,)


def test_a_statement_of_its_own_takes_a_turn_and_gives_it_back(database: Path) -> None:
    held: list[bool] = []
    with opened(database) as connection:
        connection.connect()
        connection.connection.create_function("is_held", 0, lambda: held.append(is_taken(database)))
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO written (text) VALUES (is_held())")
            cursor.executemany("INSERT INTO written (text) VALUES (%s)", [("a",), ("b",)])
            cursor.execute("SELECT is_held()").fetchall()
        assert held == [True, False]
        assert not is_taken(database)


def test_a_connection_that_closes_in_a_transaction_leaves_the_queue(database: Path) -> None:
    with opened(database) as connection:
        connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        insert(connection, "lost")
        assert is_taken(database)
        connection.close()
        assert not is_taken(database)


def test_a_killed_writer_leaves_the_queue_and_readers_never_enter_it(database: Path) -> None:
    code = (
        "import sys, time\nfrom comity.store.sqlite.writer_queue import WriterQueue\n"
        "WriterQueue(sys.argv[1]).enter()\nprint('held', flush=True)\ntime.sleep(600)"
    )
    written = threading.Event()
    thread = threading.Thread(target=lambda: (write_once(database), written.set()))
    with subprocess.Popen([sys.executable, "-c", code, str(database)], stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            with opened(database) as reader, reader.cursor() as cursor:
                assert cursor.execute("SELECT count(*) FROM written").fetchone() == (0,)
            thread.start()
            assert not written.wait(0.3)
        finally:
            holder.kill()
    assert written.wait(10)
    thread.join()


def write_once(database: Path) -> None:
    with opened(database) as connection, atomic(connection):
        insert(connection, "after")


def test_turns_go_round(database: Path) -> None:
    """Two that always want to write alternate: none is let in twice while the other waits."""
    order: list[str] = []
    barrier = threading.Barrier(2)

    def work(name: str) -> None:
        queue = WriterQueue(str(database))
        barrier.wait()
        for _ in range(50):
            queue.enter()
            order.append(name)
            time.sleep(0.002)  # long enough for the other one to stand in line
            queue.leave()
        queue.close()

    threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(order) == 100
    repeats = sum(first == second for first, second in pairwise(order))
    assert repeats <= 5  # one that is not yet, or no longer, in line


def test_without_side_files_a_writer_still_writes(database: Path) -> None:
    Path(f"{database}-turn").symlink_to("/proc/nowhere/turn")
    with opened(database) as connection:
        with atomic(connection):
            insert(connection, "written")
        with pytest.raises(OperationalError, match="no such table"), connection.cursor() as cursor:
            cursor.execute("INSERT INTO elsewhere VALUES (1)")
        with connection.cursor() as cursor:
            assert cursor.execute("SELECT text FROM written").fetchall() == [("written",)]


@pytest.mark.django_db(transaction=True)
def test_the_node_s_own_store_uses_it() -> None:
    connection = transaction.get_connection()
    if connection.vendor == "sqlite":
        assert isinstance(connection, DatabaseWrapper)
        with transaction.atomic(), transaction.atomic():
            assert is_taken(Path(connection.settings_dict["NAME"]))
        assert not is_taken(Path(connection.settings_dict["NAME"]))
    else:
        assert connection.settings_dict["ENGINE"] == "django.db.backends.postgresql"


# As a process that is killed leaves a store: with its log and the index of it beside it.
LEAVE = """
import os, sqlite3, sys
made = sqlite3.connect(sys.argv[1], isolation_level=None)
made.execute("PRAGMA journal_mode=WAL")
made.execute("CREATE TABLE written (id INTEGER PRIMARY KEY, text TEXT UNIQUE)")
os._exit(0)
"""


def test_what_is_opened_beside_a_connection_that_only_reads_is_let_go_with_it(
    tmp_path: Path, django_db_blocker: Any
) -> None:
    """Else one thread that reads keeps the others of its process from writing, long after the disk is well again."""
    with SmallDisk(tmp_path / "disk") as disk, django_db_blocker.unblock():
        database = disk.path / "store.sqlite3"
        subprocess.run([sys.executable, "-c", LEAVE, str(database)], check=True)
        with opened(database) as first, opened(database) as beside, opened(database) as later:
            with disk.read_only():
                first.ensure_connection()
                assert first.only_reads
            with pytest.raises(OperationalError, match="readonly"):
                insert(beside, "written beside it")
            first.close_if_unusable_or_obsolete()
            first.ensure_connection()
            assert first.only_reads
            for one in (first, beside):
                one.close_if_unusable_or_obsolete()
                assert one.connection is None
            insert(later, "written when all had let go")
            assert not later.only_reads
            insert(beside, "written by the same as before")
