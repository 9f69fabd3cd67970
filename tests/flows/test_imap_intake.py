"""A real IMAP server, real processes: a reader killed between any two steps loses no mail and takes none twice."""

import imaplib
import json
import os
import ssl
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from comity.core.errors import SettingError
from comity.edges.home import open_home
from comity.edges.mailbox import MailboxError, open_mailbox
from comity.edges.tls import make_certificates
from comity.testing.crashing import Crashes, CrashPlan
from comity.testing.durable_steps import When
from edges.imap_server import PASSWORD, serving_imap
from flows.mails import letter

STEP = "read_mailbox.take_mail"


def comity(node: Path, *words: str, crashes: Path | None = None) -> subprocess.CompletedProcess[str]:
    start = [sys.executable, "-m", "comity"]
    if crashes is not None:
        start = [sys.executable, "-m", "comity.testing.crashing", "--crashes", str(crashes)]
    return subprocess.run(
        [*start, *words, "--dir", str(node)], capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "COMITY_DIR": ""},
    )  # fmt: skip


def test_a_killed_reader_of_a_real_mailbox_loses_nothing_and_takes_nothing_twice(tmp_path: Path) -> None:
    tls, node, crashes = tmp_path / "server", tmp_path / "node", tmp_path / "crashes"
    make_certificates(tls, party="mail.example", hosts=("localhost", "127.0.0.1"), at=datetime.now(UTC))
    made = subprocess.run(
        [sys.executable, "-m", "comity", "init", str(node), "--party", "cctld.ru", "--zone", "ru"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    (node / "imap.password").write_text(PASSWORD + "\n")
    with serving_imap(tls / "tls") as port:
        ca = tls / "tls/ca.pem"
        settings = (
            f'\n[mailbox]\nserver = "localhost"\nport = {port}\nuser = "abuse"\npassword_file = "imap.password"\n'
            f'ca = "{ca}"\naddress = "abuse@cctld.ru"\n'
        )
        with (node / "node.toml").open("a") as file:
            file.write(settings)
        context = ssl.create_default_context(cafile=str(ca))
        with imaplib.IMAP4_SSL("localhost", port, ssl_context=context) as client:
            client.login("abuse", PASSWORD)
            for number, text in enumerate(("URL: http://kassa.demo-shop.ru/login\n", "Look at http://a.demo.ru/ now")):
                assert client.append("INBOX", "", "", letter(text, number=number))[0] == "OK"
            moments: tuple[When, ...] = ("before", "after")
            for when in moments:
                Crashes(crashes).arm(CrashPlan(STEP, when))
                killed = comity(node, "mailbox", "read", crashes=crashes)
                assert killed.returncode == -9, killed.stderr
                assert Crashes(crashes).disarm()
                assert client.select("INBOX")[1] == [b"2"]
            read = comity(node, "mailbox", "read", "--json")
            assert read.returncode == 0, read.stderr
            mails = json.loads(read.stdout)["mails"]
            assert [(one["state"], one["is_new"]) for one in mails] == [("taken", False), ("held", True)]
            counts = [client.select(folder)[1] for folder in ("INBOX", "Done", "Held", "Refused")]
            assert counts == [[b"0"], [b"1"], [b"1"], [b"0"]]
            assert json.loads(comity(node, "mailbox", "list", "--json").stdout)["mails"][0]["why"] == "name-unclear"
            chosen = comity(
                node, "mailbox", "choose", str(mails[1]["number"]), "--address", "http://a.demo.ru/", "--category",
                "phishing", "--json",
            )  # fmt: skip
            assert chosen.returncode == 0, chosen.stderr
            refused = comity(node, "mailbox", "dismiss", str(mails[1]["number"]))
            assert "does not wait" in refused.stderr
            assert len(json.loads(comity(node, "case", "list", "--json").stdout)["cases"]) == 2
        _refuses_what_it_must(node)


def _refuses_what_it_must(node: Path) -> None:
    home = open_home(node)

    def changed(**values: object) -> object:
        mailbox = msgspec.structs.replace(home.settings.mailbox, **values)
        return msgspec.structs.replace(home, settings=msgspec.structs.replace(home.settings, mailbox=mailbox))

    with pytest.raises(MailboxError, match="certificate"), open_mailbox(changed(ca="")):  # type: ignore[arg-type]
        pass
    (node / "wrong").write_text("wrong\n")
    with pytest.raises(MailboxError, match="sign-in"), open_mailbox(changed(password_file="wrong")):  # type: ignore[arg-type]
        pass
    with pytest.raises(SettingError, match="password_file"), open_mailbox(changed(password_file="none")):  # type: ignore[arg-type]
        pass
    away = changed(server="192.0.2.1", security="none")
    with pytest.raises(SettingError, match="on this machine"), open_mailbox(away):  # type: ignore[arg-type]
        pass
