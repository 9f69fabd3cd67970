"""A real BIND that fetches a zone from us and refuses what it names; and the DNS behind it."""

import base64
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.rrset

from comity.wire.tsig import TsigKey

ELSEWHERE = "198.51.100.99"
NAMED = shutil.which("named") or "/usr/sbin/named"


def free_port() -> int:
    """A port that is free for UDP and TCP."""
    while True:
        with socket.socket() as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, suppress(OSError):
            tcp.bind(("127.0.0.1", 0))
            udp.bind(tcp.getsockname())
            return int(tcp.getsockname()[1])


@contextmanager
def rest_of_the_dns() -> Iterator[int]:
    """Answers every question with one address."""
    ends = threading.Event()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.1)

        def run() -> None:
            while not ends.is_set():
                with suppress(TimeoutError):
                    data, address = server.recvfrom(4096)
                    answer = dns.message.make_response(dns.message.from_wire(data), recursion_available=True)
                    name = answer.question[0].name
                    answer.answer.append(dns.rrset.from_text(name, 5, "IN", "A", ELSEWHERE))
                    server.sendto(answer.to_wire(), address)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            ends.set()
            thread.join()


@contextmanager
def bind(directory: Path, *, zone: str, primary: int, key: TsigKey, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run BIND in a directory until the block ends."""
    directory.mkdir()
    secret = base64.b64encode(key.secret).decode()
    with rest_of_the_dns() as upstream, (directory / "log").open("wb") as log:
        (directory / "named.conf").write_text(f"""
key "{key.name}" {{ algorithm hmac-sha256; secret "{secret}"; }};
options {{ directory "{directory}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
  pid-file "{directory}/pid"; session-keyfile "{directory}/session.key"; recursion yes; dnssec-validation no;
  empty-zones-enable no; forward only; forwarders {{ 127.0.0.1 port {upstream}; }}; allow-query {{ localhost; }};
  qname-minimization off; notify no;
  response-policy {{ zone "{zone}" min-update-interval 1; }} qname-wait-recurse no break-dnssec yes; }};
controls {{ }};
zone "{zone}" {{ type secondary; primaries {{ 127.0.0.1 port {primary} key "{key.name}"; }}; file "rpz.db";
  allow-notify {{ 127.0.0.1; }}; allow-query {{ localhost; }}; }};
""")
        command = [NAMED, "-g", "-c", str(directory / "named.conf"), "-n", "1"]
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=directory)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(10)


def is_refused(port: int, name: str) -> bool:
    """Whether the resolver says that a name does not exist; it must know an address of every other one."""
    answer = dns.query.udp(dns.message.make_query(name, "A"), "127.0.0.1", port=port, timeout=3)
    if answer.rcode() == dns.rcode.NXDOMAIN:
        return True
    assert [str(record) for rrset in answer.answer for record in rrset] == [ELSEWHERE], answer
    return False


def comes_to_be(port: int, name: str, *, refused: bool, within_seconds: float = 15.0) -> bool:
    """Wait until a name is refused, or no longer."""
    ends = time.monotonic() + within_seconds
    while time.monotonic() < ends:
        with suppress(dns.exception.Timeout, AssertionError, OSError):
            if is_refused(port, name) == refused:
                return True
        time.sleep(0.1)
    return False
