"""The party's own certificate authority, and how another takes its place without a partner being refused.

    ca.pem = [old]         ca.key = old                           one authority
    ca.pem = [old, new]    ca.key = old   ca-next.key = new        partners are given both; the old one still signs
    ca.pem = [new]         ca.key = new                            the new one signs; partners may drop the old one

Each step is done by renaming files; a crash in the middle of one is mended by doing it again, since `ca.key` alone says
which authority signs.  What ends when, ours and the partners', is told with a warning in time.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from comity.core.errors import ConflictError, SettingError
from comity.edges.home import Home
from comity.edges.keys import read_private
from comity.edges.tls import certificate_hosts, make_authority, own_authority, renew_certificate

WARN_BEFORE: Final = timedelta(days=60)


class CertificateEnd(msgspec.Struct, frozen=True):
    """One certificate that the links stand on, and when it ends."""

    whose: str
    what: str
    ends_at: datetime
    warn: bool


def add_authority(home: Home, *, at: datetime) -> str:
    """Make a second authority that does not sign yet; answer both certificates, for the partners.

    Raises `ConflictError` when there are two already.
    """
    tls = home.path / "tls"
    present = own_authority(home)
    if (tls / "ca-next.key").exists() and len(_read(present)) > 1:
        raise ConflictError("there are two authorities already; next is: comity link use-authority", item=str(tls))
    (tls / "ca-next.key").unlink(missing_ok=True)  # of a step that was interrupted: nobody has its certificate
    both = present + make_authority(tls / "ca-next.key", party=home.party, at=at)
    _replace(tls / "ca.pem", both)
    return both


def use_authority(home: Home, *, at: datetime) -> str:
    """Let the second authority sign from now on and renew the node's certificate by it; answer its certificate.

    The old authority's key is gone afterwards.  Raises `ConflictError` when there is no second one.
    """
    tls = home.path / "tls"
    certificates = _read(own_authority(home))
    if (tls / "ca-next.key").exists():
        _certificate_of(certificates, tls / "ca-next.key")  # before anything is replaced
        (tls / "ca-next.key").replace(tls / "ca.key")
    elif len(certificates) < 2:
        raise ConflictError("there is no second authority; make one with: comity link new-authority", item=str(tls))
    renew_certificate(home.path, party=home.party, hosts=certificate_hosts(home), at=at)
    kept = _pem(_certificate_of(certificates, tls / "ca.key"))
    _replace(tls / "ca.pem", kept)
    return kept


def list_ends(home: Home, partners: Mapping[str, str], *, at: datetime) -> list[CertificateEnd]:
    """List when our certificates end and those of the partners' authorities (partner: PEM), the first first."""
    file = home.path / "tls" / "node.pem"
    try:
        node = file.read_text(encoding="ascii")
    except OSError as error:
        raise SettingError(f"cannot be read: {error.strerror}", item=str(file)) from error
    found = [(home.party, "node", one) for one in _read(node)]
    found += [(home.party, "authority", one) for one in _read(own_authority(home))]
    found += [(partner, "authority", one) for partner, pem in partners.items() for one in _read(pem)]
    ends = [
        CertificateEnd(whose, what, one.not_valid_after_utc, one.not_valid_after_utc - at < WARN_BEFORE)
        for whose, what, one in found
    ]
    return sorted(ends, key=lambda end: end.ends_at)


def have_one_in_common(one: str, other: str) -> bool:
    """Answer whether two files of authorities hold the same certificate."""
    return not set(_read(one)).isdisjoint(_read(other))


def _read(pem: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem.encode())
    except ValueError as error:
        raise SettingError("is not a PEM certificate", item="CA") from error


def _certificate_of(certificates: list[x509.Certificate], key_file: Path) -> x509.Certificate:
    public = load_pem_private_key(read_private(key_file), password=None).public_key()
    found = next((one for one in certificates if one.public_key() == public), None)
    if found is None:
        raise SettingError("is not the key of any certificate in ca.pem", item=str(key_file))
    return found


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def _replace(file: Path, text: str) -> None:
    fresh = file.with_suffix(".pem.new")
    fresh.write_text(text, encoding="ascii")
    fresh.replace(file)
