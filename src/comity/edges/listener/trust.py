"""Who is let in, and which partner or subscriber a client's certificate speaks for.

    tls/partners.pem      the partners' authorities; a line `# cctld.ru` before each says whose it is
    tls/subscribers.pem   the subscribers' certificates themselves: exactly these, and nothing that they may have signed
    tls/node.pem, node.key

A changed file counts from the next connection on, and connections that stand go on: so a certificate is renewed, and
a partner added, without a message lost.  Files that do not fit together (between two writes, or by mistake) change
nothing until they do.  A connection whose authority is no longer there ends before its next request.
"""

import logging
import ssl
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding

from comity.core.errors import ComityError, ForbiddenError, SettingError
from comity.edges.home import Home
from comity.edges.keys import read_private

LOG: Final = logging.getLogger("comity.listener")
_END: Final = "-----END CERTIFICATE-----"
SUBSCRIBER: Final = "subscriber:"  # before the fingerprint: no name of a party has a colon


class Authority(msgspec.Struct, frozen=True):
    """One certificate authority of one partner."""

    partner: str
    certificate: x509.Certificate

    def issued(self, certificate: x509.Certificate) -> bool:
        """Answer whether it signed this certificate itself."""
        try:
            certificate.verify_directly_issued_by(self.certificate)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True


class Trust(msgspec.Struct, frozen=True):
    """What the files say at one time: a context for new connections, whose each authority is, and the subscribers."""

    context: ssl.SSLContext
    authorities: tuple[Authority, ...]
    subscribers: frozenset[bytes] = frozenset()

    def name(self, certificate: bytes) -> str:
        """Name the partner of a client whose certificate (DER) TLS has verified, or the subscriber.

        Several partners may have one authority between them: then all their names, with a space between.
        """
        try:
            shown = x509.load_der_x509_certificate(certificate)
        except ValueError:
            raise ForbiddenError("the client's certificate cannot be read", item="certificate") from None
        names = [authority.partner for authority in self.authorities if authority.issued(shown)]
        if not names and certificate in self.subscribers:
            return SUBSCRIBER + sha256(certificate).hexdigest()
        if not names:
            raise ForbiddenError("no partner's authority issued the client's certificate itself", item="certificate")
        return " ".join(dict.fromkeys(names))


class Authorities:
    """The files, read again whenever one of them was changed."""

    def __init__(self, home: Home) -> None:
        tls = home.path / "tls"
        self._files = (tls / "partners.pem", tls / "node.pem", tls / "node.key", tls / "subscribers.pem")
        self._seen = self._look()
        self._trust = read_trust(*self._files)

    def now(self) -> Trust:
        """Tell whom to trust now."""
        seen = self._look()
        if seen != self._seen:
            self._seen = seen
            try:
                self._trust = read_trust(*self._files)
            except ComityError as error:
                LOG.warning("the former certificates stay in use: %s", error)
            else:
                LOG.info("certificates were read again")
        return self._trust

    def _look(self) -> tuple[tuple[int, int, int], ...]:
        return tuple(_look(file) for file in self._files)


def read_trust(partners: Path, certificate: Path, key: Path, subscribers: Path | None = None) -> Trust:
    """Read the files.  Raises `SettingError` naming what does not fit."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    context.num_tickets = 0  # nobody comes back in by a ticket: every connection shows its certificate
    read_private(key)
    try:
        text = partners.read_text(encoding="ascii")
        known = _read_certificates(subscribers)
        if known:
            # A certificate that is trusted itself need not be issued by anybody (RFC 5280 §6.1: it is the anchor).
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
            context.load_verify_locations(cadata=b"".join(known))
        if text or not known:
            context.load_verify_locations(cadata=text)
        context.load_cert_chain(certificate, key)
        return Trust(context, tuple(_parse(text)), frozenset(known))
    except (ssl.SSLError, OSError, ValueError) as error:
        raise SettingError(f"certificates cannot be loaded: {error}", item=str(partners.parent)) from error


def _parse(text: str) -> list[Authority]:
    found = []
    partner = ""
    for block in text.split(_END)[:-1]:
        for line in block.splitlines():
            if line.startswith("# "):
                partner = line.removeprefix("# ").strip()
        if partner:
            found.append(Authority(partner, x509.load_pem_x509_certificate((block + _END).encode())))
    return found


def _read_certificates(file: Path | None) -> list[bytes]:
    """The subscribers' certificates (DER); none where there is no file."""
    if file is None or not file.exists():
        return []
    text = file.read_bytes()
    return [one.public_bytes(Encoding.DER) for one in x509.load_pem_x509_certificates(text)] if text.strip() else []


def _look(file: Path) -> tuple[int, int, int]:
    try:
        found = file.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_ino, found.st_mtime_ns, found.st_size)
