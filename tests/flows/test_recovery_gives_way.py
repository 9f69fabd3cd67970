"""A recovery holds the ledger and wants a case; the desk holds the case and wants the ledger: the first gives way."""

from pathlib import Path
from threading import Event, Thread

import pytest
from django.db import OperationalError, connection, transaction

from comity.flows.recover import begin_recovery, lock_to_recover
from comity.store import models
from comity.store.outgoing import lock_outgoing
from flows.two_parties import Parties, file, phishing

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_a_verb_and_a_recovery_that_wait_for_each_other_the_recovery_tries_again(tmp_path: Path) -> None:
    parties = Parties(tmp_path)
    parties.sit(parties.ru)
    file(parties.ru, phishing("http://bank-demo-1.by/login"))
    begin_recovery("oac.by")
    if connection.vendor == "sqlite":
        pytest.skip("on SQLite one transaction writes at a time: nobody can hold one lock and wait for another")
    has_ledger, has_case = Event(), Event()
    done: list[str] = []

    def verb() -> None:
        try:
            with transaction.atomic():
                models.Case.objects.select_for_update().get()
                has_case.set()
                has_ledger.wait(10)
                lock_outgoing("oac.by")
            done.append("verb")
        finally:
            connection.close()

    thread = Thread(target=verb)
    with transaction.atomic():
        lock_to_recover("oac.by")
        thread.start()
        assert has_case.wait(10)
        has_ledger.set()
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            models.Case.objects.select_for_update().get()
        transaction.set_rollback(True)
    thread.join(10)
    assert done == ["verb"]
    with transaction.atomic():
        lock_to_recover("oac.by")
        assert models.Case.objects.select_for_update().count() == 1
