"""The demo's feed: `comity-report/1`, one record a line, with everything that real feeds have in them.

About 70 % of the lines are claims; the rest repeats an earlier claim in another spelling, is about something that no
memorandum covers, names an address instead of a name, or is no record at all.  The same seed and start give the same
bytes.  The generator is a stream: what it remembers of earlier lines is bounded, whatever the feed's length.
"""

from collections import Counter, deque
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Final, Literal, get_args
from urllib.parse import quote

import msgspec

from comity.core.categories import CATEGORIES, Category
from comity.core.parties import PARTIES
from comity.core.reports import Report
from comity.demo.claims import ClaimMaker
from comity.demo.mix import Chooser, Mix
from comity.demo.names import BRANDS, PROTECTED, NameMaker

LineKind = Literal["claim", "second-page", "protected", "duplicate", "malformed", "ip-only", "out-of-scope"]

LINE_KINDS: Final[tuple[LineKind, ...]] = get_args(LineKind)

_REMEMBERED: Final = 2048
_OUT_OF_SCOPE: Final = ("copyright", "content", "trademark", "extremism", "defamation", "gambling", "counterfeit-goods")


class FeedLine(msgspec.Struct, frozen=True, gc=False):
    """One line of the feed and what was meant by it; `zone` is "" where no name stands in it."""

    data: bytes
    kind: LineKind
    zone: str
    category: str


class Feed:
    """A feed of one party, to be taken in at its node."""

    def __init__(self, party: str, partner: str, mix: Mix, *, seed: int, start: datetime) -> None:
        self._rng = Random(f"{seed}/{party}")  # noqa: S311 — demo data that must be the same again
        self._mix = mix
        self._party = party
        kinds = Chooser(mix.lookalike_kinds)
        realm = [known.id for known in PARTIES].index(party) % 4
        self._names = NameMaker(self._rng, realm=realm, kinds=kinds.words, weights=kinds.weights)
        self._claims = ClaimMaker(self._rng, mix, start=start)
        categories: dict[str, float] = {word: mix.category_mix[word] for word in CATEGORIES}
        self._categories = Chooser(categories)
        self._whose = Chooser(mix.whose)
        self._zones = {
            "own": Chooser(mix.zones[party]),
            "partner": Chooser(mix.zones[partner]),
            "foreign": Chooser(mix.foreign_zones),
        }
        special = {**mix.lines, "out-of-scope": mix.category_mix["out-of-scope"]}
        special["claim"] = 1 - sum(special.values())
        self._lines = Chooser(special)
        self._earlier: deque[tuple[Report, str]] = deque(maxlen=_REMEMBERED)
        self._campaign = ("", 0, 0)  # tag, brand, names still to come

    def lines(self, records: int) -> Iterator[FeedLine]:
        """Make so many lines, each ending in a line feed."""
        for _ in range(records):
            kind = self._lines.draw(self._rng)
            match kind:
                case "malformed":
                    yield FeedLine(self._malformed(), "malformed", "", "")
                case "ip-only":
                    yield self._ip_only()
                case "out-of-scope":
                    yield self._out_of_scope()
                case "protected":
                    yield self._protected()
                case "duplicate" if self._earlier:
                    yield self._duplicate()
                case _:
                    yield self._claim()

    def _claim(self) -> FeedLine:
        rng = self._rng
        if self._earlier and rng.random() < self._mix.second_page_share:
            return self._second_page()
        category = self._category()
        zone = self._zones[self._whose.draw(rng)].draw(rng)
        tag, brand = self._join_campaign()
        host, _kind = self._names.make(zone, brand)
        report = self._claims.make(host, category, brand=brand, campaign=tag)
        self._earlier.append((report, zone))
        return FeedLine(_line(report), "claim", zone, category)

    def _second_page(self) -> FeedLine:
        """Another page of a name that was reported before: another claim, the same case."""
        earlier, zone = self._rng.choice(self._earlier)
        path = f"/page-{self._rng.getrandbits(48):x}"
        fresh = self._claims.make("unused.invalid", earlier.category, brand=0, campaign="")
        name = "/".join(earlier.name.split("/", 3)[:3]) + path
        report = msgspec.structs.replace(fresh, name=name, url=name, host=earlier.host, tags=earlier.tags)
        self._earlier.append((report, zone))
        return FeedLine(_line(report), "second-page", zone, report.category)

    def _duplicate(self) -> FeedLine:
        report, zone = self._rng.choice(self._earlier)
        name = _respell(report.name, self._rng)
        respelt = msgspec.structs.replace(report, name=name, url=name)
        return FeedLine(_line(respelt), "duplicate", zone, report.category)

    def _protected(self) -> FeedLine:
        whose = self._party if self._rng.random() < 0.5 else next(party for party in PROTECTED if party != self._party)
        name = self._rng.choice(PROTECTED[whose])
        claim = self._claims.make(name, "phishing", brand=0, campaign="")
        url = f"https://{name}/?x={self._rng.getrandbits(48):x}"
        report = msgspec.structs.replace(claim, name=url, url=url)
        return FeedLine(_line(report), "protected", name.rpartition(".")[2], "phishing")

    def _out_of_scope(self) -> FeedLine:
        """A claim of a category that no memorandum of Comity can express."""
        zone = self._zones[self._whose.draw(self._rng)].draw(self._rng)
        host, _kind = self._names.make(zone, self._rng.randrange(len(BRANDS)))
        word = self._rng.choice(_OUT_OF_SCOPE)
        data = msgspec.json.encode(
            {"name": f"https://{host}/", "category": word, "narrative": "Please take this site down."}
        )
        return FeedLine(data + b"\n", "out-of-scope", zone, word)

    def _ip_only(self) -> FeedLine:
        """A host that is an address, of the ranges kept for documentation (RFC 5737, RFC 3849): no registry's."""
        octet = self._rng.randrange(1, 255)
        host = self._rng.choice((f"192.0.2.{octet}", f"203.0.113.{octet}:8080", f"[2001:db8::{octet:x}]"))
        category = self._category()
        claim = self._claims.make("unused.invalid", category, brand=0, campaign="")
        report = msgspec.structs.replace(claim, name=f"http://{host}/login", url=f"http://{host}/login", host="")
        return FeedLine(_line(report), "ip-only", "", category)

    def _malformed(self) -> bytes:
        text = b'{"name":"https://torn-demo-line.ru/","category":"phishing","narrative":"The rest of this line is'
        return self._rng.choice(
            (
                text + b"\n",
                b"not a record at all\n",
                b'{"category":"phishing"}\n',
                b'{"name":["a list"],"category":"malware"}\n',
                b'{"name":"https://demo-\xff\xfe.by/","category":"phishing"}\n',
                b'{"name":"https://a.ru/","category":"phishing","observed_at":"yesterday"}\n',
                b'["name","category"]\n',
            )
        )

    def _category(self) -> Category:
        drawn = self._categories.draw(self._rng)
        return next(word for word in CATEGORIES if word == drawn)

    def _join_campaign(self) -> tuple[str, int]:
        rng = self._rng
        tag, brand, left = self._campaign
        if left == 0:
            size = self._mix.campaign_size
            left = min(int(size["cap"]), 1 + int(rng.paretovariate(size["pareto_alpha"])))
            tag, brand = f"campaign-demo-{rng.getrandbits(24):06x}", rng.randrange(len(BRANDS))
        inside = rng.random() < self._mix.campaign_share
        self._campaign = (tag, brand, left - 1 if inside else left)
        return (tag, brand) if inside else ("", rng.randrange(len(BRANDS)))


def write_feed(file: Path, party: str, mix: Mix, *, records: int, seed: int, start: datetime) -> dict[str, int]:
    """Write a feed to a file, line by line; answer how many lines of each kind, and how many a node should store."""
    partner = next(other for other in PROTECTED if other != party)
    kinds: Counter[str] = Counter()
    with file.open("wb") as out:
        for line in Feed(party, partner, mix, seed=seed, start=start).lines(records):
            out.write(line.data)
            kinds[line.kind] += 1
    return {**kinds, "stored": kinds["claim"] + kinds["second-page"] + kinds["protected"]}


def _line(report: Report) -> bytes:
    return msgspec.json.encode(report) + b"\n"


def _respell(url: str, rng: Random) -> str:
    """Write the same address as somebody else would: other case, defanged, with its port, with a dot at the end."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    tail = slash + path
    match rng.randrange(6):
        case 0:
            return f"{scheme}://{host.upper()}{tail}"
        case 1:
            return f"{scheme.replace('tt', 'xx')}://{host.replace('.', '[.]')}{tail}"
        case 2:
            return f"{scheme}://{host}:{443 if scheme == 'https' else 80}{tail}"
        case 3:
            return f"{scheme}://{host}.{tail}"
        case 4:
            return f"{scheme.upper()}://{host.encode('idna').decode() if not host.isascii() else host.title()}{tail}"
        case _:
            return (
                f"{scheme}://{quote(host)}{tail}"
                if not host.isascii()
                else f"{scheme}://{host.replace('.', '。', 1)}{tail}"
            )
