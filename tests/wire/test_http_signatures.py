"""Signed requests: RFC 9421's own Ed25519 example, a second verifier of our form, and the ways to be wrong."""

import base64
import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from comity.wire.http_signatures import (
    COMPONENTS,
    FRESH,
    BadSignature,
    Signed,
    check_request,
    content_digest,
    sign_request,
    signature_base,
)
from comity.wire.signatures import verify_ed25519

AT = datetime(2026, 11, 26, 1, 2, 3, tzinfo=UTC)
KEY = SigningKey(bytes(range(32)))
PUBLIC = bytes(KEY.verify_key)
OTHER = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
URL = "https://hooks.example.by/comity?x=1"
BODY = b'{"form":"comity-events/1"}'


def signed(body: bytes = BODY, at: datetime = AT) -> dict[str, str]:
    return sign_request(
        URL, body, media_type="application/json", message_id="cert/1-2", kid="by-2026-1",
        sign=lambda data: KEY.sign(data).signature, at=at,
    )  # fmt: skip


def test_the_example_of_rfc_9421_b_2_6() -> None:
    """The signature base and the signature that the RFC prints for its key `test-key-ed25519`."""
    params = (
        '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;'
        'keyid="test-key-ed25519"'
    )
    base = signature_base(
        {
            "date": "Tue, 20 Apr 2021 02:07:55 GMT", "@method": "POST", "@path": "/foo", "@authority": "example.com",
            "content-type": "application/json", "content-length": "18",
        },
        params,
    )  # fmt: skip
    public = base64.b64decode("JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")
    signature = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="

    assert verify_ed25519(public, base64.b64decode(signature), base)


def test_the_example_of_rfc_9530() -> None:
    assert content_digest(b'{"hello": "world"}\n') == "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"


def verify_otherwise(url: str, fields: dict[str, str], body: bytes, public: bytes) -> None:
    """Another reading of docs/spec/webhooks.md, with another library, by somebody who does not have our code."""
    _, _, inner = fields["Signature-Input"].partition("=")
    names = re.findall(r'"([^"]+)"', inner.split(")")[0])
    values = {"@method": "POST", "@target-uri": url} | {name.lower(): value for name, value in fields.items()}
    lines = [f'"{name}": {values[name]}' for name in names] + [f'"@signature-params": {inner}']
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    assert fields["Content-Digest"] == f"sha-256=:{digest}:"
    raw = base64.b64decode(fields["Signature"].removeprefix("comity=:").removesuffix(":"))
    Ed25519PublicKey.from_public_bytes(public).verify(raw, "\n".join(lines).encode())


def test_a_second_verifier_believes_what_is_signed() -> None:
    verify_otherwise(URL, signed(), BODY, PUBLIC)
    assert check_request(URL, signed(), BODY, {"by-2026-1": PUBLIC}, at=AT) == Signed("by-2026-1", AT)


def test_the_vector_of_the_specification() -> None:
    """docs/spec/webhooks.md prints these fields; the key's seed is 00 01 02 … 1f."""
    fields = signed()

    assert fields["Content-Digest"] == "sha-256=:/OnuJyOSa89idOxQIxJY3e53EJBByWc4N5JkqVp5ZnE=:"
    assert fields["Signature-Input"] == (
        'comity=("@method" "@target-uri" "content-type" "content-digest" "comity-message");created=1795654923;'
        'keyid="by-2026-1";alg="ed25519";tag="comity-webhook"'
    )
    assert fields["Signature"] == (
        "comity=:tOkqFK1jMNHZY2sys47GtiFNwxWcFmbcbNdfSqUnmMEq1lYrGFX3QSYoFfNf2cS0FLwEysNNtfvEAdzpBLXJBA==:"
    )


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("not-signed", lambda fields: fields.pop("Signature")),
        ("not-signed", lambda fields: fields.update({"Signature": "comity=:AAAA:"})),
        ("not-signed", lambda fields: fields.update({"Signature-Input": fields["Signature-Input"] + ";nonce=1"})),
        (
            "not-signed",
            lambda fields: fields.update({
                "Signature-Input": fields["Signature-Input"].replace(' "content-digest"', "")
            }),
        ),
        ("other-body", lambda fields: fields.update({"Content-Digest": content_digest(b"{}")})),
        ("unknown-key", lambda fields: fields.update({
            "Signature-Input": fields["Signature-Input"].replace("by-2026-1", "by-2026-2")
        })),
        ("bad-signature", lambda fields: fields.update({"Comity-Message": "cert/1-3"})),
        ("bad-signature", lambda fields: fields.update({"Content-Type": "text/plain"})),
        ("bad-signature", lambda fields: fields.update({"Comity-Message": "\N{SNOWMAN}"})),
    ],
)  # fmt: skip
def test_what_is_not_signed_so_is_not_believed(code: str, change: Callable[[dict[str, str]], object]) -> None:
    fields = signed()
    change(fields)

    found = check_request(URL, fields, BODY, {"by-2026-1": PUBLIC}, at=AT)

    assert isinstance(found, BadSignature)
    assert found.code == code


def test_another_address_another_body_and_another_time_are_not_believed() -> None:
    keys = {"by-2026-1": PUBLIC}
    told = [
        check_request(URL + "2", signed(), BODY, keys, at=AT),
        check_request(URL, signed(), BODY + b" ", keys, at=AT),
        check_request(URL, signed(), BODY, keys, at=AT + FRESH + timedelta(seconds=1)),
        check_request(URL, signed(), BODY, keys, at=AT - FRESH - timedelta(seconds=1)),
        check_request(URL, signed(), BODY, {"by-2026-1": OTHER}, at=AT),
    ]

    assert [one.code for one in told if isinstance(one, BadSignature)] == [
        "bad-signature", "other-body", "not-fresh", "not-fresh", "bad-signature",
    ]  # fmt: skip


@given(st.sampled_from(["Signature-Input", "Signature", "Content-Digest", "Content-Type", "Comity-Message"]), st.data())
def test_a_field_that_differs_anywhere_is_not_believed(name: str, data: st.DataObject) -> None:
    fields = signed()
    text = fields[name]
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(codec="ascii").filter(lambda one: one != text[place] and not one.isspace()))
    fields[name] = text[:place] + letter + text[place + 1 :]

    assert isinstance(check_request(URL, fields, BODY, {"by-2026-1": PUBLIC}, at=AT), BadSignature)


def test_every_component_is_covered() -> None:
    assert all(f'"{name}"' in signed()["Signature-Input"] for name in COMPONENTS)
