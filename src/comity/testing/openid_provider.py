"""A simulated OpenID Connect provider: discovery, authorization code with PKCE, token, keys (OpenID Connect Core 1.0).

One client, one person at a time (`who`), who always agrees.  It is strict about what it is asked: the client's secret,
the redirect address, the code used once and its PKCE verifier (RFC 7636).  `forge` makes it lie in one way, so that a
test sees the lie refused: another issuer, another audience, or a token that is over.
"""

import base64
import json
import ssl
import threading
import time
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

CLIENT: Final = "comity-node"
SECRET: Final = "a secret that only the two know"  # noqa: S105 — of a simulated client
_KID: Final = "signing-1"


class OpenIdProvider:
    """The provider, listening on 127.0.0.1 until `stop`."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self.who = "person-1"
        self.forge = ""
        self.codes: dict[str, dict[str, str]] = {}
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.issuer = f"https://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Answer where the browser goes back to, with a code."""
        code = sha256(f"{time.monotonic_ns()}".encode()).hexdigest()
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, given: dict[str, str]) -> dict[str, Any] | None:
        """Give the tokens for a code; None where anything about the question is wrong."""
        asked = self.codes.pop(given.get("code", ""), None)
        digest = sha256(given.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or (given.get("client_id"), given.get("client_secret")) != (CLIENT, SECRET)
            or given.get("redirect_uri") != asked["redirect_uri"]
            or base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]
        ):
            return None
        now = int(time.time())
        claims = {
            "iss": "https://elsewhere.example" if self.forge == "issuer" else self.issuer,
            "aud": "another-client" if self.forge == "audience" else CLIENT,
            "sub": self.who,
            "iat": now,
            "exp": now - 10 if self.forge == "expired" else now + 300,
        }
        signed = jwt.encode(claims, self._key, algorithm="ES256", headers={"kid": _KID})
        return {"access_token": "unused", "token_type": "Bearer", "id_token": signed}


def _handler_of(provider: OpenIdProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/.well-known/openid-configuration":
                self._answer(200, provider.discovery())
            elif parts.path == "/authorize":
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(302)
                self.send_header("Location", provider.authorize(asked))
                self.end_headers()
            else:
                self._answer(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            given = provider.token({name: values[0] for name, values in parse_qs(body).items()})
            self._answer(200 if given else 400, given or {"error": "invalid_grant"})

        def _answer(self, status: int, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Say nothing on the terminal of a test."""

    return Handler
