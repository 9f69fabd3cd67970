"""One listener under attack: Mallory, who has a good certificate, an honest partner, and what must hold after."""

import ssl
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from comity.edges.tls import make_certificates
from exchange.pair import Node, Pair
from exchange.raw import Honest, Raw, peak_kilobytes

PEAK_KILOBYTES = 200_000
RECEIPT_SECONDS = 6.0  # the machines that run this are shared
MALLORY = "mallory.example"
MALLORYS = f"/link/v1/{MALLORY}/ledger/oac.by"


def context_of(directory: Path, server: Node) -> ssl.SSLContext:
    """What whoever has this directory's certificate connects with."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.load_verify_locations(cadata=server.authority)
    made.load_cert_chain(directory / "tls/node.pem", directory / "tls/node.key")
    return made


class Scene:
    """One listener for all attacks of this file: it has to live through every one of them."""

    def __init__(self, directory: Path) -> None:
        self.pair = Pair(directory)
        self.by: Node = self.pair.by
        self.mallory = directory / "mallory"
        make_certificates(self.mallory, party=MALLORY, hosts=("127.0.0.1",), at=datetime.now(UTC))
        self.by.act("befriend", MALLORY, str(self.mallory / "tls/ca.pem"))
        self.by.start_listener()
        self.pid = self.by.processes["listener"].pid
        self.honest = Honest(self.pair.ru, self.by)
        self.honest.push(b"first")

    def context(self, directory: Path | None = None) -> ssl.SSLContext:
        """What a client with a certificate connects with: Mallory's, unless another directory is named."""
        return context_of(directory or self.mallory, self.by)

    def connect(self, *, timeout: float = 30.0) -> Raw:
        return Raw(self.by.port, self.context(), timeout=timeout)

    def thief(self) -> Raw:
        """Somebody with the honest partner's own certificate."""
        return Raw(self.by.port, self.context(self.pair.ru.directory))

    def during(self, attack: Callable[[], None]) -> None:
        """Attack, while the honest partner goes on; then look at what is left."""
        done = threading.Event()
        self.honest.took.clear()

        def go_on() -> None:
            while True:
                self.honest.push(*[b"honest %d" % number for number in range(20)])
                if done.wait(0.05):
                    return

        with ThreadPoolExecutor(1) as beside:
            going = beside.submit(go_on)
            try:
                attack()
            finally:
                done.set()
            going.result()
        assert max(self.honest.took) < RECEIPT_SECONDS
        print(f"slowest receipt {max(self.honest.took):.2f} s, peak {peak_kilobytes(self.pid)} kB")
        self.check()

    def check(self) -> None:
        assert self.by.processes["listener"].poll() is None
        assert peak_kilobytes(self.pid) < PEAK_KILOBYTES
        assert "Traceback" not in self.by.tell(), self.by.tell()[-6000:]
