"""Mutual TLS between nodes: a party's own small certificate authority, its node's certificate, and contexts that trust
exactly one partner.

    tls/ca.pem, ca.key      the authority; ca.pem is what a partner is given (edges.authorities: how one is replaced)
    tls/node.pem, node.key  the node's certificate for its host names and addresses, for server and client use
    tls/partners.pem        the authorities of all partners: whom the link listener lets in

EC P-256, keys as PKCS#8.  Trust is always explicit: nothing comes from the system's or the environment's certificates.
"""

import ipaddress
import ssl
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from comity.core.errors import ConflictError, InputError, SettingError
from comity.edges.home import Home
from comity.edges.keys import read_private, write_private

_AUTHORITY_YEARS: Final = 10
_NODE_DAYS: Final = 825
_BACKDATE: Final = timedelta(hours=25)  # a partner's clock may be a day behind ours
_PEM_MAX_BYTES: Final = 65_536


def make_certificates(directory: Path, *, party: str, hosts: Sequence[str], at: datetime) -> None:
    """Make the party's authority and its node's first certificate.  Refuses to replace an authority."""
    tls = directory / "tls"
    tls.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        authority = make_authority(tls / "ca.key", party=party, at=at)
    except FileExistsError:
        raise ConflictError("there is a certificate authority already", item=str(tls)) from None
    (tls / "ca.pem").write_text(authority, encoding="ascii")
    renew_certificate(directory, party=party, hosts=hosts, at=at)


def make_authority(file: Path, *, party: str, at: datetime) -> str:
    """Make an authority's key in a new file; answer its certificate, PEM.  Raises FileExistsError."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, party),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{party} link authority"),
        ]
    )
    authority = (
        _begin(name, name, key.public_key(), at=at, until=at + timedelta(days=365 * _AUTHORITY_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    write_private(file, _pkcs8(key))
    return authority.public_bytes(Encoding.PEM).decode()


def renew_certificate(directory: Path, *, party: str, hosts: Sequence[str], at: datetime) -> None:
    """Make a new key and certificate for the node, signed by the party's authority; partners need not be told."""
    tls = directory / "tls"
    signer = load_pem_private_key(read_private(tls / "ca.key"), password=None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise SettingError("is not an EC key", item=str(tls / "ca.key"))
    known = x509.load_pem_x509_certificates((tls / "ca.pem").read_bytes())
    authority = next((one for one in known if one.public_key() == signer.public_key()), None)
    if authority is None:
        raise SettingError("holds no certificate of the key in ca.key", item=str(tls / "ca.pem"))
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, party)])
    certificate = (
        _begin(subject, authority.subject, key.public_key(), at=at, until=at + timedelta(days=_NODE_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
        .add_extension(
            x509.SubjectAlternativeName([_alternative(host) for host in dict.fromkeys(hosts)]), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    fresh = tls / "node.key.new"
    fresh.unlink(missing_ok=True)
    write_private(fresh, _pkcs8(key))
    (tls / "node.pem.new").write_bytes(certificate.public_bytes(Encoding.PEM))
    fresh.replace(tls / "node.key")
    (tls / "node.pem.new").replace(tls / "node.pem")


def check_authority(pem: str) -> str:
    """Check what a partner handed over as its authority; return it as PEM.  Raises `InputError` with the reason."""
    if len(pem) > _PEM_MAX_BYTES:
        raise InputError("is too long to be a certificate", item="CA")
    try:
        certificates = x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        raise InputError("is not a PEM certificate", item="CA") from None
    for certificate in certificates:
        try:
            constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        except x509.ExtensionNotFound:
            raise InputError("is not an authority's certificate (no basic constraints)", item="CA") from None
        if not constraints.ca:
            raise InputError("is a node's certificate, not its authority's; ask for tls/ca.pem", item="CA")
    return "".join(certificate.public_bytes(Encoding.PEM).decode() for certificate in certificates)


def own_authority(home: Home) -> str:
    """Read this party's own authority: what a partner needs for `comity link add --ca`."""
    file = home.path / "tls" / "ca.pem"
    try:
        return file.read_text(encoding="ascii")
    except OSError as error:
        raise SettingError(f"cannot be read: {error.strerror}", item=str(file)) from error


def write_partner_authorities(home: Home, authorities: str) -> Path:
    """Write the file by which the link listener knows partners; whole or not at all."""
    return _write_trusted(home, "partners.pem", authorities)


def write_subscriber_certificates(home: Home, certificates: Sequence[bytes]) -> Path:
    """Write the file by which the link listener knows subscribers' certificates (DER); whole or not at all."""
    pem = "".join(ssl.DER_cert_to_PEM_cert(one) for one in certificates if _is_certificate(one))
    return _write_trusted(home, "subscribers.pem", pem)


def _is_certificate(der: bytes) -> bool:
    """Whether it can be read: one that cannot must not keep the listener from knowing the others."""
    try:
        x509.load_der_x509_certificate(der)
    except ValueError:
        return False
    return True


def _write_trusted(home: Home, name: str, pem: str) -> Path:
    file = home.path / "tls" / name
    fresh = file.with_suffix(".new")
    fresh.write_text(pem, encoding="ascii")
    fresh.replace(file)
    return file


def files_stamp(home: Home) -> tuple[int, ...]:
    """Tell cheaply whether the node has another certificate now: a stamp that changes when it was renewed.

    A long-running caller compares it at each turn and makes its contexts anew when it differs.
    """
    stamps: list[int] = []
    for name in ("node.pem", "node.key"):
        try:
            status = (home.path / "tls" / name).stat()
        except OSError:
            stamps += (0, 0)
            continue
        stamps += (status.st_mtime_ns, status.st_ino)
    return tuple(stamps)


def certificate_hosts(home: Home) -> tuple[str, ...]:
    """Tell the host names and addresses that the node's certificate is for."""
    file = home.path / "tls" / "node.pem"
    try:
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except OSError as error:
        raise SettingError(f"cannot be read: {error.strerror}", item=str(file)) from error
    except (ValueError, x509.ExtensionNotFound) as error:
        raise SettingError(f"is no node's certificate: {error}", item=str(file)) from error
    return tuple(str(name.value) for name in names)


def client_context(home: Home, authority: str) -> ssl.SSLContext:
    """Make the context for calling one partner: its authority and no other, our certificate, TLS 1.3."""
    tls = home.path / "tls"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    read_private(tls / "node.key")
    try:
        context.load_verify_locations(cadata=authority)
        context.load_cert_chain(tls / "node.pem", tls / "node.key")
    except (ssl.SSLError, OSError) as error:
        raise SettingError(f"certificates cannot be loaded: {error}", item=str(tls)) from error
    return context


def _begin(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, *, at: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - _BACKDATE)
        .not_valid_after(until)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return x509.DNSName(host)


def _pkcs8(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
