"""`comity webhook` as people use it, on a real node's directory and against a real HTTPS server."""

import base64
import sqlite3
from contextlib import closing
from pathlib import Path

from api.hook_server import receiving
from cli.test_case import run
from cli.test_mail import run_many
from comity.client.webhooks import believe


def test_a_webhook_from_its_declaration_to_its_end(tmp_path: Path) -> None:
    node, ca = str(tmp_path / "node"), str(tmp_path / "hooks" / "tls" / "ca.pem")
    assert run("init", node, "--party", "oac.by", "--zone", "by").returncode == 0
    with closing(sqlite3.connect(Path(node, "comity.sqlite3"))) as database, database:
        database.execute(
            "INSERT INTO subscriber (key, name, kind, party, ceiling, clause, categories, zones, created_by, "
            "created_at, told) VALUES ('cert', 'CERT', 'cert', '', 'TLP:GREEN', '1', '[]', '[]', 'd', 0, 7)"
        )
    with receiving(tmp_path / "hooks") as receiver:
        receiver.manners = [204, 500]
        given = [receiver.url, "--subscriber", "cert", "--ca", ca]
        added, twice, nobody, listed, shown, well, ill, retried, removed, none = run_many(
            node,
            ["webhook", "add", "desk", *given, "--private", "--after", "2", "--json"],
            ["webhook", "add", "desk", *given],
            ["webhook", "add", "x", receiver.url, "--subscriber", "nobody"],
            ["webhook", "list"],
            ["webhook", "show", "desk", "--json"],
            ["webhook", "test", "desk", "--json"],
            ["webhook", "test", "desk"],
            ["webhook", "retry", "desk"],
            ["webhook", "remove", "desk"],
            ["webhook", "show", "desk"],
        )
        assert (added.told["position"], added.told["waiting"], added.told["state"]) == (2, 5, "open")
        assert "authority" not in added.told
        assert [twice.code, nobody.code, none.code] == [1, 1, 1]
        assert ("[conflict]" in twice.stderr, "[not-found]" in nobody.stderr) == (True, True)
        assert "desk" in listed.stdout
        assert well.told == {"taken": True, "answer": "answered 204"}
        assert (ill.code, ill.stdout) == (1, "desk: not taken: answered 500\n")
        assert (retried.stdout, removed.stdout) == ("desk: is tried again\n", "desk: removed\n")
        keys = {kid: base64.b64decode(public) for kid, public in shown.told["keys"].items()}
        got = receiver.got[0]
        assert believe(receiver.url, got.fields, got.body, keys).events == ()
