"""`comity registrar`, `comity mail` and `comity look-up` as people use them, on a real node's directory."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from cli.test_case import run

MANY = str(Path(__file__).with_name("many.py"))


class Done(NamedTuple):
    code: int
    stdout: str
    stderr: str

    @property
    def told(self) -> Any:
        assert self.code == 0, self.stderr
        return json.loads(self.stdout)


def run_many(node: str, *commands: list[str]) -> list[Done]:
    """Run commands on a node, one after the other."""
    given = json.dumps([[*command, "--dir", node] for command in commands])
    ended = subprocess.run([sys.executable, MANY], input=given, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return [Done(*done) for done in json.loads(ended.stdout)]


def test_a_desk_from_directory_to_letter(tmp_path: Path) -> None:
    node, reports = str(tmp_path / "node"), tmp_path / "reports.ndjson"
    assert run("init", node, "--party", "oac.by", "--zone", "by").returncode == 0
    with Path(node, "node.toml").open("a", encoding="utf-8") as file:
        file.write('\n[mail]\nserver = "localhost"\nport = 1\nfrom_address = "notices@oac-demo.by"\n')
        file.write('\n[dns]\nserver = "127.0.0.1"\nport = 9\ndeadline_seconds = 0.2\n')
    reports.write_text('{"name":"https://pay-demo-q7.by/login","category":"phishing","narrative":"Asks for cards."}\n')
    registrar = ["registrar", "add", "DEMO-BY", "--name", "Demo", "--language", "be"]
    added, wrong, listed, _, cases = run_many(
        node,
        [*registrar, "--email", "abuse@x.by", "--zone", ".бел", "--zone", "by", "--json"],
        [*registrar, "--email", "a@b.by, c@d.by"],
        ["registrar", "list", "--json"],
        ["intake", str(reports)],
        ["case", "list", "--json"],
    )
    assert added.told["is_new"]
    assert added.told["zones"] == ["xn--90ais", "by"]
    assert wrong.code == 1
    assert "one address" in wrong.stderr
    assert [row["handle"] for row in listed.told["registrars"]] == ["DEMO-BY"]

    ref = cases.told["cases"][0]["ref"]
    to = ["case", "notify", ref, "--to"]
    _, _, lost, *bad, given, letters, shown, retried, none, look, no_name, removed = run_many(
        node,
        ["case", "ack", ref],
        ["case", "confirm", ref, "--score", "0.9", "--collateral", "nothing", "--note", "seen"],
        ["case", "notify", ref],
        [*to, "host"],
        [*to, "nobody=a@b.by"],
        [*to, "host=a@b.by\nBcc: c@d.by"],
        [*to, "registrar=abuse@registrar-demo.by,ru"],
        ["mail", "list", "--state", "waiting", "--json"],
        ["mail", "show", "1"],
        ["mail", "retry", "1", "--json"],
        ["mail", "retry", "4711"],
        ["look-up", "hxxps://www.pay-demo-q7[.]by/login"],
        ["look-up", "by"],
        ["registrar", "remove", "DEMO-BY"],
    )
    assert lost.code == 1
    assert "look the name up" in lost.stdout + lost.stderr
    assert [one.code for one in bad] == [1, 1, 1]
    assert given.code == 0, given.stderr
    (letter,) = letters.told["letters"]
    assert (letter["number"], letter["case"], letter["recipient"], letter["tries"]) == (
        1, ref, "abuse@registrar-demo.by", 0,
    )  # fmt: skip
    assert "To: abuse@registrar-demo.by" in shown.stdout
    assert "Auto-Submitted: auto-generated" in shown.stdout
    assert retried.told["state"] == "waiting"
    assert none.code == 1
    assert none.stderr.strip().endswith("[not-found]")
    assert look.code == 1
    assert look.stdout.startswith("pay-demo-q7[.]by\nDNS, ")
    assert look.stdout.rstrip().endswith("UTC: timeout")
    assert no_name.code == 1
    assert len(no_name.stderr.strip().splitlines()) == 1
    assert removed.code == 0
