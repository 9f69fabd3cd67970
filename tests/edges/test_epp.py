"""Sessions with a simulated registry: ours, and those of two programs that nobody here wrote."""

import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from lxml import etree

from comity.core.errors import SettingError
from comity.edges.epp_door import find_door
from comity.edges.epp_session import EppDoor, EppSession, EppUnavailableError
from comity.edges.home import EppSettings, Home, NodeSettings
from comity.testing.registry import SCHEMA
from comity.testing.registry_process import LOGINS, RegistryProcess
from comity.wire.epp import EPP, frame, render_hello

pytestmark = pytest.mark.processes

PROGRAMS = Path(__file__).parent / "foreign_epp"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryProcess]:
    with RegistryProcess(tmp_path_factory.mktemp("registry")) as running:
        yield running


def door(registry: RegistryProcess, client: str = "registry", password: str = "") -> EppDoor:
    tls = registry.directory / "tls"
    return EppDoor(
        host="127.0.0.1", port=registry.port, client=client, password=password or LOGINS[client].password,
        ca=tls / "ca.pem", certificate=tls / "node.pem", key=tls / "node.key", answer_seconds=3,
    )  # fmt: skip


def test_a_registry_and_registrars_may_each_do_their_own(registry: RegistryProcess) -> None:
    registry.put("a-demo.by")
    with EppSession(door(registry), prefix="t-1") as own:
        assert own.update("a-demo.by", add=["serverHold"], remove=[], cltrid="t-1-1").code == 1000
        assert own.update("a-demo.by", add=["clientHold"], remove=[], cltrid="t-1-2").code == 2306
        assert own.info("none-demo.by", cltrid="t-1-3").verdict == "not-found"
    with EppSession(door(registry, "registrar-a"), prefix="t-2") as sponsor:
        assert sponsor.update("a-demo.by", add=["clientHold"], remove=[], cltrid="t-2-1").code == 1000
        assert sponsor.update("a-demo.by", add=[], remove=["serverHold"], cltrid="t-2-2").code == 2306
    with EppSession(door(registry, "registrar-b"), prefix="t-3") as stranger:
        assert stranger.update("a-demo.by", add=["clientUpdateProhibited"], remove=[], cltrid="t-3-1").code == 2201
    assert registry.statuses("a-demo.by") == ["clientHold", "serverHold"]


def test_a_lock_lets_nothing_through_but_its_removal(registry: RegistryProcess) -> None:
    registry.put("b-demo.by", "serverUpdateProhibited", "serverHold")
    with EppSession(door(registry), prefix="t-4") as session:
        assert session.update("b-demo.by", add=[], remove=["serverHold"], cltrid="t-4-1").verdict == "prohibited"
        assert session.update("b-demo.by", add=[], remove=["serverUpdateProhibited"], cltrid="t-4-2").code == 1000
        assert session.update("b-demo.by", add=[], remove=["serverHold"], cltrid="t-4-3").code == 1000
    assert registry.statuses("b-demo.by") == ["ok"]


def test_a_wrong_password_opens_no_session(registry: RegistryProcess) -> None:
    with pytest.raises(EppUnavailableError, match="2200"), EppSession(door(registry, password="wrong-1"), prefix="t-5"):
        pass


def test_another_authority_is_not_believed(registry: RegistryProcess, tmp_path: Path) -> None:
    other = RegistryProcess(tmp_path / "other").directory / "tls" / "ca.pem"
    wrong = msgspec.structs.replace(door(registry), ca=other)
    with pytest.raises(EppUnavailableError, match="certificate"), EppSession(wrong, prefix="t-6"):
        pass


def test_certificates_that_cannot_be_used_are_a_setting(registry: RegistryProcess, tmp_path: Path) -> None:
    wrong = msgspec.structs.replace(door(registry), key=tmp_path / "none.key")
    with pytest.raises(SettingError), EppSession(wrong, prefix="t-7"):
        pass


@pytest.mark.parametrize(
    "sent",
    [b"", b"\x00\x00\x00\x00", b"\xff\xff\xff\xff", frame(b"<epp"), frame(render_hello()), b"\x00\x00\x01\x00<epp>"],
)
def test_a_server_that_does_not_greet_is_left(registry: RegistryProcess, sent: bytes) -> None:
    with Speaker(registry, sent) as port:
        quick = msgspec.structs.replace(door(registry), port=port(), answer_seconds=0.3)
        with pytest.raises(EppUnavailableError), EppSession(quick, prefix="t-8"):
            pass


def test_the_registry_answers_what_is_not_epp(registry: RegistryProcess) -> None:
    context = ssl.create_default_context(cafile=str(registry.directory / "tls" / "ca.pem"))
    context.load_cert_chain(registry.directory / "tls" / "node.pem", registry.directory / "tls" / "node.key")
    plain = socket.create_connection(("127.0.0.1", registry.port))
    start, end = f'<epp xmlns="{EPP}"><command><logout/>', "</command></epp>"
    with context.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
        read(connection)
        for document, code in (
            ("<x", b"2001"),
            (f"{start}<clTRID>ab</clTRID>{end}", b"2001"),
            (f"{start}{end}", b"2002"),
        ):
            connection.sendall(frame(document.encode()))
            assert code in read(connection)


def test_the_password_is_in_a_file_of_its_own(tmp_path: Path) -> None:
    settings = NodeSettings(party="oac.by", zones=("by",), secret_key="s")
    assert find_door(Home(tmp_path, settings)) is None
    node = Home(tmp_path, msgspec.structs.replace(settings, epp=EppSettings(host="epp.demo.by", client="registry")))
    with pytest.raises(SettingError, match="cannot be read"):
        find_door(node)
    file = tmp_path / "epp.password"
    file.write_text("secret-1\n")
    file.chmod(0o644)
    with pytest.raises(SettingError, match="chmod 600"):
        find_door(node)
    file.chmod(0o600)
    found = find_door(node)
    assert found is not None
    assert found.password == "secret-1"
    file.write_text("\n")
    with pytest.raises(SettingError, match="no password"):
        find_door(node)


# -- programs that nobody here wrote -----------------------------------------------------------------------------------


def test_net_epp_finds_a_registry(registry: RegistryProcess) -> None:
    registry.put("perl-demo.by", "clientTransferProhibited", nameservers=["ns1.host-demo.by"])
    tls = str(registry.directory / "tls")

    done = subprocess.run(
        ["perl", str(PROGRAMS / "net_epp.pl"), str(registry.port), tls, "perl-demo.by"],
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip

    assert done.stdout.splitlines() == [
        "clientTransferProhibited",
        "add serverHold 1000",
        "clientTransferProhibited,serverHold",
        "add clientHold 2306",
        "rem serverHold 1000",
        "clientTransferProhibited",
    ], done.stderr


def test_pyepp_finds_a_registry(registry: RegistryProcess) -> None:
    registry.put("python-demo.by", "clientTransferProhibited", nameservers=["ns1.host-demo.by"])
    tls = registry.directory / "tls"

    done = subprocess.run(
        [sys.executable, str(PROGRAMS / "pyepp_client.py"), str(registry.port), str(tls), "python-demo.by"],
        capture_output=True, text=True, check=False, timeout=30,
        env={**os.environ, "SSL_CERT_FILE": str(tls / "ca.pem")},
    )  # fmt: skip

    assert done.stdout.splitlines() == [
        "1000",
        "1000 ['clientTransferProhibited']",
        "1000",
        "1000 ['clientTransferProhibited', 'serverHold']",
        "2306",
        "1000",
        "1000 ['clientTransferProhibited']",
        "2303",
    ], done.stderr


def test_the_schema_is_a_schema() -> None:
    assert etree.RelaxNG(etree.parse(str(SCHEMA))) is not None


def read(connection: ssl.SSLSocket) -> bytes:
    return connection.recv(65536)


class Speaker:
    """A server that shows the registry's certificate, says one thing and then nothing."""

    def __init__(self, registry: RegistryProcess, sent: bytes) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls = registry.directory / "tls"
        self._context.load_cert_chain(tls / "node.pem", tls / "node.key")
        self._sent = sent
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._speak)

    def __enter__(self) -> Callable[[], int]:
        self._thread.start()
        return lambda: int(self._listener.getsockname()[1])

    def __exit__(self, *rest: object) -> None:
        self._done.set()
        self._thread.join()
        self._listener.close()

    def _speak(self) -> None:
        plain, _address = self._listener.accept()
        with self._context.wrap_socket(plain, server_side=True) as connection:
            connection.sendall(self._sent)
            self._done.wait(5)
