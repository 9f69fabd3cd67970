"""Two real nodes with planted names and words, through intake, exchange and errors: none is in their logs."""

import http.client
import json
import re
import ssl
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import orjson
import pytest

from comity.core.reports import Evidence, Report
from comity.demo.nodes import Node
from comity.testing.harness import Harness
from comity.wire.report_json import render_report

pytestmark = pytest.mark.processes

# In every word that a person, a feed or a partner could have written.
MARK = "qzx7planted"
NAMED = re.compile(MARK, re.IGNORECASE)


def now() -> datetime:
    return datetime.now(UTC)


def report(host: str) -> bytes:
    return render_report(
        Report(
            name=f"https://{host}/{MARK}-path",
            category="phishing",
            url=f"https://{host}/{MARK}-path?mail={MARK}@mail.example",
            observed_at=now(),
            verified_at=now(),
            narrative=f"{MARK} told us: write to {MARK}@mail.example",
            disposition="malicious",
            impersonated_party=f"Bank {MARK}",
            good_faith=True,
            evidence=(
                Evidence(kind="screenshot", sha256="a" * 64, captured_at=now()),
                Evidence(kind="second-source", note=f"seen by {MARK}"),
                Evidence(kind="live-check", captured_at=now()),
            ),
        )
    )


def ask(node: Node, method: str, path: str, *, body: str = "", **headers: str) -> int:
    context = ssl.create_default_context(cafile=str(node.place.path / "tls" / "ca.pem"))
    connection = http.client.HTTPSConnection("127.0.0.1", node.place.web_port, context=context, timeout=30)
    connection.request(method, path, body=body, headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_nothing_that_anybody_wrote_is_in_the_logs(tmp_path: Path) -> None:
    with Harness(tmp_path) as t:
        ru, by = t.node("cctld.ru"), t.node("oac.by")
        for node in t.nodes:
            file = node.place.path / "node.toml"
            file.write_text(file.read_text() + '\n[log]\nformat = "json"\nlevel = "debug"\n')
        t.memorandum(ru, by)
        t.start()

        # Intake, some of it refused; exchange; a partner that is away and comes back.
        t.take_in(ru, report(f"{MARK}-bank.by") + b"\n", reporter=MARK)
        t.settle(ru, by)
        by.kill()
        t.take_in(ru, report(f"{MARK}-shop.by") + b"\n" + f'{{"name": "{MARK}"}}\n'.encode(), reporter=MARK)
        time.sleep(2)
        by.serve()
        by.wait_until_ready()
        t.settle(ru, by)

        # What people and machines get wrong.
        by.work("person", "add", f"{MARK}-person", "--role", "analyst", "--no-password")
        known = f"Bearer {by.comity_json('person', 'token', f'{MARK}-person', '--label', MARK)['token']}"
        asked = [
            ask(by, "GET", f"/case/{MARK}"),
            ask(by, "GET", f"/status/{MARK}/"),
            ask(by, "GET", f"/status/{MARK}/{MARK}/"),
            ask(by, "GET", f"/answer/{MARK}/"),
            ask(by, "POST", f"/answer/{MARK}/", body=urlencode({"kind": "said", "text": MARK})),
            ask(by, "POST", f"/report/confirm/{MARK}/"),
            ask(by, "GET", f"/report/sent/{MARK}/"),
            ask(by, "POST", "/report/phishing/", body=urlencode({"name": MARK, "email": f"{MARK}@mail.example"})),
            ask(by, "POST", "/sign-in/", body=urlencode({"username": MARK, "password": MARK})),
            ask(by, "POST", "/api/v1/reports", body=f'{{"name": "{MARK}"', Authorization=known),
            ask(by, "POST", "/api/v1/reports", body=f'{{"name": "{MARK}", "{MARK}": 1}}', Authorization=known),
            ask(by, "GET", f"/api/v1/cases/{MARK}", Authorization=known),
            ask(by, "GET", f"/api/v1/cases?{MARK}={MARK}", Authorization=f"Bearer {MARK}"),
            ask(by, "GET", "/healthz", Host=f"{MARK}_[.example"),
            ask(by, "GET", "/healthz", Cookie=f"sessionid={MARK}", Referer=f"https://{MARK}.example/"),
        ]
        assert {400, 401, 404} <= set(asked)
        assert ask(by, "GET", "/metrics") == 200

    logs = {node.party: (node.place.path / "serve.log").read_text() for node in t.nodes}
    for party, text in logs.items():
        assert [line for line in text.splitlines() if NAMED.search(line)] == [], party
        lines = [orjson.loads(line) for line in text.splitlines() if line.startswith("{")]
        assert {"time", "level", "logger", "event", "message"} <= set.intersection(*map(set, lines))
        # Everything but the two lines of `comity serve` itself, at its start and its end, is a record.
        assert [line for line in text.splitlines() if not line.startswith(("{", party))] == []
    codes = {line.get("code") for line in map(json.loads, (x for x in logs["cctld.ru"].splitlines() if x[0] == "{"))}
    assert "partner-unreachable" in codes
    statuses = {line.get("status") for line in map(json.loads, (x for x in logs["oac.by"].splitlines() if x[0] == "{"))}
    assert {400, 401, 404} <= statuses
