"""Who is let in, and which partner a client's certificate speaks for.

    tls/partners.pem   the partners' authorities; a line `# cctld.ru` before each says whose it is
    tls/node.pem, node.key

A changed file counts from the next connection on, and connections that stand go on: so a certificate is renewed, and
a partner added, without a message lost.  Files that do not fit together (between two writes, or by mistake) change
nothing until they do.  A connection whose authority is no longer there ends before its next request.
"""

import logging
import ssl
from pathlib import Path
from typing import Final

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from comity.core.errors import ComityError, ForbiddenError, SettingError
from comity.edges.home import Home
from comity.edges.keys import read_private

LOG: Final = logging.getLogger("comity.listener")
_END: Final = "-----END CERTIFICATE-----"


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
    """What the files say at one time: a context for new connections, and whose each authority is."""

    context: ssl.SSLContext
    authorities: tuple[Authority, ...]

    def name(self, certificate: bytes) -> str:
        """Name the partner of a client whose certificate (DER) TLS has verified.

        Several partners may have one authority between them: then all their names, with a space between.
        """
        try:
            shown = x509.load_der_x509_certificate(certificate)
        except ValueError:
            raise ForbiddenError("the client's certificate cannot be read", item="certificate") from None
        names = [authority.partner for authority in self.authorities if authority.issued(shown)]
        if not names:
            raise ForbiddenError("no partner's authority issued the client's certificate itself", item="certificate")
        return " ".join(dict.fromkeys(names))


class Authorities:
    """The files, read again whenever one of them was changed."""

    def __init__(self, home: Home) -> None:
        tls = home.path / "tls"
        self._files = (tls / "partners.pem", tls / "node.pem", tls / "node.key")
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


def read_trust(partners: Path, certificate: Path, key: Path) -> Trust:
    """Read the three files.  Raises `SettingError` naming what does not fit."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    context.num_tickets = 0  # nobody comes back in by a ticket: every connection shows its certificate
    read_private(key)
    try:
        text = partners.read_text(encoding="ascii")
        context.load_verify_locations(cadata=text)
        context.load_cert_chain(certificate, key)
        return Trust(context, tuple(_parse(text)))
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


def _look(file: Path) -> tuple[int, int, int]:
    try:
        found = file.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_ino, found.st_mtime_ns, found.st_size)
