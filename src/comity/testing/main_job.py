"""The main job of two nodes in commands, so that a test can crash every one of them: reports, the desk's verbs,
memoranda, keys.

`MainJob` takes the nodes and a way to run a command (`Do`): plainly, tracing its steps, or killing it at each of them
and running it again, as an operator would.  `ours` files reports about names of `theirs`, whose desk works them; the
outcomes return.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson

from comity.demo.names import PROTECTED
from comity.edges.home import open_home
from comity.testing.load import Load
from comity.testing.parts import CampaignNode
from comity.testing.settling import settle

Do = Callable[[CampaignNode, Sequence[str]], object]

_CLAIMS: Final = 30
_WORKED: Final = 9
_SEEN: Final = ("--note", "seen with our own eyes")
_CONFIRMED: Final = ("--score", "0.95", "--disposition", "malicious", "--collateral", "nothing else in use", *_SEEN)
_SUPERVISOR: Final = ("--role", "supervisor", "--as", "supervisor")


class MainJob:
    """One run of the job; files it needs are made below a directory."""

    def __init__(self, directory: Path, ours: CampaignNode, theirs: CampaignNode, do: Do, *, seed: int) -> None:
        self._directory = directory
        self._ours, self._theirs = ours, theirs
        self.party = ours.party
        self._do = do
        self._load = Load(ours.party, [theirs.party], seed=seed, start=datetime.now(UTC))
        self._seed = seed
        self.filed: list[Path] = []
        self.at_risk: list[Path] = []  # nothing here is filed after a backup that is put back

    def run(self) -> None:
        """Do all of it."""
        self.report()
        self.work()
        self.think_again()
        self.contest()
        self.protect()
        self.agree()

    def report(self) -> None:
        """File claims about own and foreign names."""
        self._file(self._load.feed(_CLAIMS))
        settle(self._ours, self._theirs)

    def work(self) -> None:
        """The partner's desk takes the cases to their outcomes; questions and answers cross."""
        refs = self._refs = self._cases(self._theirs, "received", self._theirs.party)[:_WORKED]
        assert len(refs) == _WORKED, "too few reports reached the partner"
        self._case("ack", *refs)
        self._case("ask", refs[0], "--question", "Which page was it?")
        settle(self._ours, self._theirs)
        referred = self._cases(self._ours, "referred", self._theirs.party)
        self._do(self._ours, ("case", "info", *referred, "--answer", "The first one."))
        self._case("confirm", *refs[1:7], *_CONFIRMED)
        self._case("dismiss", refs[7], "--outcome", "not_reproducible")
        self._case("notify", *refs[1:4])
        self._case("act", *refs[1:3], "--action", "delegation-ended")
        self._case("close", refs[1], "--outcome", "undelegated_registrar")

    def think_again(self) -> None:
        """What was said is taken back, on both sides."""
        refs = self._refs
        self._case("unconfirm", refs[6])
        self._case("merge", refs[8], "--into", refs[6])
        self._case("unmerge", refs[8])
        self._case("reopen", refs[1])
        self._case("pause", refs[3], "--for", "court_order_pending")
        self._case("resume", refs[3])
        self._case("step", refs[1], "--event", "note", "--note", "looked at twice")
        settle(self._ours, self._theirs)
        referred = self._cases(self._ours, "referred", self._theirs.party)
        self._do(self._ours, ("case", "withdraw", referred[0]))

    def contest(self) -> None:
        """Holds with four eyes, an appeal, and the way back into the zone."""
        refs = self._refs
        for ref in refs[4], refs[5]:  # a plan each: one is approved, the other refused
            self._case("hold", ref, "--score", "0.95", "--reason", "evidence-sufficient", *_SEEN)
        self._case("approve", refs[4], *_SUPERVISOR)
        self._case("refuse-hold", refs[5], *_SUPERVISOR)
        self._case("lift", refs[4])
        self._case("restore", refs[4], "--outcome", "restored_after_cure", "--role", "registrar")
        self._case("appeal", refs[2], "--role", "registrar")
        self._case("decide-appeal", refs[2], "--decision", "granted", "--role", "policy-officer", "--as", "officer")
        settle(self._ours, self._theirs)

    def protect(self) -> None:
        """A protected name waits for a person; a claim without evidence is offered by hand and withheld."""
        (claim,) = self._load.feed(1).splitlines()
        protected = PROTECTED[self._ours.party][self._seed % 3]
        held = {**orjson.loads(claim), "name": protected, "category": "phishing", "url": "", "host": ""}
        held.pop("report_id", None)
        label = f"weak-demo-{self._seed}.{self._theirs_zone()}"
        weak = {"name": label, "category": "phishing", "narrative": "thin"}
        self._file(b"\n".join(map(orjson.dumps, (held, weak))) + b"\n")
        self._do(self._ours, ("case", "open-held", protected, *_SUPERVISOR))
        kept = self._cases(self._ours, "received", self._theirs.party)
        self._do(self._ours, ("case", "refer", *kept))
        settle(self._ours, self._theirs)

    def agree(self) -> None:
        """The memorandum is suspended while entries wait, resumed, amended, its end announced."""
        (known,) = (
            one for one in self._memoranda() if one["partner"] == self._theirs.party and one["status"] == "in-force"
        )
        urn = str(known["id"])
        ours, theirs = (str(self._directory / f"resume-{self._seed}-{who}.json") for who in ("ours", "theirs"))
        self._do(self._ours, ("memo", "suspend", urn, "--reason", "a test"))
        self._file(self._load.feed(_CLAIMS))
        self._do(self._ours, ("memo", "resume", urn, "--reason", "a test", "-o", ours))
        self._do(self._theirs, ("memo", "resume", urn, "--reason", "a test", "--with", ours, "-o", theirs))
        self._do(self._ours, ("memo", "resume", urn, "--reason", "a test", "--with", theirs))
        settle(self._ours, self._theirs)
        self._rotate(urn)
        authority = str(self._theirs.plan.path / "tls" / "ca.pem")
        url = f"https://127.0.0.1:{self._theirs.plan.link_port}"
        self._do(self._ours, ("link", "add", self._theirs.party, "--url", url, "--ca", authority))
        self._do(self._ours, ("memo", "withdraw", urn, "--reason", "a test"))
        self.report()

    def _rotate(self, urn: str) -> None:
        """A new key signs and the old one is revoked; of two spare keys one is revoked by hand, one is distrusted."""
        (old,) = (key["kid"] for key in self._ours.json("key", "list")["keys"] if key["signs"])
        new, spare, lost = (f"job-{self._seed}-{number}" for number in range(3))
        self._amend(urn, [self._ours.json("key", "new", kid) for kid in (new, spare, lost)])
        self._ours.run("key", "use", new)
        settle(self._ours, self._theirs)
        statement = str(self._directory / f"revocation-{self._seed}.json")
        revoke = ("key", "revoke", "--reason", "replaced", "-o", statement)
        self._do(self._ours, (*revoke, old))
        self._ours.run(*revoke, spare)  # not killed: whoever dies before the file is written has none to hand over
        self._do(self._theirs, ("key", "accept-revocation", statement))
        self._do(self._theirs, ("key", "distrust", self._ours.party, lost, "--reason", "a test"))
        settle(self._ours, self._theirs)

    def _amend(self, urn: str, keys: Sequence[dict[str, str]]) -> None:
        """A further version that names these keys as well is proposed, countersigned and adopted."""
        newest = self._memoranda(urn)[-1]
        for one in self._memoranda(urn):
            newest = max(newest, one, key=lambda version: int(version["version"]))
        text = newest["memorandum"] | {
            "version": newest["version"] + 1,
            "supersedes": {"version": newest["version"], "digest": newest["digest"]},
        }
        (party,) = (party for party in text["parties"] if party["id"] == self._ours.party)
        party["keys"] += [party["keys"][0] | key for key in keys]
        draft, proposed, signed = (str(self._directory / f"amend-{self._seed}-{n}.json") for n in range(3))
        Path(draft).write_bytes(orjson.dumps(text))
        self._do(self._ours, ("memo", "propose", draft, "-o", proposed))
        self._do(self._theirs, ("memo", "countersign", proposed, "-o", signed))
        self._do(self._ours, ("memo", "countersign", signed))

    def _case(self, verb: str, *words: str) -> None:
        self._do(self._theirs, ("case", verb, *words))

    def _cases(self, node: CampaignNode, state: str, party: str) -> list[str]:
        cases = node.json("case", "list", "--state", state, "--party", party, "--limit", "1000")["cases"]
        return [case["ref"] for case in cases if not case["protected"]]

    def _memoranda(self, *urn: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ours.json("memo", "show", *urn)["memoranda"]
        return found

    def _theirs_zone(self) -> str:
        return open_home(self._theirs.plan.path).zones[0]

    def _file(self, feed: bytes) -> None:
        """File a feed by a reporter that is new."""
        name = f"{self._ours.party}-{self._seed}-{len(self.filed)}"
        file = self._directory / f"feed-{name}.ndjson"
        file.write_bytes(feed)
        self.filed.append(file)
        self._do(self._ours, self._ours.file(file, f"reporter-{name}"))
