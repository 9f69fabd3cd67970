"""Mails for tests: a node with a maildir, and messages as people and machines write them."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from comity.core.names import NameFolder
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home, MailboxSettings, MailSettings, NodeSettings
from comity.edges.suffix_file import load_suffixes
from comity.flows.take_mail import TakenMail, take_mail

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
OWN = "abuse@cctld.ru"
FOLDER = NameFolder(load_suffixes())
SETTINGS = NodeSettings(
    party="cctld.ru", zones=("ru", "xn--p1ai"), secret_key="s" * 50,
    mail=MailSettings(server="localhost", from_address="notices@cctld.ru", reply_to=OWN),
    mailbox=MailboxSettings(maildir="mail", address=OWN, own_server="mx.cctld.ru"),
)  # fmt: skip
PASSED = "Authentication-Results: mx.cctld.ru; dkim=pass header.d=cert.example"


def home_with_maildir(path: Path, **changed: object) -> Home:
    for part in ("new", "cur", "tmp"):
        (path / "mail" / part).mkdir(parents=True, exist_ok=True)
    mailbox = msgspec.structs.replace(SETTINGS.mailbox, **changed)
    return Home(path, msgspec.structs.replace(SETTINGS, mailbox=mailbox))


def letter(
    text: str = "URL: http://kassa.demo-shop.ru/login\n", *, subject: str = "phishing page",
    sender: str = "anna@cert.example", number: int = 1, more: tuple[str, ...] = (PASSED,),
    kind: str = "text/plain; charset=utf-8",
) -> bytes:  # fmt: skip
    head = [
        *more, f"From: {sender}", f"To: {OWN}", f"Subject: {subject}", "Date: Mon, 23 Nov 2026 11:00:00 +0000",
        f"Message-ID: <{number}@cert.example>", "MIME-Version: 1.0", f"Content-Type: {kind}",
    ]  # fmt: skip
    return "\r\n".join([*head, "", text.replace("\n", "\r\n")]).encode()


def take(home: Home, data: bytes, *, at: datetime = AT) -> TakenMail:
    return take_mail(home, data, folder=FOLDER, guard=load_guard(home), at=at)
