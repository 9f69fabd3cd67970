"""Holidays of the partners' countries, moved working days among them, and what a node adds to them."""

from datetime import date

import pytest

from comity.edges.holiday_calendar import find_zone, is_known, load_days, make_calendar

MON_TO_FRI = ("mon", "tue", "wed", "thu", "fri")


@pytest.mark.parametrize(
    ("listed", "off", "on"),
    [
        ("ru", "2026-01-09", "2025-11-01"),  # a substituted day off; a Saturday that was worked for the 3rd
        ("by", "2026-04-20", "2026-04-25"),
        ("vn", "2026-08-31", "2026-08-22"),
        ("cn", "2026-02-20", "2026-02-14"),
    ],
)
def test_days_that_a_government_moved(listed: str, off: str, on: str) -> None:
    days = load_days(listed)
    assert date.fromisoformat(off) in days.off
    assert date.fromisoformat(on) in days.on
    assert not days.off & days.on
    one = make_calendar("Europe/Minsk", MON_TO_FRI, "09:00-18:00", listed)
    assert not one.works_on(date.fromisoformat(off))
    assert one.works_on(date.fromisoformat(on))


def test_what_nobody_knows_has_no_days_and_no_zone() -> None:
    assert not is_known("atlantis")
    assert not is_known("")
    assert load_days("atlantis").off == frozenset()
    assert find_zone("Europe/Atlantis") is None
    assert find_zone("../../etc/passwd") is None
    one = make_calendar("Europe/Atlantis", MON_TO_FRI, "09:00-18:00", "")
    assert one.tz_name == "Europe/Atlantis"
    assert one.mark != make_calendar("UTC", MON_TO_FRI, "09:00-18:00", "").mark


def test_what_the_node_says_prevails_over_the_list() -> None:
    off, on = date(2026, 4, 25), date(2026, 4, 20)
    one = make_calendar("Europe/Minsk", MON_TO_FRI, "09:00-18:00", "by", (off,), (on,))
    assert not one.works_on(off)
    assert one.works_on(on)
    assert one.mark != make_calendar("Europe/Minsk", MON_TO_FRI, "09:00-18:00", "by").mark
