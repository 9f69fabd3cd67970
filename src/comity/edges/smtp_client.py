"""Hand one letter to the node's own mail server (RFC 5321, RFC 6409), over TLS, within a time limit.

What the server answers is a value: taken, not now (4xx, or it broke off: try later), or never (5xx).  A server that
broke off after the whole letter was sent may have taken it: the letter is tried again with the same Message-ID.  The
password is read when it is needed and from a file that nobody else may read; without TLS nothing is sent to another
machine.
"""

import ipaddress
import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal, Self

import msgspec

from comity.core.errors import SettingError
from comity.core.harmless import show_unseen
from comity.core.mail_addresses import AddressProblem, fold_address
from comity.edges.home import Home
from comity.edges.keys import read_private

_ANSWER_LETTERS: Final = 200
_PERMANENT: Final = 500
_OK: Final = 250
_FORWARDS: Final = 251


class Handed(msgspec.Struct, frozen=True):
    """What became of a letter: `sent`, `later` or `never`, and what the server said (cut, harmless to show)."""

    result: Literal["sent", "later", "never"]
    answer: str = ""
    is_server_down: bool = False  # no letter would have been taken


def hand_over(home: Home, message: bytes, *, sender: str, recipient: str) -> Handed:
    """Hand a finished message to the server.  Raises `SettingError` for what only a person can mend."""
    mail = home.settings.mail
    context = _context(home)
    password = _password(home) if mail.user else ""
    has_begun = False
    try:
        with _Deadline(mail.deadline_seconds) as deadline:
            client = _connect(home, context, deadline)
            try:
                if mail.security == "starttls":
                    client.starttls(context=context)
                client.ehlo_or_helo_if_needed()
                if mail.user:
                    client.login(mail.user, password)
                has_begun = True
                return _give(client, message, sender, recipient)
            finally:
                _leave(client)
    except smtplib.SMTPDataError as error:
        return _refused(error.smtp_code, error.smtp_error)
    except smtplib.SMTPResponseException as error:  # a greeting, a sign-in: ours to mend, and no letter is lost by it
        return Handed("later", _said(error.smtp_code, error.smtp_error), is_server_down=True)
    except ssl.SSLCertVerificationError as error:
        return Handed("later", f"certificate refused: {error.verify_message}"[:_ANSWER_LETTERS], is_server_down=True)
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        return Handed("later", _reason(error), is_server_down=not has_begun)


def check_settings(home: Home) -> str:
    """Say what of [mail] cannot be used; empty where all can be, or where no server is named."""
    if not home.settings.mail.server:
        return ""
    try:
        _context(home)
        if home.settings.mail.user:
            _password(home)
    except SettingError as error:
        return str(error)
    for key in ("from_address", "reply_to"):
        address = getattr(home.settings.mail, key)
        folded = fold_address(address) if address or key == "from_address" else ""
        if isinstance(folded, AddressProblem):
            return f"[mail] {key}: {folded.reason}"
    return ""


def _connect(home: Home, context: ssl.SSLContext, deadline: "_Deadline") -> smtplib.SMTP:
    mail = home.settings.mail
    name = mail.from_address.rpartition("@")[2] or home.party
    if mail.security == "tls":
        return _OverTls(
            mail.server, mail.port, local_hostname=name, timeout=deadline.seconds, context=context, deadline=deadline
        )
    return _Plain(mail.server, mail.port, local_hostname=name, timeout=deadline.seconds, deadline=deadline)


def _give(client: smtplib.SMTP, message: bytes, sender: str, recipient: str) -> Handed:
    code, answer = client.mail(sender)
    if code != _OK:  # we may not send under this address: the letter is not at fault
        return Handed("later", _said(code, answer))
    code, answer = client.rcpt(recipient)
    if code not in {_OK, _FORWARDS}:
        return _refused(code, answer)
    code, answer = client.data(message)
    return Handed("sent", _said(code, answer)) if code == _OK else _refused(code, answer)


def _refused(code: int, answer: bytes | str) -> Handed:
    # 421 and whatever is no SMTP code come from a server that is not well: not the letter's fault.
    return Handed("never" if _PERMANENT <= code < _PERMANENT + 100 else "later", _said(code, answer))


def _leave(client: smtplib.SMTP) -> None:
    """Say goodbye; a letter that was taken is taken, whatever happens now."""
    with suppress(smtplib.SMTPException, OSError):
        client.quit()
    with suppress(OSError):
        client.close()


class _Deadline:
    """Cuts the connection when the time for all of it is over, however slowly it trickles."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.client: smtplib.SMTP | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _cut(self) -> None:
        sock = self.client.sock if self.client is not None else None
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


class _Plain(smtplib.SMTP):
    """A client that is under a deadline from its first octet."""

    def __init__(self, server: str, port: int, *, local_hostname: str, timeout: float, deadline: _Deadline) -> None:
        deadline.client = self
        super().__init__(server, port, local_hostname=local_hostname, timeout=timeout)


class _OverTls(smtplib.SMTP_SSL):
    """The same, over TLS from the first octet."""

    def __init__(
        self,
        server: str,
        port: int,
        *,
        local_hostname: str,
        timeout: float,
        context: ssl.SSLContext,
        deadline: _Deadline,
    ) -> None:
        deadline.client = self
        super().__init__(server, port, local_hostname=local_hostname, timeout=timeout, context=context)


def _context(home: Home) -> ssl.SSLContext:
    mail = home.settings.mail
    file = mail.ca
    if mail.security == "none" and not _is_here(mail.server):
        raise SettingError('"none" is for a mail server on this machine only', item="[mail] security")
    try:
        context = ssl.create_default_context(cafile=str(home.path / file) if file else None)
    except (OSError, ssl.SSLError) as error:
        raise SettingError(f"cannot be read: {error}", item="[mail] ca") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _password(home: Home) -> str:
    file = home.settings.mail.password_file
    if not file:
        raise SettingError("a user needs a password_file", item="[mail] user")
    return read_private(Path(home.path / file)).decode("utf-8", "replace").strip("\r\n")


def _is_here(server: str) -> bool:
    try:
        return server == "localhost" or ipaddress.ip_address(server).is_loopback
    except ValueError:
        return False


def _said(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return show_unseen(f"{code} {' '.join(text.split())}")[:_ANSWER_LETTERS]


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "did not answer in time"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "closed the connection"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return show_unseen(f"does not offer what is asked: {error}")[:_ANSWER_LETTERS]
    return show_unseen(f"is not reachable: {getattr(error, 'strerror', None) or error}")[:_ANSWER_LETTERS]
