"""A real IMAP server (Debian's dovecot) for tests, with its own configuration, on a port of its own, over TLS."""

import getpass
import grp
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

_NOBODY = 65_534
PASSWORD = "correct-horse-battery"
DOVECOT = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

_CONFIGURATION = """
base_dir = {base}/run
state_dir = {base}/run
log_path = {base}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{tls}/node.pem
ssl_key = <{tls}/node.key
mail_location = maildir:{base}/mail
{users}
first_valid_uid = 0
first_valid_gid = 0
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}
}}
"""


def _users() -> str:
    """Whoever is not root runs all of it under their own name; root keeps the package's users."""
    if os.getuid() == 0:
        return ""
    user, group = getpass.getuser(), grp.getgrgid(os.getgid()).gr_name
    return f"default_internal_user = {user}\ndefault_login_user = {user}\ndefault_internal_group = {group}"


@contextmanager
def serving_imap(tls: Path) -> Iterator[int]:
    """Serve one empty mailbox; `tls` holds the server's key and certificate."""
    if DOVECOT is None:
        pytest.fail("dovecot is not installed: tools/system_packages.sh installs dovecot-imapd")
    with closing(socket.socket()) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    base = Path(tempfile.mkdtemp(prefix="comity-imap-"))
    uid, gid = os.getuid() or _NOBODY, os.getgid() or _NOBODY  # dovecot opens no mailbox as root
    (base / "mail").mkdir()
    if os.getuid() == 0:
        base.chmod(0o755)
        os.chown(base / "mail", uid, gid)
    file = base / "dovecot.conf"
    file.write_text(
        _CONFIGURATION.format(base=base, tls=tls, port=port, users=_users(), uid=uid, gid=gid, password=PASSWORD)
    )
    server = subprocess.Popen([DOVECOT, "-F", "-c", str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 20
        while time.monotonic() < until and server.poll() is None:
            with closing(socket.socket()) as sock:
                if sock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        else:
            log = (base / "log").read_text() if (base / "log").exists() else ""
            pytest.fail(f"dovecot does not answer: {log}")
        yield port
    finally:
        server.terminate()
        server.wait(10)
        shutil.rmtree(base)
