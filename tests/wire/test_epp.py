"""EPP's octets: what is written reads as it was meant, and what a stranger sends is read or refused."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from comity.core.epp_statuses import STATUSES, may_set, next_update, settable
from comity.core.errors import InputError
from comity.testing.registry import SCHEMA
from comity.wire.epp import (
    DOMAIN,
    EPP,
    MAX_FRAME_BYTES,
    EppProtocolError,
    Greeting,
    frame,
    parse_answer,
    parse_greeting,
    parse_length,
    render_hello,
    render_info,
    render_login,
    render_logout,
    render_update,
)

GREETING = Greeting("Registry", ("1.0",), ("ru", "en"), (DOMAIN, "urn:x:host"), ("urn:ietf:params:xml:ns:secDNS-1.1",))
SCHEMA_OF_EPP = etree.RelaxNG(etree.parse(str(SCHEMA)))
SETTABLE = sorted(settable(STATUSES))
STATUS_SETS = st.frozensets(st.sampled_from(SETTABLE))


def answer(body: str) -> bytes:
    return f'<epp xmlns="{EPP}"><response>{body}</response></epp>'.encode()


INFO = (
    '<result code="1000"><msg>ok</msg></result><resData>'
    f'<d:infData xmlns:d="{DOMAIN}"><d:name>A-Demo.BY</d:name><d:roid>D1-X</d:roid><d:status s="ok"/>'
    "<d:ns><d:hostAttr><d:hostName>NS1.demo.by</d:hostName></d:hostAttr></d:ns><d:clID>registrar-a</d:clID></d:infData>"
    "</resData><trID><clTRID>abc-1</clTRID><svTRID>s-1</svTRID></trID>"
)


@pytest.mark.parametrize(
    "document",
    [
        render_hello(),
        render_login("registry", "pass&<word", GREETING, cltrid="abc"),
        render_logout(cltrid="abc-1"),
        render_info("xn--e1afmkfd.xn--90ais", cltrid="a.b:c/1"),
        render_update("a-demo.by", add=["serverHold", "serverUpdateProhibited"], remove=["clientHold"], cltrid="abc"),
    ],
)
def test_what_is_written_is_what_the_rfcs_let_one_say(document: bytes) -> None:
    SCHEMA_OF_EPP.assertValid(etree.fromstring(document))
    assert parse_length(frame(document)[:4]) == len(document)


def test_the_services_of_the_greeting_are_echoed() -> None:
    login = render_login("registry", "secret-1", GREETING, cltrid="abc").decode()
    assert login.count("<objURI>") == 2
    assert "<lang>en</lang>" in login
    assert "secDNS-1.1" in login


def test_a_domain_is_read_as_the_registry_has_it() -> None:
    found = parse_answer(answer(INFO))
    assert (found.code, found.verdict, found.cltrid, found.svtrid) == (1000, "done", "abc-1", "s-1")
    assert found.domain is not None
    assert (found.domain.name, found.domain.sponsor, found.domain.nameservers) == (
        "a-demo.by",
        "registrar-a",
        ("ns1.demo.by",),
    )


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (1001, "pending"), (2201, "not-allowed"), (2303, "not-found"), (2304, "prohibited"), (2306, "refused"),
        (2400, "transient"), (2502, "session-over"), (1500, "done"),
    ],
)  # fmt: skip
def test_codes_say_what_to_do(code: int, verdict: str) -> None:
    assert parse_answer(answer(f'<result code="{code}"><msg>x</msg></result>')).verdict == verdict


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<epp/>",
        b"<!DOCTYPE epp [<!ENTITY a 'b'>]>" + answer(INFO),
        b"<!DOCTYPE epp SYSTEM 'file:///etc/passwd'>" + answer(INFO),
        answer('<result code="x"/>'),
        answer('<result code="3000"/>'),
        answer("<trID/>"),
        answer(INFO.replace('s="ok"', 's="serverGone"')),
        render_hello(),
        b"x" * (MAX_FRAME_BYTES + 1),
    ],
)
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(EppProtocolError):
        parse_answer(data)


def test_an_entity_is_never_expanded() -> None:
    bomb = b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]><epp>&b;</epp>"
    for parse in (parse_answer, parse_greeting):
        with pytest.raises(EppProtocolError):
            parse(bomb)


def test_a_greeting_without_domain_names_is_none() -> None:
    with pytest.raises(EppProtocolError):
        parse_greeting(f'<epp xmlns="{EPP}"><greeting><svID>x</svID></greeting></epp>'.encode())
    with pytest.raises(EppProtocolError):
        parse_greeting(answer(INFO))


@pytest.mark.parametrize("header", [b"", b"\0\0\0", b"\0\0\0\4", b"\0\0\0\0", b"\xff\xff\xff\xff"])
def test_a_length_that_cannot_be_is_refused(header: bytes) -> None:
    with pytest.raises(EppProtocolError):
        parse_length(header)


@pytest.mark.parametrize("cltrid", ["", "ab", "a" * 65, "a b c", "abc\n", "абв"])
def test_an_operations_identifier_has_three_to_64_letters(cltrid: str) -> None:
    with pytest.raises(InputError):
        render_logout(cltrid=cltrid)


@pytest.mark.parametrize("name", ["", "a", "a_b.by", "a<b.by", "пример.by", "A.BY", "a.by.", "a" * 64 + ".by"])
def test_only_a_name_in_a_labels_is_asked_for(name: str) -> None:
    with pytest.raises(InputError):
        render_info(name, cltrid="abc")


def test_an_update_does_something_and_not_its_contrary() -> None:
    for add, remove in (([], []), (["serverHold"], ["serverHold"]), (["no-such"], [])):
        with pytest.raises(InputError):
            render_update("a.by", add=add, remove=remove, cltrid="abc")
    with pytest.raises(InputError):
        frame(b"x" * MAX_FRAME_BYTES)


@given(st.binary(max_size=300))
def test_any_octets_are_read_or_refused(data: bytes) -> None:
    for parse in (parse_answer, parse_greeting, parse_length):
        with suppress(EppProtocolError):  # whatever else is raised is a fault
            parse(data)


@given(STATUS_SETS, STATUS_SETS, STATUS_SETS)
def test_updates_lead_from_any_statuses_to_the_goal_and_touch_nothing_else(
    before: frozenset[str], add: frozenset[str], remove: frozenset[str]
) -> None:
    remove -= add
    now, steps = set(before), 0
    while (update := next_update(now, add=add, remove=remove)) is not None:
        locks = {status for status in now if status.endswith("UpdateProhibited")}
        ours = locks & remove
        if ours:  # a lock of ours is in place: nothing but its removal is asked for
            assert not update.add
            assert set(update.remove) == ours
        assert not set(update.add) & now
        assert set(update.remove) <= now
        now = (now | set(update.add)) - set(update.remove)
        steps += 1
        assert steps <= 3
    assert now == (before | add) - remove


def test_each_login_sets_its_own_statuses() -> None:
    assert may_set("serverHold", "registry")
    assert not may_set("serverHold", "registrar")
    assert not may_set("clientHold", "registry")
    assert not may_set("ok", "registry")
    assert not may_set("pendingDelete", "registrar")
