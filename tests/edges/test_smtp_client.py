"""Letters handed to a real SMTP server over TLS: taken, greylisted, refused, broken off, and never sent in clear."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from comity.core.errors import SettingError
from comity.edges.smtp_client import check_settings, hand_over
from comity.edges.tls import make_certificates
from edges.mail_server import PASSWORD, SENDER, Server, free_port, home_at, serving

MESSAGE = b"From: a@cctld.ru\r\nTo: b@registrar-demo.ru\r\nSubject: x\r\n\r\n.a dot\r\n"
RECIPIENT = "abuse@registrar-demo.ru"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("mail")
    make_certificates(directory, party="mail.example", hosts=("localhost", "127.0.0.1"), at=datetime.now(UTC))
    password = directory / "password"
    password.write_text(PASSWORD + "\n")
    password.chmod(0o600)
    return directory


@pytest.mark.parametrize("implicit", [False, True])
def test_a_letter_arrives_as_it_was_written(node: Path, implicit: bool) -> None:
    server = Server()
    with serving(node, server, implicit=implicit) as port:
        handed = hand_over(
            home_at(node, port, security="tls" if implicit else "starttls"), MESSAGE, sender=SENDER, recipient=RECIPIENT
        )
    assert handed.result == "sent", handed
    (letter,) = server.letters
    assert letter.mail_from == SENDER
    assert letter.rcpt_tos == [RECIPIENT]
    assert letter.content == MESSAGE


@pytest.mark.parametrize(
    ("rcpt", "data", "result"),
    [
        ("451 4.7.1 Greylisted, come again", "250 OK", "later"),
        ("550 5.1.1 No such user", "250 OK", "never"),
        ("250 OK", "554 5.6.0 Refused as spam", "never"),
        ("250 OK", "452 4.3.1 No room", "later"),
    ],
)
def test_what_the_server_answers_is_told_apart(node: Path, rcpt: str, data: str, result: str) -> None:
    server = Server()
    server.rcpt, server.data = rcpt, data
    with serving(node, server) as port:
        handed = hand_over(home_at(node, port), MESSAGE, sender=SENDER, recipient=RECIPIENT)
    assert handed.result == result
    assert not handed.is_server_down
    assert handed.answer in {rcpt, data}


def test_a_server_that_breaks_off_after_the_letter_is_tried_again(node: Path) -> None:
    server = Server()
    server.breaks_off = True
    with serving(node, server) as port:
        handed = hand_over(home_at(node, port), MESSAGE, sender=SENDER, recipient=RECIPIENT)
    assert handed.result == "later"
    assert server.letters == []


def test_a_wrong_password_loses_no_letter(node: Path) -> None:
    server = Server()
    wrong = node / "wrong"
    wrong.write_text("guess")
    wrong.chmod(0o600)
    with serving(node, server) as port:
        handed = hand_over(home_at(node, port, password_file="wrong"), MESSAGE, sender=SENDER, recipient=RECIPIENT)
    assert (handed.result, handed.is_server_down) == ("later", True)
    assert server.letters == []


def test_a_stranger_s_certificate_gets_neither_password_nor_letter(node: Path, tmp_path: Path) -> None:
    make_certificates(tmp_path, party="else.example", hosts=("localhost",), at=datetime.now(UTC))
    server = Server()
    with serving(node, server) as port:
        home = home_at(node, port, ca=str(tmp_path / "tls/ca.pem"))
        handed = hand_over(home, MESSAGE, sender=SENDER, recipient=RECIPIENT)
    assert (handed.result, handed.is_server_down) == ("later", True)
    assert "certificate" in handed.answer
    assert server.letters == []


def test_a_server_without_starttls_gets_nothing_in_clear(node: Path) -> None:
    server = Server()
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        handed = hand_over(home_at(node, controller.port), MESSAGE, sender=SENDER, recipient=RECIPIENT)
    finally:
        controller.stop()
    assert (handed.result, handed.is_server_down) == ("later", True)
    assert server.letters == []


def test_a_server_on_this_machine_may_be_without_tls_and_no_other(node: Path) -> None:
    server = Server()
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        home = home_at(node, controller.port, security="none", user="")
        assert hand_over(home, MESSAGE, sender=SENDER, recipient=RECIPIENT).result == "sent"
    finally:
        controller.stop()
    with pytest.raises(SettingError, match="this machine"):
        hand_over(
            home_at(node, 25, security="none", server="mail.example"), MESSAGE, sender=SENDER, recipient=RECIPIENT
        )


def test_nobody_listening_is_the_server_s_fault(node: Path) -> None:
    handed = hand_over(home_at(node, free_port()), MESSAGE, sender=SENDER, recipient=RECIPIENT)
    assert (handed.result, handed.is_server_down) == ("later", True)


def test_a_greeting_that_trickles_is_cut_off(node: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]

        def trickle() -> None:  # an octet each tenth of a second, until the other side is gone
            sock, _ = listening.accept()
            with closing(sock), suppress(OSError):
                while True:
                    sock.sendall(b"2")
                    time.sleep(0.1)

        thread = threading.Thread(target=trickle)
        thread.start()
        began = time.monotonic()
        handed = hand_over(home_at(node, port, deadline_seconds=0.5), MESSAGE, sender=SENDER, recipient=RECIPIENT)
        thread.join()
    assert (handed.result, handed.is_server_down) == ("later", True)
    assert time.monotonic() - began < 5


def lies_open(directory: Path) -> None:
    (directory / "password").chmod(0o644)


def is_gone(directory: Path) -> None:
    (directory / "password").unlink()


@pytest.mark.parametrize("spoil", [lies_open, is_gone])
def test_a_password_that_others_can_read_is_not_used(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    make_certificates(tmp_path, party="mail.example", hosts=("localhost",), at=datetime.now(UTC))
    (tmp_path / "password").write_text(PASSWORD)
    (tmp_path / "password").chmod(0o600)
    home = home_at(tmp_path, 25)
    assert check_settings(home) == ""
    spoil(tmp_path)
    assert "password" in check_settings(home)
    with pytest.raises(SettingError):
        hand_over(home, MESSAGE, sender=SENDER, recipient=RECIPIENT)
