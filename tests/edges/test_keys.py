"""Keys and certificates on disk: made once, closed to others, and clear about what is wrong with them."""

import ssl
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from comity.core.errors import ConflictError, InputError, SettingError
from comity.edges.home import Home, NodeSettings
from comity.edges.keys import load_public_keys, load_signing_key, make_keys
from comity.edges.partner_http import check_url
from comity.edges.tls import check_authority, client_context, make_certificates, own_authority, renew_certificate
from comity.wire.signatures import verify_ed25519

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    make_keys(tmp_path, "ru-2026-1")
    make_certificates(tmp_path, party="cctld.ru", hosts=("127.0.0.1", "localhost", "127.0.0.1"), at=AT)
    return Home(path=tmp_path, settings=NodeSettings(party="cctld.ru", zones=("ru",), secret_key="x"))


def test_a_key_signs_what_its_public_half_checks(home: Home) -> None:
    key = load_signing_key(home)
    assert key.kid == "ru-2026-1"
    assert verify_ed25519(key.public, key.sign(b"data"), b"data")
    assert not verify_ed25519(key.public, key.sign(b"data"), b"date")
    assert key.sign(b"data") == load_signing_key(home).sign(b"data")
    assert load_public_keys(home) == (key.public_key(),)
    assert repr(key) == f"SigningKey(kid='ru-2026-1', public={key.public.hex()})"


def test_keys_are_closed_to_others(home: Home) -> None:
    for file in (*home.path.glob("keys/*.pem"), *home.path.glob("tls/*.key")):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (home.path / "keys/ru-2026-1.pem").chmod(0o640)
    with pytest.raises(SettingError, match="others may read this key"):
        load_signing_key(home)


def test_a_second_key_takes_over_and_the_first_stays(home: Home) -> None:
    first = load_signing_key(home)
    second = make_keys(home.path, "ru-2027-1")
    assert load_signing_key(home).kid == "ru-2027-1"
    assert load_public_keys(home) == (first.public_key(), second.public_key())
    with pytest.raises(ConflictError):
        make_keys(home.path, "ru-2027-1")
    with pytest.raises(InputError):
        make_keys(home.path, "../ru")


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("keys/active", None, "no signing key"),
        ("keys/active", "../../etc/passwd\n", "does not name a key"),
        ("keys/active", "ru-1999-1\n", "cannot be read"),
        ("keys/ru-2026-1.pem", "not a key", "PKCS#8"),
    ],
)
def test_what_is_wrong_with_a_key_is_said(home: Home, file: str, content: str | None, reason: str) -> None:
    if content is None:
        (home.path / file).unlink()
    else:
        (home.path / file).write_text(content)
    with pytest.raises(SettingError, match=reason):
        load_signing_key(home)


def test_a_key_of_another_kind_is_refused(home: Home) -> None:
    (home.path / "keys/ru-2026-1.pem").write_bytes((home.path / "tls/node.key").read_bytes())
    with pytest.raises(SettingError, match="not an Ed25519 key"):
        load_signing_key(home)


def test_the_authority_signs_the_node_and_is_never_replaced(home: Home) -> None:
    authority = x509.load_pem_x509_certificate(own_authority(home).encode())
    node = x509.load_pem_x509_certificate((home.path / "tls/node.pem").read_bytes())
    node.verify_directly_issued_by(authority)
    names = node.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name.value) for name in names] == ["127.0.0.1", "localhost"]
    with pytest.raises(ConflictError):
        make_certificates(home.path, party="cctld.ru", hosts=("127.0.0.1",), at=AT)
    renew_certificate(home.path, party="cctld.ru", hosts=("comity.example",), at=AT)
    renewed = x509.load_pem_x509_certificate((home.path / "tls/node.pem").read_bytes())
    renewed.verify_directly_issued_by(authority)
    assert renewed.serial_number != node.serial_number


def test_a_context_trusts_the_partner_and_nobody_else(home: Home) -> None:
    context = client_context(home, own_authority(home))
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version is ssl.TLSVersion.TLSv1_3
    assert len(context.get_ca_certs()) == 1
    with pytest.raises(SettingError, match="cannot be loaded"):
        client_context(home, "not a certificate")


def test_what_a_partner_hands_over_is_checked(home: Home) -> None:
    assert check_authority(own_authority(home)) == own_authority(home)
    with pytest.raises(InputError, match="node's certificate"):
        check_authority((home.path / "tls/node.pem").read_text())
    with pytest.raises(InputError, match="not a PEM"):
        check_authority("hello")
    with pytest.raises(InputError, match="too long"):
        check_authority("x" * 100_000)


@pytest.mark.parametrize(
    "url", ["http://a:1", "https://", "https://a:0", "https://a:99999", "https://u@a", "https://a?x", "a"]
)
def test_addresses_that_cannot_be_called_are_refused(url: str) -> None:
    with pytest.raises(InputError):
        check_url(url)
    assert check_url("https://comity.example.by:9443/") == "https://comity.example.by:9443"
