"""Two transparency logs that nobody of this project wrote, made ready to be asked.

go      Go's golang.org/x/mod/sumdb {note,tlog}, through the program beside this file (peer.go)
aics    aics-tlog from requirements/foreign.lock: C2SP notes, cosignatures, tiles and proofs in Python
"""

import json
import os
import subprocess
import sys
from base64 import b64encode
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from comity.wire.checkpoint import key_id

HERE = Path(__file__).resolve().parent
NOTE_KEY, COSIGNATURE_KEY = 1, 4


def verifier_key(name: str, public: bytes, kind: int = NOTE_KEY) -> str:
    """A key as C2SP signed-note writes it: <name>+<key id>+<base64 of kind and key>."""
    return f"{name}+{key_id(name, public, kind=kind).hex()}+{b64encode(bytes([kind]) + public).decode()}"


class GoPeer:
    """The built program; a directory of its own for Go's cache and the questions."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._program = directory / "peer"
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(directory), "GOCACHE": str(directory / "cache"),
            "GOPATH": "/usr/share/gocode", "GO111MODULE": "off", "GOFLAGS": "", "GOTOOLCHAIN": "local",
        }  # fmt: skip
        command = ["go", "build", "-o", str(self._program), str(HERE / "peer.go")]
        done = subprocess.run(command, env=environment, cwd=directory, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def verify(self, **questions: list[Any]) -> dict[str, Any]:
        """Let it verify proofs (`inclusion`, `consistency`), `notes` and `leaves`; one answer for each."""
        file = self._directory / "questions.json"
        file.write_text(json.dumps(questions))
        return self._ask("verify", str(file))

    def make(self, *sizes: int) -> dict[str, Any]:
        """Let it make a tree, with proofs and signed notes for these sizes."""
        return self._ask("make", *map(str, sizes))

    def audit(self, base: str, *keys: str, ca: Path | None = None, token: str = "") -> dict[str, Any]:
        """Let it read a published ledger and verify all of it."""
        return self._ask("audit", f"-keys={' '.join(keys)}", f"-ca={ca or ''}", f"-token={token}", base)

    def refuses(self, base: str, *keys: str) -> str:
        """Let it audit what is wrong; tell what it said."""
        done = self._run("audit", f"-keys={' '.join(keys)}", base)
        assert done.returncode == 1, done.stdout
        return done.stderr

    def _ask(self, *arguments: str) -> dict[str, Any]:
        done = self._run(*arguments)
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def _run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([self._program, *arguments], capture_output=True, text=True, timeout=120, check=False)


@cache
def aics() -> ModuleType:
    """aics-tlog, from where tools/setup_venv.sh put it."""
    place = str(Path(sys.prefix) / "foreign")
    if place not in sys.path:
        sys.path.append(place)
    return import_module("aics_tlog")
