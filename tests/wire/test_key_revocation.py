"""A key revocation, bytes and answers: the vectors of docs/spec/keys.md, and what may never happen whatever is sent."""

import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from comity.core.ledger import PublicKey
from comity.wire.key_revocation import (
    REASONS,
    Revocation,
    RevocationProblem,
    RevocationStatement,
    parse_revocation,
    render_revocation,
    sign_revocation,
    weigh_revocation,
)

PAGE: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent.parent / "docs/spec/vectors/keys.json").read_text(encoding="utf-8")
)
AT = datetime.fromisoformat(PAGE["at"])
KNOWN = [PublicKey(key["kid"], b64decode(key["public"])) for key in PAGE["keys"]]
VALID = [key for key in KNOWN if key.kid in PAGE["valid"]]
SECRET = {key["kid"]: SigningKey(bytes.fromhex(key["seed"])) for key in PAGE["keys"]}


def answer(data: bytes, *, revoked: frozenset[bytes] = frozenset(), party: str = "cctld.ru") -> str:
    statement = parse_revocation(data)
    if isinstance(statement, RevocationProblem):
        return statement.code
    weighed = weigh_revocation(statement, party=party, known=KNOWN, valid=VALID, revoked=revoked, at=AT)
    return weighed.code if isinstance(weighed, RevocationProblem) else weighed


@pytest.mark.parametrize("vector", PAGE["vectors"], ids=lambda vector: vector["says"])
def test_vector(vector: dict[str, Any]) -> None:
    revoked = frozenset(key.public for key in KNOWN if key.kid in vector["revoked"])
    assert answer(vector["statement"].encode(), revoked=revoked) == vector["answer"]


def test_the_page_says_what_is_signed() -> None:
    statement = parse_revocation(PAGE["vectors"][0]["statement"].encode())
    assert isinstance(statement, RevocationStatement)
    assert statement.signed_text().decode() == PAGE["signed_text"]
    assert [b64encode(bytes(SECRET[key["kid"]].verify_key)).decode() for key in PAGE["keys"]] == [
        key["public"] for key in PAGE["keys"]
    ]


kids = st.sampled_from([key.kid for key in KNOWN])
moments = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(
    about=kids,
    signer=kids,
    reason=st.sampled_from(REASONS),
    at=moments,
    back=st.timedeltas(timedelta(0), timedelta(99)),
)
def test_what_is_written_is_read_and_only_a_key_itself_is_believed_at_once(
    about: str, signer: str, reason: Any, at: datetime, back: timedelta
) -> None:
    public = b64encode(bytes(SECRET[about].verify_key)).decode()
    said = Revocation(party="cctld.ru", kid=about, public=public, reason=reason, since=at - back, at=at)
    data = sign_revocation(said, signer, lambda text: SECRET[signer].sign(text).signature)
    statement = parse_revocation(data)
    assert isinstance(statement, RevocationStatement)
    assert render_revocation(statement) == data
    assert statement.revocation.reason == reason
    got = answer(data)
    if at.replace(microsecond=0) - AT > timedelta(hours=1):
        assert got == "bad-time"
    elif about == signer:
        assert got == "applies"
    else:
        assert got == ("held" if signer in PAGE["valid"] else "signer-not-valid")


@given(st.binary(max_size=300), st.integers(min_value=0, max_value=500))
def test_no_bytes_make_it_fall_or_be_believed(noise: bytes, place: int) -> None:
    good = PAGE["vectors"][0]["statement"].encode()
    for data in (noise, good[:place] + noise + good[place:]):
        if data != good:
            assert answer(data) not in {"applies", "held"}


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_in_a_statement_makes_it_fall(public: str, value: str) -> None:
    tree = json.loads(PAGE["vectors"][0]["statement"])
    tree["revocation"]["public"], tree["value"] = public, value
    assert answer(msgspec.json.encode(tree)) in {"malformed", "not-canonical", "unknown-key", "bad-signature"}
