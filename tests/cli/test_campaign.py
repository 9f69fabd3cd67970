"""`comity campaign` as people use it: a real node, a store of names, a confirmed case; all in one process."""

import json

import pytest

from cli.many_commands import many
from flows.siblings_made import FAMILY, node_with_names


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> str:
    directory = tmp_path_factory.mktemp("campaign") / "node"
    report = tmp_path_factory.mktemp("reports") / "reports.ndjson"
    report.write_text(json.dumps({"name": "demo-login11.by", "category": "phishing"}) + "\n")
    made = many(
        ["init", str(directory), "--party", "oac.by", "--zone", "by"],
        ["intake", str(report), "--format", "ndjson", "--dir", str(directory), "--json"],
        ["campaign", "find", "--all", "--by-node", "--json", "--dir", str(directory)],
    )
    assert [code for code, _said, _wrong in made] == [0, 0, 0], made
    assert json.loads(made[2][1]) == {
        "found": [],
        "none": [],
        "absent": [],
    }  # without names
    node_with_names(directory)
    return str(directory)


def test_siblings_are_indexed_found_listed_shown_and_settled(node: str) -> None:
    at = ["--dir", node]
    ((_code, said, _wrong),) = many(["case", "list", "--json", *at])
    ref = json.loads(said)["cases"][0]["ref"]
    confirm = ["--disposition", "malicious", "--score", "0.9", "--note", "seen", "--collateral", "none", "--as", "anna"]
    commands = {
        "find too early": ["campaign", "find", ref],
        "ack": ["case", "ack", ref],
        "confirm": ["case", "confirm", ref, *confirm],
        "show nothing": ["campaign", "show", ref],
        "index": ["campaign", "index", "--json"],
        "by the node": ["campaign", "find", "--all", "--by-node", "--json"],
        "who looked": ["campaign", "list", "--json"],
        "find": ["campaign", "find", ref, "--json"],
        "find nothing": ["campaign", "find"],
        "find again": ["campaign", "find", "--all", "--json"],
        "dismiss without words": ["campaign", "dismiss", ref, FAMILY[0], "--reason", "other"],
        "dismiss": ["campaign", "dismiss", ref, FAMILY[0], "--reason", "chance", "--json"],
        "dismiss a stranger": ["campaign", "dismiss", ref, "strange.by", "--reason", "chance"],
        "enquire": ["campaign", "enquire", ref, FAMILY[1]],
        "enquire again": ["campaign", "enquire", ref, FAMILY[0], FAMILY[1], "--json"],
        "show": ["campaign", "show", ref],
        "list": ["campaign", "list", "--json"],
        "enquiries": ["finding", "list", "--kind", "sibling", "--json"],
    }
    done = dict(zip(commands, many(*([*command, *at] for command in commands.values())), strict=True))
    failed = {"find too early": 1, "show nothing": 1, "find nothing": 2, "dismiss without words": 1,
              "dismiss a stranger": 1, "enquire again": 1}  # fmt: skip
    assert {what: code for what, (code, _said, _wrong) in done.items() if code} == failed, done
    told = {what: said for what, (_code, said, _wrong) in done.items()}
    wrong = {what: wrong for what, (_code, _said, wrong) in done.items()}
    assert "siblings are looked for of a confirmed case" in wrong["find too early"]
    assert json.loads(told["index"])["zones"] == {"by": "by/2026-11-24"}
    assert json.loads(told["by the node"]) == {"found": [ref], "none": [], "absent": []}
    assert json.loads(told["who looked"])["campaigns"][0]["made_by"] == "oac.by"
    found = json.loads(told["find"])
    assert {one["name"] for one in found["siblings"]} == set(FAMILY)
    assert all(one["signs"] and one["state"] == "open" for one in found["siblings"])
    assert found["signs"][0]["reason"].startswith("same name servers (ns1.demo.su ns2.demo.su): 5 of ")
    assert json.loads(told["find again"]) == {"found": [], "none": [], "absent": []}
    assert "say in words" in wrong["dismiss without words"]
    assert json.loads(told["dismiss"]) == {"done": [FAMILY[0]], "left": {}}
    assert told["enquire"] == "1 enquiries made\n"
    assert json.loads(told["enquire again"])["left"] == {FAMILY[0]: "not-related", FAMILY[1]: "enquiry-made"}
    assert "not-related chance" in told["show"]
    assert "demo-login37[.]by" in told["show"]
    (row,) = json.loads(told["list"])["campaigns"]
    assert (row["case"], row["siblings"], row["open"]) == (ref, 4, 2)
    (enquiry,) = json.loads(told["enquiries"])["findings"]
    assert (enquiry["name"], enquiry["state"]) == (FAMILY[1], "open")
    common = "It has signs in common with demo-login11[.]by, a confirmed name: same name servers: "
    assert common in enquiry["explanation"]
