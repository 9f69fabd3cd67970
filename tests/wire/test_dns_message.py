"""DNS messages and their signatures, judged by dnspython; what a stranger may write is refused with its place."""

import base64

import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.tsig
import dns.tsigkeyring
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.errors import InputError
from comity.wire.dns_message import (
    AXFR,
    IXFR,
    DnsMessageError,
    parse_notify_answer,
    parse_query,
    render_answer,
    render_name,
    render_notify,
)
from comity.wire.rpz import Timers, render_records, render_soa
from comity.wire.tsig import Signer, TsigKey, judge, render_refusal

ZONE = "rpz.example.by"
KEY = TsigKey("resolver-1.example", b"0123456789abcdef0123456789abcdef")
RING = dns.tsigkeyring.from_text({KEY.name: ("hmac-sha256", base64.b64encode(KEY.secret).decode())})


def ixfr(serial: int = 7, *, signed: bool = True) -> dns.message.Message:
    query = dns.message.make_query(ZONE, "IXFR")
    query.authority.append(dns.rrset.from_text(f"{ZONE}.", 0, "IN", "SOA", f". . {serial} 0 0 0 0"))
    if signed:
        query.use_tsig(RING)
    return query


@given(
    kind=st.sampled_from(["SOA", "AXFR", "A", "NS"]),
    name=st.sampled_from([ZONE, "RPZ.Example.BY", "x." * 60 + "by", "."]),
    signed=st.booleans(), edns=st.booleans(),
)  # fmt: skip
def test_queries_of_others_are_read(kind: str, name: str, signed: bool, edns: bool) -> None:
    made = dns.message.make_query(name, kind, use_edns=edns)
    if signed:
        made.use_tsig(RING)
    wire = made.to_wire()
    query = parse_query(wire)
    assert (query.id, query.kind) == (made.id, dns.rdatatype.from_text(kind))
    assert query.name == render_name(name.lower())
    assert (query.tsig is not None) == signed
    if signed:
        assert query.tsig
        assert judge(query, KEY, at_seconds=query.tsig.time) == "good"
        assert judge(query, KEY, at_seconds=query.tsig.time + 301) == "bad-time"
        assert judge(query, TsigKey(KEY.name, b"x" * 32), at_seconds=query.tsig.time) == "bad-signature"
        assert judge(query, None, at_seconds=query.tsig.time) == "unknown-key"


def test_the_serial_of_an_ixfr_is_read_also_where_its_owner_is_a_pointer() -> None:
    query = parse_query(ixfr(4_294_967_295).to_wire())
    assert (query.kind, query.serial) == (IXFR, 4_294_967_295)


@given(place=st.integers(2, 200), value=st.integers(0, 255))
def test_one_octet_that_was_changed_never_passes_as_signed(place: int, value: int) -> None:
    good = ixfr().to_wire()
    wire = bytearray(good)
    wire[place % (len(wire) - 2) + 2] = value  # the id itself is not signed: the original one is
    try:
        query = parse_query(bytes(wire))
    except InputError:
        return
    passes = query.tsig is not None and judge(query, KEY, at_seconds=query.tsig.time) == "good"
    # The names of key and algorithm are signed in lower case (RFC 8945 §4.3.3), so their letters may be in either.
    assert not passes or bytes(wire).lower() == good.lower()


@pytest.mark.parametrize("signed", [False, True])
def test_a_query_that_ends_anywhere_is_refused(signed: bool) -> None:
    wire = ixfr(signed=signed).to_wire()
    for size in range(len(wire)):
        with pytest.raises(DnsMessageError):
            parse_query(wire[:size])


@pytest.mark.parametrize(
    "wire",
    [
        b"\0\1\0\0\0\1\0\0\0\0\0\0" + b"\xc0\x0c" + b"\0\6\0\1",  # a name that points to itself
        b"\0\1\0\0\0\1\0\0\0\0\0\0" + b"\x40a\0" + b"\0\6\0\1",  # a label of an unknown kind
        b"\0\1\0\0\0\2\0\0\0\0\0\0" + b"\0\0\6\0\1" * 2,  # two questions
        b"\0\1\0\0\0\1\0\0\xff\xff\xff\xff" + b"\0\0\6\0\1",  # a lie about the records that follow
        b"\0\1\0\0\0\1\0\0\0\0\0\0" + b"\0\0\6\0\1" + b"x",  # something after the end
        b"\0\1\0\0\0\1\0\0\0\0\0\0" + b"\0\0\6\0\3",  # class CHAOS
        b"\0\1\x80\0\0\1\0\0\0\0\0\0" + b"\0\0\6\0\1",  # an answer
        b"\0\1\2\0\0\1\0\0\0\0\0\0" + b"\0\0\6\0\1",  # cut short
        b"\0\1\0\0\0\1\0\0\0\0\0\0" + b"\x3f" + b"a" * 63 + (b"\x3f" + b"a" * 63) * 3 + b"\0\0\6\0\1",  # 257 octets
        b"\0\1\0\0\0\1\0\0\0\1\0\0" + b"\0\0\6\0\1" + b"\xc0\x11\0\6\0\1\0\0\0\0\0\0",  # points at itself, ahead
        b"\0" * 5000,
    ],
)
def test_lies_and_loops_are_refused(wire: bytes) -> None:
    with pytest.raises(DnsMessageError):
        parse_query(wire)


def test_a_transfer_of_many_messages_is_one_chain_that_dnspython_follows() -> None:
    made = dns.message.make_query(ZONE, "AXFR")
    made.use_tsig(RING)
    query = parse_query(made.to_wire())
    assert query.tsig
    signer, soa = Signer(KEY, query.tsig.mac), render_soa(7, Timers())
    parts = [(soa, 1)] + [(render_records([f"demo-{number}.by"], "nxdomain"), 2) for number in range(120)] + [(soa, 1)]
    wires = [signer.sign(render_answer(query, records, count), at_seconds=query.tsig.time) for records, count in parts]
    context = None
    for number, wire in enumerate(wires):
        answer = dns.message.from_wire(
            wire, keyring=RING, request_mac=made.mac if not number else b"", xfr=True, multi=True, tsig_ctx=context
        )
        context = answer.tsig_ctx
        assert answer.had_tsig
    swapped = [wires[0], wires[2]]
    first = dns.message.from_wire(swapped[0], keyring=RING, request_mac=made.mac, xfr=True, multi=True)
    with pytest.raises(dns.tsig.BadSignature):
        dns.message.from_wire(swapped[1], keyring=RING, xfr=True, multi=True, tsig_ctx=first.tsig_ctx)
    assert query.kind == AXFR


def test_a_refusal_says_which_fault_the_signature_has() -> None:
    made = dns.message.make_query(ZONE, "SOA")
    made.use_tsig(RING)
    query = parse_query(made.to_wire())
    for verdict, error in (("unknown-key", dns.tsig.PeerBadKey), ("bad-signature", dns.tsig.PeerBadSignature)):
        with pytest.raises(error):
            dns.message.from_wire(
                render_refusal(query, verdict, None, at_seconds=1),  # type: ignore[arg-type]  # a Verdict of the table
                keyring=RING, request_mac=made.mac,
            )  # fmt: skip
    with pytest.raises(dns.tsig.PeerBadTime):
        dns.message.from_wire(render_refusal(query, "bad-time", KEY, at_seconds=1), keyring=RING, request_mac=made.mac)


def test_a_notification_and_its_answer() -> None:
    wire = render_notify(513, render_name(ZONE), render_soa(7, Timers()))
    made = dns.message.from_wire(wire)
    assert (made.id, made.opcode(), made.answer[0][0].serial) == (513, dns.opcode.NOTIFY, 7)
    assert parse_notify_answer(dns.message.make_response(made).to_wire()) == (513, dns.rcode.NOERROR)
    for bad in (wire, b"", b"\0" * 12, wire[:11]):
        with pytest.raises(DnsMessageError):
            parse_notify_answer(bad)


@pytest.mark.parametrize("text", ["a..by", "a" * 64 + ".by", ".".join(["a" * 60] * 5)])
def test_a_name_that_is_none_is_not_written(text: str) -> None:
    with pytest.raises(DnsMessageError):
        render_name(text)
