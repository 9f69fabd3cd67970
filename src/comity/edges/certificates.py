"""What certificates say: until when, for which hosts, and which one a port really answers with.

Reads only; making and renewing them is `edges.tls`.  A probe believes nobody: it asks which certificate is shown, and
sends nothing.
"""

import ipaddress
import socket
import ssl
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from comity.core.errors import SettingError

_SECONDS: Final = 3.0
_ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 — compared with, not bound to


class CertificateFacts(msgspec.Struct, frozen=True):
    """One certificate."""

    ends_at: datetime
    hosts: frozenset[str]  # names and addresses it is for, lower case
    der: bytes


def read_certificates(pem: bytes, *, item: str) -> list[CertificateFacts]:
    """Read every certificate of a PEM text.  Raises `SettingError` when it holds none or a broken one."""
    try:
        return [_facts(certificate) for certificate in x509.load_pem_x509_certificates(pem)]
    except ValueError as error:
        raise SettingError("is not a PEM certificate", item=item) from error


def read_node_certificate(directory: Path) -> CertificateFacts:
    """Read the node's own certificate and see that its key belongs to it.  Raises `SettingError`."""
    tls = directory / "tls"
    try:
        pem, secret = (tls / "node.pem").read_bytes(), (tls / "node.key").read_bytes()
    except OSError as error:
        raise SettingError(f"cannot be read: {error.strerror}", item=str(error.filename)) from error
    facts = read_certificates(pem, item=str(tls / "node.pem"))[0]
    try:
        public = load_pem_private_key(secret, password=None).public_key()
    except (ValueError, TypeError) as error:
        raise SettingError("is not an unencrypted PEM key", item=str(tls / "node.key")) from error
    shown = x509.load_der_x509_certificate(facts.der).public_key()
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if public.public_bytes(*form) != shown.public_bytes(*form):
        raise SettingError("is not the key of the certificate beside it", item=str(tls / "node.key"))
    return facts


def read_party(directory: Path) -> str:
    """The party that the node's certificate names; empty where there is none to read."""
    try:
        certificate = x509.load_pem_x509_certificate((directory / "tls" / "node.pem").read_bytes())
    except (OSError, ValueError):
        return ""
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""


def shown_certificate(host: str, port: int) -> bytes | None:
    """The certificate (DER) that a port answers with; None when it speaks no TLS.  A silent one raises `OSError`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # the question is which certificate is shown; nothing is said to whoever it is
    with socket.create_connection((_ANYWHERE.get(host, host), port), timeout=_SECONDS) as connection:
        try:
            with context.wrap_socket(connection, server_hostname=host) as secured:
                return secured.getpeercert(binary_form=True)
        except (ssl.SSLError, ConnectionError, TimeoutError):
            return None


def _facts(certificate: x509.Certificate) -> CertificateFacts:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        hosts: frozenset[str] = frozenset()
    else:
        hosts = frozenset(
            [
                *(name.lower() for name in names.get_values_for_type(x509.DNSName)),
                *(str(address) for address in names.get_values_for_type(x509.IPAddress)),
            ]
        )
    return CertificateFacts(certificate.not_valid_after_utc, hosts, certificate.public_bytes(Encoding.DER))


def covers(facts: CertificateFacts, host: str) -> bool:
    """Answer whether the certificate is for a host: by name, by address, or by a wildcard for one label."""
    try:
        wanted = str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        wanted = host.lower().rstrip(".")
    return wanted in facts.hosts or f"*.{wanted.partition('.')[2]}" in facts.hosts
