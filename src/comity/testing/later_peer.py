"""A partner's node of the next version of the link, made for tests with nothing of this program but the spec pages.

It sends `comity-batch/2` first and falls back when it hears `unsupported-version`; its entries may be of kinds and with
members that this version does not know.  Hashing, notes, signatures and HTTPS are its own, a few lines each: what it
and the program agree on is what docs/spec/ledger.md and link.md say.
"""

import http.client
import json
import ssl
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

Entry = tuple[str, str, bytes]  # kind, subject, payload


class Reply(NamedTuple):
    """What the other node answered."""

    status: int
    code: str
    body: bytes


class LaterPeer:
    """Speaks for the node in a directory, with its signing key and certificate, to one other node."""

    def __init__(self, directory: Path, party: str, partner: str, *, port: int, authority: str) -> None:
        kid = (directory / "keys" / "active").read_text().strip()
        key = load_pem_private_key((directory / "keys" / f"{kid}.pem").read_bytes(), password=None)
        assert isinstance(key, Ed25519PrivateKey)
        self._key = key
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._context.load_verify_locations(cadata=authority)
        self._context.load_cert_chain(directory / "tls" / "node.pem", directory / "tls" / "node.key")
        self._port = port
        self.origin = f"{party}/ledger/{partner}"
        self.entries: list[Entry] = []
        self.receipted = 0
        self.version = 2
        self.refusals: list[str] = []

    def send(self, entries: Sequence[Entry]) -> Reply:
        """Append entries and push them, in the newest version that the other side takes."""
        self.entries += entries
        reply = self._push()
        if reply.code == "unsupported-version":
            self.refusals.append(reply.code)
            self.version = max(int(number) for number in json.loads(reply.body)["item"].split())
            reply = self._push()
        if reply.status == http.client.OK:
            self.receipted = int(reply.body.split(b"\n")[1])
        return reply

    def ask(self, verb: str, body: bytes) -> Reply:
        """Post something to an address of the link."""
        connection = http.client.HTTPSConnection("127.0.0.1", self._port, context=self._context, timeout=30)
        try:
            connection.request("POST", f"/link/v1/{self.origin}/{verb}", body=body)
            answer = connection.getresponse()
            data = answer.read()
            problem = "problem" in (answer.headers.get("content-type") or "")
            return Reply(answer.status, json.loads(data)["code"] if problem else "", data)
        finally:
            connection.close()

    def checkpoint(self) -> bytes:
        """The signed head of everything sent so far."""
        root = _root([_leaf(entry) for entry in self.entries])
        text = f"{self.origin}\n{len(self.entries)}\n{b64encode(root).decode()}\n".encode()
        public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        name = sha256(self.origin.encode() + b"\n\x01" + public).digest()[:4]
        line = b64encode(name + self._key.sign(text)).decode()
        return text + f"\n— {self.origin} {line}\n".encode()

    def _push(self) -> Reply:
        note, new = self.checkpoint(), self.entries[self.receipted :]
        head = f"comity-batch/{self.version}\n{self.receipted} {len(new)} {len(note)}\n".encode()
        if self.version > 1:
            head += b"hints none\n"  # what a later version might add
        body = b"".join(f"{kind} {subject} {len(data)}\n".encode() + data + b"\n" for kind, subject, data in new)
        return self.ask("batch", head + note + body)


def _leaf(entry: Entry) -> bytes:
    kind, subject, payload = entry
    return sha256(f"\0comity-entry/1\n{kind}\n{subject}\n{sha256(payload).hexdigest()}\n".encode()).digest()


def _root(leaves: list[bytes]) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + _root(leaves[:half]) + _root(leaves[half:])).digest()
