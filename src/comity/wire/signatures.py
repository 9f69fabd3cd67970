"""Ed25519 signatures (RFC 8032) as pure checks: did the holder of this public key sign these bytes?

The answer is yes or no.  A key or a signature of the wrong length is a no, not an error: both come from outside, and a
caller that asks wants to refuse the item, not to fall.  Signing needs a secret and therefore lives in `edges.keys`.
"""

from typing import Final

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

PUBLIC_KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64


def verify_ed25519(public: bytes, signature: bytes, data: bytes) -> bool:
    """Answer whether `signature` (64 bytes) over `data` was made with the secret half of `public` (32 bytes)."""
    if len(public) != PUBLIC_KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    try:
        VerifyKey(public).verify(data, signature)
    except BadSignatureError:
        return False
    return True
