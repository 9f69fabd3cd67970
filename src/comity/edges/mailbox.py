"""The mailbox from which mail is read: an IMAP server (RFC 9051, by `imaplib`) or a maildir; what to read, how to move.

A message stays where it is until what became of it is kept, and is moved then, never deleted.  TLS is verified by the
system's certificates or by `ca`; without TLS only loopback is spoken to, for a password would be read on the way.
"""

import imaplib
import os
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Final, Protocol

import msgspec

from comity.core.errors import ComityError, SettingError
from comity.core.incoming_mail import Folder
from comity.edges.home import Home
from comity.wire.mail_parts import MAX_MAIL_BYTES

MOST_LISTED: Final = 500
_FOLDERS: Final[tuple[Folder, ...]] = ("Done", "Held", "Refused")
_UID_SIZE: Final = re.compile(rb"UID (\d+)|RFC822\.SIZE (\d+)")
_PASSWORD_BYTES: Final = 4096


class MailboxError(ComityError):
    """The mailbox cannot be used now: it does not answer, refuses the password, or is not what is configured."""

    code = "mailbox-unusable"
    http_status = 503


class Waiting(msgspec.Struct, frozen=True):
    """A message that was not read yet: its name in the mailbox, and its size."""

    name: str
    size: int


class Mailbox(Protocol):
    """Where messages wait."""

    def waiting(self) -> list[Waiting]: ...

    def fetch(self, name: str) -> bytes | None: ...

    def move(self, name: str, folder: Folder) -> None: ...


@contextmanager
def open_mailbox(home: Home) -> Iterator[Mailbox]:
    """Open the mailbox.  Raises `MailboxError`, `SettingError`."""
    settings = home.settings.mailbox
    if settings.maildir:
        yield Maildir(home.path / settings.maildir)
        return
    client = _connect(home)
    try:
        yield Imap(client, settings.folder)
    except (imaplib.IMAP4.error, OSError) as error:
        raise MailboxError(str(error)[:200], item=settings.server) from error
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            client.logout()


class Maildir:
    """A maildir; what was read goes to its subfolders `.Done`, `.Held` and `.Refused` (Maildir++)."""

    def __init__(self, path: Path) -> None:
        if not (path / "new").is_dir() or not (path / "cur").is_dir():
            raise MailboxError("is no maildir: it has no new and cur", item=str(path))
        self._path = path

    def waiting(self) -> list[Waiting]:
        """The messages of `new` and `cur`, the oldest first."""
        found: list[tuple[float, Waiting]] = []
        for part in ("new", "cur"):
            for entry in os.scandir(self._path / part):
                if entry.is_file(follow_symlinks=False) and not entry.name.startswith("."):
                    status = entry.stat(follow_symlinks=False)
                    found.append((status.st_mtime, Waiting(f"{part}/{entry.name}", status.st_size)))
        return [one for _, one in sorted(found, key=lambda each: (each[0], each[1].name))[:MOST_LISTED]]

    def fetch(self, name: str) -> bytes | None:
        """The octets of a message; None where it is gone."""
        try:
            descriptor = os.open(self._path / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise MailboxError(f"cannot be read: {error.strerror}", item=name[:100]) from error
        with os.fdopen(descriptor, "rb") as file:
            return file.read(MAX_MAIL_BYTES + 1)

    def move(self, name: str, folder: Folder) -> None:
        """Move a message; one that is gone was moved before."""
        target = self._path / f".{folder}"
        try:
            for part in ("new", "cur", "tmp"):
                (target / part).mkdir(parents=True, exist_ok=True)
            last = name.rpartition("/")[2]
            (self._path / name).rename(target / "cur" / (last if ":2," in last else f"{last}:2,S"))
        except FileNotFoundError:
            return
        except OSError as error:
            raise MailboxError(f"cannot be moved: {error.strerror}", item=name[:100]) from error


class Imap:
    """A folder of an IMAP server; messages are known by UID and moved by MOVE, or else by COPY and EXPUNGE."""

    def __init__(self, client: imaplib.IMAP4, folder: str) -> None:
        self._client = client
        self._separator, self._prefix = self._namespace()
        for name in _FOLDERS:
            client.create(_quoted(self._target(name)))  # a NO says that it is there
        status, answer = client.select(_quoted(folder))
        if status != "OK":
            raise MailboxError(f"folder {folder}: {_said(answer)}")
        self._can_move = "MOVE" in client.capabilities
        self._can_expunge_uid = "UIDPLUS" in client.capabilities

    def waiting(self) -> list[Waiting]:
        """The messages that are not deleted, the oldest first."""
        status, answer = self._client.uid("SEARCH", "UNDELETED")
        if status != "OK":
            raise MailboxError(f"SEARCH: {_said(answer)}")
        uids = (answer[0] or b"").split()[:MOST_LISTED] if answer else []
        if not uids:
            return []
        status, answer = self._client.uid("FETCH", b",".join(uids).decode("ascii"), "(UID RFC822.SIZE)")
        if status != "OK":
            raise MailboxError(f"FETCH: {_said(answer)}")
        found: list[Waiting] = []
        for line in answer:
            if isinstance(line, bytes):
                said = {bool(uid): int(uid or size) for uid, size in _UID_SIZE.findall(line)}
                if len(said) == 2:
                    found.append(Waiting(str(said[True]), said[False]))
        return sorted(found, key=lambda one: int(one.name))

    def fetch(self, name: str) -> bytes | None:
        """The octets of a message, which stays unseen; None where it is gone."""
        status, answer = self._client.uid("FETCH", name, "(BODY.PEEK[])")
        if status != "OK":
            raise MailboxError(f"FETCH: {_said(answer)}")
        return next((bytes(line[1]) for line in answer if isinstance(line, tuple)), None)

    def move(self, name: str, folder: Folder) -> None:
        """Move a message; one that is gone was moved before."""
        target = _quoted(self._target(folder))
        if self._can_move:
            status, answer = self._client.uid("MOVE", name, target)
            if status != "OK":
                raise MailboxError(f"MOVE: {_said(answer)}")
            return
        status, answer = self._client.uid("COPY", name, target)
        if status != "OK":
            raise MailboxError(f"COPY: {_said(answer)}")
        self._client.uid("STORE", name, "+FLAGS.SILENT", r"(\Deleted)")
        if self._can_expunge_uid:
            self._client.uid("EXPUNGE", name)
        else:
            self._client.expunge()

    def _namespace(self) -> tuple[str, str]:
        """How folders are nested, and under which prefix the user's own are."""
        status, answer = self._client.list('""', '""')
        found = (
            re.search(rb'\) "(.)" ', answer[0]) if status == "OK" and answer and isinstance(answer[0], bytes) else None
        )
        separator = found[1].decode("latin-1") if found else "/"
        if "NAMESPACE" not in self._client.capabilities:
            return separator, ""
        _status, answer = self._client.namespace()
        line = answer[0] if answer and isinstance(answer[0], bytes) else b""
        prefix = re.match(rb'\(\("([^"\\]*)"', line)
        return separator, prefix[1].decode("latin-1") if prefix else ""

    def _target(self, folder: Folder) -> str:
        return f"{self._prefix}{folder}"


def _connect(home: Home) -> imaplib.IMAP4:
    settings = home.settings.mailbox
    if settings.security == "none" and not _is_loopback(settings.server):
        raise SettingError("none is for a server on this machine; use tls", item="[mailbox] security")
    password = _password(home)
    try:
        context = ssl.create_default_context(cafile=str(home.path / settings.ca) if settings.ca else None)
    except OSError as error:
        raise SettingError(f"cannot be read: {error}", item="[mailbox] ca") from error
    client: imaplib.IMAP4
    try:
        if settings.security == "tls":
            client = imaplib.IMAP4_SSL(
                settings.server, settings.port, ssl_context=context, timeout=settings.deadline_seconds
            )
        else:
            client = imaplib.IMAP4(settings.server, settings.port, timeout=settings.deadline_seconds)
    except (imaplib.IMAP4.error, OSError) as error:
        raise MailboxError(f"does not answer: {error}"[:200], item=settings.server) from error
    try:
        if settings.security == "starttls":
            client.starttls(ssl_context=context)
        client.login(settings.user, password)
    except (imaplib.IMAP4.error, OSError) as error:
        with suppress(imaplib.IMAP4.error, OSError):
            client.shutdown()
        raise MailboxError(f"sign-in: {error}"[:200], item=settings.server) from error
    return client


def _password(home: Home) -> str:
    file = home.settings.mailbox.password_file
    try:
        with (home.path / file).open(encoding="utf-8") as opened:
            return opened.read(_PASSWORD_BYTES).rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{file or 'nothing'} cannot be read: {error}", item="[mailbox] password_file") from error


def _is_loopback(server: str) -> bool:
    if server == "localhost":
        return True
    try:
        return ip_address(server).is_loopback
    except ValueError:
        return False


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _said(answer: Sequence[object]) -> str:
    line = answer[0] if answer else b""
    return line.decode("utf-8", "replace")[:200] if isinstance(line, bytes) else ""
