"""`comity subscriber` and `comity publish stix` as people use them: real commands on a real node's directory."""

import json
from pathlib import Path

from cli.test_case import run, told


def test_a_subscriber_is_added_keyed_previewed_and_its_bundle_written(tmp_path: Path) -> None:
    node = str(tmp_path / "node")
    reports = tmp_path / "reports.ndjson"
    reports.write_text('{"name":"https://pay-demo-q7.by/","category":"phishing"}\n', encoding="utf-8")
    assert run("init", node, "--party", "oac.by").returncode == 0
    assert told("intake", str(reports), "--reporter", "feed-demo", "--dir", node)["accepted"] == 1
    options = ("--name", "Demo CERT", "--kind", "cert", "--clause", "Agreement 4.2", "--dir", node)
    refused = run("subscriber", "add", "Demo", *options, "--ceiling", "TLP:AMBER")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    added = told("subscriber", "add", "demo-cert", *options, "--ceiling", "TLP:AMBER", "--zone", "бел", "--zone", "by")
    assert (added["kind"], added["zones"]) == ("cert", ["xn--90ais", "by"])
    key = told("subscriber", "token", "demo-cert", "--label", "misp", "--as", "olga", "--dir", node)
    assert key["token"].startswith("comitysub_")
    shown = told("subscriber", "show", "demo-cert", "--dir", node)
    assert [(one["event"], one["note"]) for one in shown["changes"]][1:] == [("token", "misp")]
    answers = told("subscriber", "preview", "demo-cert", "--dir", node)["answers"]
    assert [(one["about"], one["verdict"], one["clause"]) for one in answers] == [
        ("report", "tell", "Agreement 4.2"), ("case", "tell", "Agreement 4.2"),
    ]  # fmt: skip
    file = tmp_path / "bundle.json"
    assert run("publish", "stix", "--subscriber", "demo-cert", "-o", str(file), "--dir", node).returncode == 0
    assert json.loads(file.read_bytes())["type"] == "bundle"
    absent = run("publish", "stix", "--subscriber", "nobody", "--dir", node)
    assert (absent.returncode, absent.stdout) == (1, "")
