"""Answers of registration data servers: what is taken over, what is left out, and what is refused with its code."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.observations import Registration
from comity.testing.rdap_responder import REGISTRANT, domain
from comity.wire.rdap import BOOTSTRAP_MAX_BYTES, MAX_BYTES, RdapProblem, is_server, parse_bootstrap, parse_domain

NAME = "kassa-demo.ru"


def read(**changed: Any) -> Registration | RdapProblem:
    return parse_domain(json.dumps(domain(NAME, **changed)).encode(), asked=NAME)


def code_of(**changed: Any) -> str:
    found = read(**changed)
    assert isinstance(found, RdapProblem)
    assert found.reason
    return found.code


def test_what_is_taken_over() -> None:
    assert read() == Registration(
        name=NAME,
        registrar="Demo Registrar LLC",
        registrar_id="9999",
        abuse_email="abuse@registrar-demo.ru",
        statuses=("clientHold", "serverTransferProhibited"),
        name_servers=("ns1.host-demo.ru", "ns2.host-demo.ru"),
        registered_at=datetime(2026, 11, 20, 8, tzinfo=UTC),
        changed_at=datetime(2026, 11, 21, 7, 30, tzinfo=UTC),
        expires_at=datetime(2027, 11, 20, 8, tzinfo=UTC),
        is_signed=True,
    )


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"ldhName": "stranger.ru"}, "other-name"),
        ({"ldhName": None}, "malformed"),
        ({"ldhName": ""}, "other-name"),
        ({"objectClassName": "entity"}, "not-a-domain"),
        ({"status": "active"}, "malformed"),
        ({"status": [1]}, "malformed"),
        ({"events": {"registration": "now"}}, "malformed"),
        ({"nameservers": [{"ldhName": "a b"}]}, "bad-name-server"),
        ({"nameservers": [{"ldhName": f"ns{n}.a.ru"} for n in range(65)]}, "bad-name-server"),
        ({"entities": [{"roles": ["registrar"], "handle": "gro\u202eRU"}]}, "unsafe-text"),
        (
            {"entities": [{"roles": ["registrar"], "vcardArray": ["vcard", [["fn", {}, "text", "A\u2066B"]]]}]},
            "unsafe-text",
        ),
        ({"remarks": "x" * MAX_BYTES}, "too-large"),
    ],
)
def test_each_refusal_has_its_code(changed: dict[str, Any], code: str) -> None:
    assert code_of(**changed) == code


def test_a_depth_that_no_answer_has_is_no_answer() -> None:
    deep = b'{"entities":[' * 20_000
    assert isinstance(parse_domain(deep, asked=NAME), RdapProblem)
    arrays = b'{"objectClassName":"domain","x":' + b"[" * 100_000
    assert isinstance(parse_domain(arrays, asked=NAME), RdapProblem)


@pytest.mark.parametrize("when", ["2026-11-20", "2026-11-20T08:00:00", "yesterday", "9999-12-31T23:59:59Z", ""])
def test_a_date_without_zone_or_sense_is_left_out(when: str) -> None:
    found = read(events=[{"eventAction": "registration", "eventDate": when}])
    assert isinstance(found, Registration)
    assert found.registered_at is None


@pytest.mark.parametrize("email", ["a@b.ru, c@d.ru", "a@b.ru\r\nBcc: c@d.ru", 7, None, ["a@b.ru"]])
def test_an_abuse_contact_that_is_no_address_is_left_out(email: object) -> None:
    card = ["vcard", [["email", {}, "text", email]]]
    found = read(entities=[{"roles": ["registrar"], "entities": [{"roles": ["abuse"], "vcardArray": card}]}])
    assert isinstance(found, Registration)
    assert found.abuse_email == ""


def test_a_registrant_s_address_is_not_read_even_where_it_is_called_an_abuse_contact() -> None:
    card = ["vcard", [["email", {}, "text", REGISTRANT]]]
    for entity in (
        {"roles": ["registrant", "abuse"], "vcardArray": card},
        {"roles": ["registrant"], "entities": [{"roles": ["abuse"], "vcardArray": card}]},
    ):
        found = read(entities=[entity])
        assert isinstance(found, Registration)
        assert found.abuse_email == ""


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("active", "ok"), ("client hold", "clientHold"), ("server update prohibited", "serverUpdateProhibited"),
        ("pending delete", "pendingDelete"), ("inactive", "inactive"), ("Associated", "linked"),
    ],
)  # fmt: skip
def test_statuses_are_those_of_epp(word: str, status: str) -> None:
    found = read(status=[word, "\u202eevil", "x" * 500])
    assert isinstance(found, Registration)
    assert found.statuses == (status,)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(domain(NAME))), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(sorted(domain(NAME))), JSON, max_size=4))
def test_whatever_is_changed_it_is_an_answer_about_that_name_or_a_refusal(changed: dict[str, Any]) -> None:
    found = read(**changed)
    assert isinstance(found, RdapProblem) or found.name == NAME


@given(st.binary(max_size=64))
def test_octets_are_refused_or_read(data: bytes) -> None:
    assert isinstance(parse_domain(data, asked=NAME), RdapProblem)
    assert isinstance(parse_bootstrap(data), dict | RdapProblem)


def test_the_bootstrap_list_gives_https_servers_by_zone() -> None:
    services = [
        [["ru", "XN--P1AI"], ["http://a.example/", "https://a.example/"]],
        [["old"], ["http://b.example/"]],
        [["рф"], ["https://c.example/"]],
    ]
    found = parse_bootstrap(json.dumps({"version": "1.0", "services": services}).encode())
    assert found == {"ru": "https://a.example/", "xn--p1ai": "https://a.example/"}
    assert isinstance(parse_bootstrap(b'{"services":[[]]}'), RdapProblem)
    assert isinstance(parse_bootstrap(b" " * (BOOTSTRAP_MAX_BYTES + 1)), RdapProblem)


@pytest.mark.parametrize(
    "url",
    ["http://a.example/", "https://", "https://u:p@a.example/", "https://a.example/?q", "https://a.example:99999/",
     "https://a.example/ x", "https://a.example/\r\n", "ftp://a.example/", "https://пример.рф/"],
)  # fmt: skip
def test_what_is_no_server_s_address(url: str) -> None:
    assert not is_server(url)
