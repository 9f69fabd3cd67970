"""`comity reporter` and `comity appeal` as people use them: real commands on a real node's directory."""

from pathlib import Path

from cli.test_case import run, told


def test_reporters_are_listed_stopped_and_allowed_and_appeals_decided(tmp_path: Path) -> None:
    node = str(tmp_path / "node")
    reports = tmp_path / "reports.ndjson"
    reports.write_text('{"name":"https://pay-demo-q7.by/","category":"phishing"}\n', encoding="utf-8")
    assert run("init", node, "--party", "oac.by", "--zone", "by").returncode == 0
    assert told("intake", str(reports), "--reporter", "feed-demo", "--dir", node)["accepted"] == 1

    (listed,) = told("reporter", "list", "--dir", node)["reporters"]
    assert (listed["key"], listed["standing"], listed["recent"]["open"]) == ("feed-demo", "allowed", 1)
    refused = run("reporter", "stop", "feed-demo", "--reason", "Invented.", "--role", "analyst", "--dir", node)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "only a supervisor" in refused.stderr
    stopped = told("reporter", "stop", "feed-demo", "--reason", "Invented.", "--as", "boris", "--dir", node)
    assert (stopped["verb"], stopped["actor"], stopped["until"]) == ("stop", "boris", None)
    again = run("intake", str(reports), "--reporter", "feed-demo", "--dir", node)
    assert again.returncode == 1
    assert "reports of this reporter are not taken: Invented." in again.stderr
    assert run("reporter", "allow", "feed-demo", "--reason", "Explained.", "--dir", node).returncode == 0
    shown = told("reporter", "show", "feed-demo", "--dir", node)
    assert (shown["standing"], [one["verb"] for one in shown["decisions"]]) == ("allowed", ["allow", "stop"])

    assert told("appeal", "list", "--dir", node) == {"appeals": []}
    missing = run("appeal", "decide", "7K3Q-F9XW-0000", "--decision", "upheld", "--reasons", "x", "--dir", node)
    assert (missing.returncode, "[not-found]" in missing.stderr) == (1, True)
