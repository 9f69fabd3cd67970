"""HTTP requests that are signed: RFC 9421 with Ed25519 over a Content-Digest (RFC 9530); docs/spec/webhooks.md.

One form and no other: the label `comity`, the components in one order, the parameters `created`, `keyid`, `alg` and
`tag`.  Whoever checks reads the parameters as they stand in Signature-Input and signs over their very bytes, so that
nothing is normalised twice.  What is not this form is refused; which keys are believed is the caller's to say.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

import msgspec

from comity.wire.signatures import verify_ed25519

LABEL: Final = "comity"
TAG: Final = "comity-webhook"
MESSAGE_ID: Final = "comity-message"
COMPONENTS: Final = ("@method", "@target-uri", "content-type", "content-digest", MESSAGE_ID)
FRESH: Final = timedelta(minutes=5)

_COVERED: Final = "(" + " ".join(f'"{name}"' for name in COMPONENTS) + ")"
_INPUT: Final = re.compile(
    re.escape(f"{LABEL}={_COVERED}")
    + r';created=([1-9][0-9]{0,11});keyid="([a-z0-9-]{1,40})";alg="ed25519";tag="'
    + re.escape(TAG)
    + '"'
)
_SIGNATURE: Final = re.compile(re.escape(LABEL) + r"=:([A-Za-z0-9+/]{86}==):")


class BadSignature(msgspec.Struct, frozen=True):
    """Why a request is not believed: a stable code and a sentence."""

    code: str
    sentence: str


class Signed(msgspec.Struct, frozen=True):
    """A request that is believed: by which key, and when it was signed."""

    kid: str
    created: datetime


def content_digest(body: bytes) -> str:
    """The field Content-Digest of a body."""
    return f"sha-256=:{b64encode(sha256(body).digest()).decode()}:"


def signature_base(components: Mapping[str, str], params: str) -> bytes:
    """What is signed (RFC 9421 §2.5): a line for each component, and the parameters last, without a final newline."""
    lines = [f'"{name}": {" ".join(value.split())}' for name, value in components.items()]
    return "\n".join([*lines, f'"@signature-params": {params}']).encode("latin-1", "replace")


def sign_request(
    url: str, body: bytes, *, media_type: str, message_id: str, kid: str, sign: Callable[[bytes], bytes], at: datetime
) -> dict[str, str]:
    """The fields that go with a POST of this body to this address."""
    digest = content_digest(body)
    params = f'{_COVERED};created={int(at.timestamp())};keyid="{kid}";alg="ed25519";tag="{TAG}"'
    base = signature_base(_values(url, media_type, digest, message_id), params)
    return {
        "Content-Type": media_type,
        "Content-Digest": digest,
        "Comity-Message": message_id,
        "Signature-Input": f"{LABEL}={params}",
        "Signature": f"{LABEL}=:{b64encode(sign(base)).decode()}:",
    }


def check_request(
    url: str, fields: Mapping[str, str], body: bytes, keys: Mapping[str, bytes], *, at: datetime
) -> Signed | BadSignature:
    """Is this POST to `url` what the node signed?  `keys`: its public keys by name; fields by any spelling of names."""
    said = {name.lower(): value for name, value in fields.items()}
    found = _INPUT.fullmatch(said.get("signature-input", ""))  # (1) the form that is signed, and no other
    signature = _SIGNATURE.fullmatch(said.get("signature", ""))
    if found is None or signature is None:
        return BadSignature("not-signed", "the request bears no signature of the form that the node makes")
    if said.get("content-digest", "") != content_digest(body):  # (2) the body is the one that is spoken of
        return BadSignature("other-body", "the Content-Digest is not that of the body")
    created = datetime.fromtimestamp(int(found[1]), UTC)
    if abs(at - created) > FRESH:  # (3) it is no old request that somebody sends again
        return BadSignature("not-fresh", "it was not signed within the last five minutes")
    public = keys.get(found[2])  # (4) the key is one that is believed
    if public is None:
        return BadSignature("unknown-key", f"{found[2]} is no key that is believed")
    params = said["signature-input"].removeprefix(f"{LABEL}=")
    values = _values(url, said.get("content-type", ""), said["content-digest"], said.get(MESSAGE_ID, ""))
    base = signature_base(values, params)
    if not verify_ed25519(public, b64decode(signature[1]), base):  # (5) it signed exactly this
        return BadSignature("bad-signature", "the key did not sign this")
    return Signed(found[2], created)


def _values(url: str, media_type: str, digest: str, message_id: str) -> dict[str, str]:
    return dict(zip(COMPONENTS, ("POST", url, media_type, digest, message_id), strict=True))
