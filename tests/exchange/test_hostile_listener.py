"""A hostile partner at a real listener: while it does its worst, an honest one's entries are receipted in good time.

Mallory is a partner too (its authority is known here, its certificate is good), so it gets past the wall; what it sends
is what HTTP, TLS and JSON allow, and what they do not.  After every attack: the same process, little memory, no
traceback, and nothing of it in the store.
"""

import gzip
import os
import random
import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from comity.edges.tls import make_certificates, renew_certificate
from comity.wire.link_batch import BATCH_MAX_BYTES
from exchange.raw import BATCH, ORIGIN, STATUS, Raw, head
from exchange.scene import MALLORY, MALLORYS, Scene

pytestmark = pytest.mark.processes

MANY = 200
ANY_OCTETS = 20_000 if os.environ.get("COMITY_SOAK") else 200
BODY = head(BATCH, f"Content-Length: {BATCH_MAX_BYTES}")
SMALL = head(STATUS, "Content-Length: 60000")


def trickle(scene: Scene, *, seconds: float) -> None:
    """Heads and bodies an octet at a time on 200 connections, made anew when they are ended."""
    context = scene.context()
    stop = time.monotonic() + seconds
    kinds = [BODY[:-2], BODY, SMALL, b"", SMALL + b"x" * 30_000]
    alive: list[Raw | None] = [None] * MANY
    came_in = 0
    while time.monotonic() < stop:
        for number in range(MANY):
            line = alive[number]
            if line is None:
                with suppress(OSError):
                    alive[number] = line = Raw(scene.by.port, context, timeout=2)
                    line.send(kinds[number % len(kinds)])
                    came_in += 1
            elif not line.send(b"x"):
                line.close()
                alive[number] = None
    for line in filter(None, alive):
        line.close()
    assert came_in > MANY, "who is ended comes back, and is let in"


def begin_handshakes(scene: Scene) -> None:
    """Begin 200 handshakes and say no more."""
    bare = [socket.create_connection(("127.0.0.1", scene.by.port), timeout=15) for _ in range(MANY)]
    for each in bare:
        each.send(b"\x16\x03\x01")
    for each in bare:
        with suppress(ConnectionResetError):
            assert each.recv(1) == b""
        each.close()


def let_in(scene: Scene) -> Raw:
    """A connection with the honest partner's own certificate that was answered: a flood of handshakes ends others."""
    for _ in range(20):
        with suppress(OSError):
            line = scene.thief()
            line.send(head(STATUS, "Content-Length: 1") + b"x")
            if line.answer() == (400, "bad-input"):
                return line
            line.close()
    raise AssertionError("nobody is let in while others begin handshakes")


def stall(scene: Scene) -> None:
    """Stop in the middle, with the honest partner's own certificate: one hears that it was too slow."""
    with let_in(scene) as one, let_in(scene) as two, let_in(scene) as three:
        began = time.monotonic()
        one.send(BODY + b"x" * 100)
        two.send(BODY[:-2])
        assert one.answer() == (408, "too-slow")
        assert two.answer() == (408, "too-slow")
        assert 9 < time.monotonic() - began < 20
        three.send(head(STATUS, "Content-Length: 1") + b"x")
        assert three.answer() == (400, "bad-input"), "who has not begun may take its time"


def test_whatever_never_ends_is_ended_and_nobody_waits_for_it(scene: Scene) -> None:
    def attack() -> None:
        with ThreadPoolExecutor(3) as pool:
            for each in [
                pool.submit(trickle, scene, seconds=13),
                pool.submit(begin_handshakes, scene),
                pool.submit(stall, scene),
            ]:
                each.result()

    scene.during(attack)


def test_five_hundred_connections(scene: Scene) -> None:
    def attack() -> None:
        context = scene.context()
        lines: list[Raw] = []
        bare: list[socket.socket] = []
        for number in range(500):
            if number % 2:
                bare.append(socket.create_connection(("127.0.0.1", scene.by.port), timeout=30))
            else:
                lines.append(Raw(scene.by.port, context))
        with scene.connect() as last:
            last.send(head(f"{MALLORYS}/status", "Content-Length: 1") + b"x")
            assert last.answer() == (400, "bad-input"), "the newest is served, the oldest made room"
        for line in [*lines, *bare]:
            line.close()

    scene.during(attack)


def test_another_partners_certificate_opens_only_its_own_ledger(scene: Scene) -> None:
    def attack() -> None:
        with scene.connect() as line:
            for path in (BATCH, STATUS, f"/link/v1/{ORIGIN}%2F..%2Fmallory.example/status"):
                line.send(
                    head(path, "Content-Length: 1", "SSL_CLIENT_PARTNER: cctld.ru", "Ssl-Client-Partner: x") + b"x"
                )
                assert line.answer() in {(403, "forbidden"), (404, "unknown-origin"), (400, "bad-input")}
            question = scene.honest.question()
            line.send(head(STATUS, f"Content-Length: {len(question)}") + question)
            assert line.answer() == (403, "forbidden"), "not even with what the partner signed"

    scene.during(attack)


def test_who_is_nobodys_partner_does_not_come_in(scene: Scene, tmp_path: Path) -> None:
    stranger, late, old = tmp_path / "stranger", tmp_path / "late", scene.context()
    make_certificates(stranger, party=MALLORY, hosts=("127.0.0.1",), at=datetime.now(UTC))
    (late / "tls").mkdir(parents=True)
    for name in ("ca.pem", "ca.key"):
        (late / "tls" / name).write_bytes((scene.mallory / "tls" / name).read_bytes())
        (late / "tls" / name).chmod(0o600)
    renew_certificate(late, party=MALLORY, hosts=("127.0.0.1",), at=datetime.now(UTC) - timedelta(days=1000))
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    bare.load_verify_locations(cadata=scene.by.authority)

    def attack() -> None:
        for context in (scene.context(stranger), scene.context(late), old, bare):
            with (
                suppress(ssl.SSLError),
                Raw(scene.by.port, context) as line,
            ):  # refused in the handshake or at once after
                line.send(head(STATUS, "Content-Length: 0"))
                assert line.answer() == (0, "")
        for octets in (b"GET / HTTP/1.1\r\n\r\n", b"\0" * 100_000, b"\x16\x03\x03\xff\xff" + b"x" * 70_000, b""):
            plain = socket.create_connection(("127.0.0.1", scene.by.port), timeout=15)
            with plain, suppress(OSError):  # the listener may have hung up already
                plain.sendall(octets)
                plain.shutdown(socket.SHUT_WR)
                while plain.recv(1000):
                    pass

    scene.during(attack)


def test_lines_that_are_cut_in_every_way(scene: Scene) -> None:
    note = scene.honest.question()
    whole = head(f"{MALLORYS}/status", f"Content-Length: {len(note)}") + note

    def attack() -> None:
        for cut in range(0, len(whole), 7):
            line = scene.connect()
            line.send(whole[:cut])
            line.reset()
        big = scene.connect()
        big.send(head(f"{MALLORYS}/batch", "Content-Length: 16000000") + b"x" * 9_000_000)
        big.reset()
        with scene.connect() as half:  # it asks, says that it has said all, and listens
            half.send(whole)
            socket.socket.shutdown(half.sock, socket.SHUT_WR)
            assert half.answer() == (403, "memorandum-not-in-force")
        with scene.connect() as short:
            short.send(whole[:-3])
            socket.socket.shutdown(short.sock, socket.SHUT_WR)
            assert short.answer() == (400, "bad-input")

    scene.during(attack)


def test_a_length_that_is_too_small_makes_no_second_request(scene: Scene) -> None:
    hidden = head(BATCH, "Content-Length: 0")

    def attack() -> None:
        with scene.connect() as line:
            line.send(head(f"{MALLORYS}/status", "Content-Length: 5") + b"12345garbage\r\n\r\n")
            assert line.answer() == (400, "bad-input")
            assert line.answer() == (400, "bad-input")
            assert line.ended()
        with scene.connect() as line:  # what follows is the same partner's next request, and under its own certificate
            line.send(head(f"{MALLORYS}/status", "Content-Length: 0") + hidden)
            assert line.answer() == (400, "bad-input")
            assert line.answer() == (403, "forbidden")

    scene.during(attack)


def test_a_thousand_requests_at_once_on_a_line_whose_answers_nobody_takes(scene: Scene) -> None:
    one = head(f"{MALLORYS}/status", "Content-Length: 1") + b"x"

    def attack() -> None:
        with scene.connect(timeout=3) as deaf:
            deaf.send(one * 20_000)
        with scene.connect() as line:
            line.send(one * 100)
            assert [line.answer() for _ in range(100)] == [(400, "bad-input")] * 100, "in order, each"

    scene.during(attack)


def test_a_compressed_bomb_is_not_opened(scene: Scene) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)

    def attack() -> None:
        for coding in ("gzip", "identity, gzip", "br", "GZIP"):
            with scene.connect() as line:
                line.send(head(BATCH, f"Content-Encoding: {coding}", f"Content-Length: {len(bomb)}") + bomb)
                assert line.answer() == (415, "encoding-refused")
        with scene.thief() as line:
            line.send(head(BATCH, f"Content-Length: {len(bomb)}") + bomb)
            assert line.answer() == (400, "bad-input"), "as it is, it is no batch"

    scene.during(attack)


def test_sixteen_of_the_largest_bodies_at_once_wait_for_memory(scene: Scene) -> None:
    large = head(f"{MALLORYS}/batch", f"Content-Length: {BATCH_MAX_BYTES}")
    garbage = b"x" * BATCH_MAX_BYTES

    def one() -> tuple[int, str]:
        with scene.connect(timeout=60) as line:
            line.send(large)
            line.send(garbage)
            return line.answer()

    def attack() -> None:
        with ThreadPoolExecutor(16) as pool:
            answers = {each.result() for each in [pool.submit(one) for _ in range(16)]}
        assert (400, "bad-input") in answers
        assert answers <= {(400, "bad-input"), (503, "busy"), (408, "too-slow")}

    scene.during(attack)


def test_any_octets_at_all(scene: Scene) -> None:
    chance = random.Random(20261125)
    seeds = [head(f"{MALLORYS}/status", "Content-Length: 4") + b"abcd", BODY + b"comity-batch/1\n0 0 1\n", b"\0" * 40]
    words = [
        b"\r\n",
        b"Content-Length: ",
        b"Transfer-Encoding: chunked\r\n",
        b"0\r\n\r\n",
        b"\xff" * 9,
        b"HTTP/1.1",
        b" ",
        b":",
    ]

    def attack() -> None:
        context = scene.context()
        for _ in range(ANY_OCTETS):
            octets = bytearray(chance.choice(seeds) * chance.randint(1, 3))
            for _ in range(chance.randint(0, 8)):
                at = chance.randrange(len(octets))
                octets[at : at + chance.randint(0, 4)] = chance.choice([*words, chance.randbytes(chance.randint(0, 9))])
            with Raw(scene.by.port, context, timeout=15) as line:
                line.send(bytes(octets))
                socket.socket.shutdown(line.sock, socket.SHUT_WR)
                answers = [line.answer()[0]]
                while answers[-1]:
                    answers.append(line.answer()[0])
                assert 200 not in answers

    scene.during(attack)


def test_a_body_that_is_too_long_is_answered_although_its_sender_only_sends(scene: Scene) -> None:
    def attack() -> None:
        with scene.connect() as line:
            line.send(head(BATCH, f"Content-Length: {BATCH_MAX_BYTES + 9}") + b"x" * (BATCH_MAX_BYTES + 9))
            assert line.answer() == (413, "too-large")
        with scene.connect() as line:
            line.send(head(BATCH, "Content-Length: 10000000000"))
            assert line.answer() == (413, "too-large")
            sent = 0
            while line.send(b"x" * 1_000_000) and sent < 200:
                sent += 1
            assert sent < 100, "what is read past has an end"

    scene.during(attack)


def test_payloads_nested_as_deep_as_they_are_long_are_kept_and_proven_and_not_applied(scene: Scene) -> None:
    def attack() -> None:
        for octets in (b"[" * 65_535, b'{"a":' * 13_000, b'[{"x":' * 10_000 + b"1", b'"' + b"\\u0000" * 10_000 + b'"'):
            for kind in ("report", "case-event"):
                scene.honest.push(octets, kind=kind)

    attack()
    scene.during(lambda: time.sleep(0.2))
