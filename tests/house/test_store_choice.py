"""The test run stands on the store it says it stands on."""

import os

import pytest
from django.db import connection

from comity.store.fields import micros
from comity.store.models import Link


@pytest.mark.django_db
def test_the_store_is_the_one_that_was_asked_for() -> None:
    wanted = os.environ.get("COMITY_TEST_DATABASE", "sqlite")
    assert connection.vendor == wanted
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM link")
        assert cursor.fetchone() == (0,)
    assert Link.objects.count() == 0
    assert micros.__module__ == "comity.store.fields"
