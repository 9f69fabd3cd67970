"""Whose registrar it is, and where the notice goes: by identifier, by handle, by the same name, never by likeness."""

from comity.core.observations import Registration
from comity.core.registrars import Registrar, find_recipient, find_registrar

ONE = Registrar(
    handle="ONE-RU", name="First Registrar", email="abuse@one-demo.ru", iana_id="101", zones=("ru",), language="ru"
)
TWO = Registrar(handle="TWO", name="Second  registrar", email="abuse@two-demo.by", language="be")
DIRECTORY = (ONE, TWO)


def seen(registrar: str = "", registrar_id: str = "", abuse_email: str = "") -> Registration:
    return Registration(name="kassa-demo.ru", registrar=registrar, registrar_id=registrar_id, abuse_email=abuse_email)


def test_identifier_and_handle_come_before_the_name() -> None:
    assert find_registrar(DIRECTORY, seen("SECOND registrar", "101"), zone="ru") == ONE
    assert find_registrar(DIRECTORY, seen("whoever", "one-ru"), zone="ru") == ONE
    assert find_registrar(DIRECTORY, seen("SECOND registrar"), zone="ru") == TWO


def test_likeness_is_not_enough_and_a_row_serves_its_zones_only() -> None:
    assert find_registrar(DIRECTORY, seen("First Registrar LLC"), zone="ru") is None
    assert find_registrar(DIRECTORY, seen("First Registrar", "101"), zone="by") is None


def test_two_rows_that_fit_answer_nothing() -> None:
    twin = Registrar(handle="OTHER", name="second registrar", email="x@two-demo.by")
    assert find_registrar((*DIRECTORY, twin), seen("Second registrar"), zone="by") is None


def test_the_directory_says_the_address_before_the_registration_does() -> None:
    found = find_recipient(DIRECTORY, seen("First Registrar", abuse_email="else@one-demo.ru"), zone="ru")
    assert found is not None
    assert (found.address, found.language, found.source) == ("abuse@one-demo.ru", "ru", "directory")


def test_an_unknown_registrar_is_written_to_at_its_abuse_contact_in_the_zone_s_language() -> None:
    found = find_recipient(DIRECTORY, seen("Nobody", abuse_email="abuse@nobody-demo.vn"), zone="vn")
    assert found is not None
    assert (found.address, found.language, found.source) == ("abuse@nobody-demo.vn", "vi", "rdap")


def test_without_an_address_nobody_is_written_to() -> None:
    assert find_recipient(DIRECTORY, seen("Nobody"), zone="ru") is None
    assert find_recipient(DIRECTORY, seen("Nobody", abuse_email="a@b.ru, c@d.ru"), zone="ru") is None
    assert find_recipient(DIRECTORY, None, zone="ru") is None
