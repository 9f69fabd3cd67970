"""`comity feed` as people use it: real commands on a real node's directory, a list in a file beside it."""

from pathlib import Path

from cli.test_case import run, told

DECLARED = '[own-list]\nfile = "list.txt"\nformat = "names"\ncategory = "phishing"\n'


def test_a_list_is_declared_fetched_held_believed_and_stopped(tmp_path: Path) -> None:
    node = tmp_path / "node"
    where = ("--dir", str(node))
    assert run("init", str(node), "--party", "oac.by", "--zone", "by").returncode == 0
    assert told("feed", "list", "--all", *where)["feeds"] == []
    assert {"urlhaus", "cert-pl", "misp-feed", "taxii-collection"} <= set(
        told("feed", "list", "--all", *where)["ready"]
    )

    (node / "feeds.toml").write_text(DECLARED.replace("names", "nmaes"), encoding="utf-8")
    wrong = run("feed", "check", *where)
    assert (wrong.returncode, wrong.stderr.count("\n")) == (1, 1)
    assert "no such format" in wrong.stderr
    (node / "feeds.toml").write_text(DECLARED, encoding="utf-8")
    list_file = node / "list.txt"
    list_file.write_text("".join(f"bad-{number}-demo.by\n" for number in range(30)), encoding="utf-8")
    assert told("feed", "fetch", "own-list", *where)["counts"]["accepted"] == 30
    list_file.write_text("", encoding="utf-8")
    held = run("feed", "fetch", "own-list", *where)
    assert (held.returncode, "waits for a person" in held.stderr) == (1, True)
    shown = told("feed", "show", "own-list", *where)
    assert (shown["standing"], shown["rows"], shown["precision"]) == ("held", 30, None)
    assert told("feed", "believe", "own-list", shown["held_digest"], "--as", "boris", *where)["end"] == "taken"

    assert told("feed", "disable", "own-list", *where) == {"feed": "own-list", "done": "disabled"}
    assert run("feed", "enable", "openphish", *where).returncode == 0
    assert told("feed", "list", *where)["feeds"][1]["standing"] == "stopped"
    assert "[openphish]" in (node / "feeds.toml").read_text(encoding="utf-8")
