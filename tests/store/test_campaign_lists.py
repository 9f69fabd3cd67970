"""Which cases a search for siblings comes to: the newest first, so that names that are gone let no newer one wait."""

from datetime import date

import pytest

from comity.store.campaigns import cases_to_search
from flows.siblings_made import confirmed_case

pytestmark = pytest.mark.django_db


def test_cases_whose_names_are_gone_let_no_newer_case_wait() -> None:
    gone, newer = confirmed_case(name="demo-gone.by"), confirmed_case(name="demo-newer.by")
    assert cases_to_search(("by",), date(2026, 11, 26), limit=1) == [newer]
    assert cases_to_search(("by",), date(2026, 11, 26), limit=9) == [newer, gone]
    assert cases_to_search(("ru",), date(2026, 11, 26), limit=9) == []
