"""One invented claim: what a reporter of good standing would write about one invented name, with its evidence.

Most claims carry all that clause 4 of the demo's memorandum asks for; a small share is weak on purpose (thin evidence,
an old verification, a machine's word only, TLP:RED, personal data), so that the clauses have something to do.
"""

from datetime import datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from comity.core.categories import Category, Disposition
from comity.core.reports import Evidence, EvidenceKind, Report
from comity.demo.mix import Chooser, Mix
from comity.demo.names import COMPANIES

_FAMILIES: Final = ("DemoLoader", "DemoStealer", "DemoRat", "DemoMiner")
_ATTACKS: Final = ("web-shell upload", "password guessing", "defacement with a script", "stolen panel session")
_PROOF: Final[dict[Category, tuple[EvidenceKind, ...]]] = {
    "phishing": ("live-check", "screenshot", "second-source"),
    "malware": ("live-check", "sandbox-report", "file-hash", "second-source"),
    "botnet-c2": ("live-check", "traffic", "sandbox-report", "second-source"),
    "unauthorized-access": ("live-check", "log-extract", "screenshot", "second-source"),
    "spam-vector": ("live-check", "message", "screenshot", "second-source"),
}
_PATHS: Final = ("/", "/login", "/pay/card?id={}", "/lk/enter/{}", "/files/update-{}.apk", "/wp-content/{}/index.php")
_TEXT: Final[dict[Category, str]] = {
    "phishing": "A page that copies the sign-in form of {company} and asks for a card number and a code.",
    "malware": "The address serves an installer of {family}; a sandbox run shows it load a second stage.",
    "botnet-c2": "The host answers as a control server of {family}; the sandbox shows beacons every minute.",
    "unauthorized-access": "Somebody entered the site and left a script; the log extract shows {attack}.",
    "spam-vector": "Messages lead to this address, which redirects to the phishing page of the linked report.",
}
_HACKED: Final = " Signs of a hacked site: an old content system, the page lies deep under an honest shop."


class ClaimMaker:
    """Makes claims one after another; the same seed makes the same claims."""

    def __init__(self, rng: Random, mix: Mix, *, start: datetime) -> None:
        self._rng = rng
        self._mix = mix
        self._start = start
        self._weak = Chooser({**mix.weak, "": 1 - sum(mix.weak.values())})

    def make(self, name: str, category: Category, *, brand: int, campaign: str) -> Report:
        """Make a claim about a host; about every second carries the reporter's own identifier."""
        rng = self._rng
        weak = self._weak.draw(rng)
        hacked = rng.random() < self._mix.compromised_share[category]
        observed = self._start - timedelta(minutes=rng.randrange(20, 600))
        verified = observed + timedelta(minutes=rng.randrange(1, 20))
        if weak == "old-verification":
            observed -= timedelta(days=rng.randrange(8, 30))
            verified = observed + timedelta(hours=1)
        family = rng.choice(_FAMILIES) if category in {"malware", "botnet-c2"} else ""
        attack = rng.choice(_ATTACKS) if category == "unauthorized-access" else ""
        company = COMPANIES[brand]
        text = _TEXT[category].format(company=company, family=family, attack=attack)
        is_file = category == "malware"
        url = f"http{'s' if rng.random() < 0.8 else ''}://{name}{rng.choice(_PATHS).format(rng.randrange(10_000))}"
        return Report(
            name=url,
            url=url,
            category=category,
            report_id=UUID(int=rng.getrandbits(128), version=4) if rng.random() < 0.5 else None,
            host=name if category in {"botnet-c2", "unauthorized-access"} else "",
            observed_at=observed,
            verified_at=verified,
            reported_at=self._start,
            narrative=text + _HACKED if hacked else text,
            language="ru" if rng.random() < 0.7 else "be",
            tlp="TLP:RED" if weak == "tlp-red" else rng.choice(("TLP:AMBER", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR")),
            confidence=round(rng.uniform(0.7, 1.0), 2),
            requested_action="notify" if hacked else "undelegate",
            good_faith=True,
            disposition=self._disposition(hacked=hacked),
            impersonated_party=company if category == "phishing" else "",
            malware_family=family,
            sha256=rng.randbytes(32).hex() if is_file else "",
            protocol="tcp" if category == "botnet-c2" else "",
            port=rng.choice((443, 4443, 8080)) if category == "botnet-c2" else None,
            attack_kind=attack,
            linked_report=f"phishing:{UUID(int=rng.getrandbits(128), version=4)}" if category == "spam-vector" else "",
            source_ref=f"demo-{rng.randrange(10**9):09d}" if rng.random() < 0.1 else "",
            tags=(campaign,) if campaign else (),
            evidence=self._evidence(category, verified, thin=weak == "thin-evidence"),
            personal_data={"registrant_contact": "Ivan Demo, +000 00 000-00-00"} if weak == "personal-data" else {},
            machine_only=weak == "machine-only",
        )

    def _disposition(self, *, hacked: bool) -> Disposition:
        if hacked:
            return "compromised"
        return "malicious" if self._rng.random() < 0.95 else "undetermined"

    def _evidence(self, category: Category, at: datetime, *, thin: bool) -> tuple[Evidence, ...]:
        kinds = _PROOF[category][-1:] if thin else _PROOF[category]
        return tuple(
            Evidence(kind=kind, sha256=self._rng.randbytes(32).hex(), captured_at=at, note="made for the demo")
            for kind in kinds
        )
