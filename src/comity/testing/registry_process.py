"""A simulated registry for a test: made, started, told what goes wrong, killed, started again, looked at."""

import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import msgspec

from comity.edges.tls import make_certificates
from comity.testing.registry import Domain, Fault, Login

_PATIENCE_SECONDS: Final = 10.0
LOGINS: Final = {
    "registry": Login("own-secret", "registry"),
    "registrar-a": Login("a-secret", "registrar"),
    "registrar-b": Login("b-secret", "registrar"),
}


class RegistryProcess:
    """A registry in a directory, with `LOGINS`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        directory.mkdir(parents=True, exist_ok=True)
        make_certificates(directory, party="registry-demo.by", hosts=["127.0.0.1", "localhost"], at=datetime.now(UTC))
        (directory / "logins.json").write_bytes(msgspec.json.encode(LOGINS))
        (directory / "domains.json").write_bytes(b"{}")
        (directory / "port").write_text("0")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def port(self) -> int:
        return int((self.directory / "port").read_text())

    def start(self) -> None:
        """Start it, on the port that it had before."""
        ready = self.directory / "ready"
        ready.unlink(missing_ok=True)
        self._process = subprocess.Popen([sys.executable, "-m", "comity.testing.registry", str(self.directory)])
        until = time.monotonic() + _PATIENCE_SECONDS
        while not ready.exists():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the simulated registry did not start")
            time.sleep(0.01)

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def revive(self) -> None:
        """Wait until it has died of its fault, and start it again."""
        if self._process is not None:
            self._process.wait(_PATIENCE_SECONDS)
        self.start()

    def put(self, name: str, *statuses: str, sponsor: str = "registrar-a", nameservers: Sequence[str] = ()) -> None:
        """Let a name be as said, whatever it was."""
        domains = self.domains()
        domains[name] = Domain(sponsor, list(statuses) or ["ok"], list(nameservers))
        (self.directory / "domains.json").write_bytes(msgspec.json.encode(domains))

    def domains(self) -> dict[str, Domain]:
        return msgspec.json.decode((self.directory / "domains.json").read_bytes(), type=dict[str, Domain])

    def statuses(self, name: str) -> list[str]:
        return self.domains()[name].statuses

    def arm(self, fault: Fault) -> None:
        """Let something go wrong once."""
        (self.directory / "struck").unlink(missing_ok=True)
        (self.directory / "fault").write_bytes(msgspec.json.encode(fault))

    @property
    def has_struck(self) -> bool:
        return (self.directory / "struck").exists()

    def journal(self) -> list[str]:
        """What was asked of it: a line for each command."""
        file = self.directory / "journal"
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []
