"""A second authority beside the first: both trusted, then one in the other's place; a crash in between is mended."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from comity.core.errors import ConflictError, SettingError
from comity.edges.authorities import WARN_BEFORE, add_authority, have_one_in_common, list_ends, use_authority
from comity.edges.home import Home, NodeSettings
from comity.edges.keys import make_keys
from comity.edges.tls import (
    certificate_hosts,
    check_authority,
    client_context,
    files_stamp,
    make_certificates,
    own_authority,
    renew_certificate,
)

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def made(path: Path, party: str = "cctld.ru") -> Home:
    make_keys(path, "ru-2026-1")
    make_certificates(path, party=party, hosts=("127.0.0.1", "comity.example.ru"), at=AT)
    return Home(path=path, settings=NodeSettings(party=party, zones=("ru",), secret_key="x"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return made(tmp_path / "ru")


def issuer_of(home: Home) -> int:
    """Which certificate of ca.pem signed the node's: its place."""
    node = x509.load_pem_x509_certificate((home.path / "tls/node.pem").read_bytes())
    keys = [one.public_key() for one in x509.load_pem_x509_certificates(own_authority(home).encode())]
    identifier = node.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    (place,) = (
        place
        for place, key in enumerate(keys)
        if x509.AuthorityKeyIdentifier.from_issuer_public_key(key) == identifier  # type: ignore[arg-type]
    )
    return place


def test_partners_are_given_both_and_the_old_one_signs_until_it_is_replaced(home: Home) -> None:
    old = own_authority(home)
    both = add_authority(home, at=AT)
    assert both == own_authority(home) == check_authority(both)
    assert both.startswith(old)
    assert len(client_context(home, both).get_ca_certs()) == 2
    renew_certificate(home.path, party=home.party, hosts=("127.0.0.1",), at=AT)
    assert issuer_of(home) == 0
    with pytest.raises(ConflictError, match="two authorities already"):
        add_authority(home, at=AT)
    stamp = files_stamp(home)
    new = use_authority(home, at=AT)
    assert files_stamp(home) != stamp
    assert new == own_authority(home) == both.removeprefix(old)
    assert issuer_of(home) == 0
    assert certificate_hosts(home) == ("127.0.0.1",)
    assert not (home.path / "tls/ca-next.key").exists()
    assert stat.S_IMODE((home.path / "tls/ca.key").stat().st_mode) == 0o600
    with pytest.raises(ConflictError, match="no second authority"):
        use_authority(home, at=AT)


def test_a_step_that_was_interrupted_is_mended_by_doing_it_again(home: Home) -> None:
    tls = home.path / "tls"
    one = own_authority(home)
    both = add_authority(home, at=AT)
    (tls / "ca.pem").write_text(one)  # interrupted before anybody could see the second certificate
    both = add_authority(home, at=AT)
    (tls / "ca-next.key").replace(tls / "ca.key")  # interrupted when the new key was in place
    assert use_authority(home, at=AT) == both.removeprefix(one)
    assert issuer_of(home) == 0
    (tls / "ca.pem").write_text(one)
    with pytest.raises(SettingError, match="no certificate of the key"):
        renew_certificate(home.path, party=home.party, hosts=("127.0.0.1",), at=AT)


def test_what_ends_is_told_in_time(home: Home, tmp_path: Path) -> None:
    partner = own_authority(made(tmp_path / "by", "oac.by"))
    ends = list_ends(home, {"oac.by": partner}, at=AT)
    assert [(end.whose, end.what, end.warn) for end in ends] == [
        ("cctld.ru", "node", False), ("cctld.ru", "authority", False), ("oac.by", "authority", False),
    ]  # fmt: skip
    node_ends = ends[0].ends_at
    assert list_ends(home, {}, at=node_ends - WARN_BEFORE)[0].warn is False
    assert list_ends(home, {}, at=node_ends - WARN_BEFORE + timedelta(seconds=1))[0].warn is True
    assert not have_one_in_common(partner, own_authority(home))
    assert have_one_in_common(partner + own_authority(home), own_authority(home))


def test_what_is_wrong_with_the_files_is_said(home: Home) -> None:
    (home.path / "tls/node.pem").write_text("hello")
    with pytest.raises(SettingError, match="no node's certificate"):
        certificate_hosts(home)
    with pytest.raises(SettingError, match="not a PEM"):
        list_ends(home, {}, at=AT)
    (home.path / "tls/node.pem").unlink()
    with pytest.raises(SettingError, match="cannot be read"):
        certificate_hosts(home)
    with pytest.raises(SettingError, match="cannot be read"):
        list_ends(home, {}, at=AT)
    assert files_stamp(home)[:2] == (0, 0)
