"""A real SMTP server (aiosmtpd) for tests: over TLS, with a password, and as ill-mannered as a test wants it."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from comity.edges.home import Home, MailSettings, NodeSettings

SENDER = "notices@cctld.ru"
PASSWORD = "correct horse"


class Server:
    """What the server is to do, and what it got."""

    def __init__(self) -> None:
        self.letters: list[Envelope] = []
        self.rcpt = "250 OK"
        self.data = "250 OK"
        self.breaks_off = False

    async def handle_RCPT(  # noqa: N802 — aiosmtpd looks for this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.breaks_off:
            assert server.transport is not None
            server.transport.abort()
        else:
            self.letters.append(envelope)
        return self.data


class OverTls(Controller):
    """TLS from the first octet; a plain hello of this kind would be refused."""

    def _trigger_server(self) -> None:
        context = ssl.create_default_context(cafile=self.ca)
        with (
            closing(socket.create_connection((self.hostname, self.port), 5)) as sock,
            context.wrap_socket(sock, server_hostname="localhost") as client,
        ):
            client.recv(1024)

    ca = ""


def free_port() -> int:
    with closing(socket.socket()) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    return port


def home_at(directory: Path, port: int, **changed: Any) -> Home:
    mail = MailSettings(
        server="localhost", port=port, ca="tls/ca.pem", from_address=SENDER, deadline_seconds=2.0, user="node",
        password_file="password",
    )  # fmt: skip
    mail = msgspec.structs.replace(mail, **changed)
    settings = NodeSettings(party="cctld.ru", zones=("ru",), secret_key="x", mail=mail)
    return Home(path=directory, settings=settings)


def authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=data.password == PASSWORD.encode())


@contextmanager
def serving(directory: Path, handler: Server, *, implicit: bool = False) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "tls/node.pem", directory / "tls/node.key")
    port = free_port()
    if implicit:
        OverTls.ca = str(directory / "tls/ca.pem")
        controller: Controller = OverTls(
            handler, hostname="127.0.0.1", port=port, ssl_context=context, authenticator=authenticate,
            auth_require_tls=False,
        )  # fmt: skip
    else:
        controller = Controller(
            handler, hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True,
            authenticator=authenticate,
        )  # fmt: skip
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
