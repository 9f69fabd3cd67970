"""A response policy zone as a source: whom do its rules block?  (master file, RFC 1035 §5; the ISC's RPZ draft)

Only rules by the name that is asked (QNAME) accuse a name; their action does not matter, but a pass-through lifts other
rules and accuses nobody.  Rules about addresses and name servers are refused as such.  `name` and `*.name` are one
accusation.  The zone's own records (SOA, NS) and control entries are none.  Parentheses may join lines; what they hold
belongs to the record before.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from comity.core.errors import InputError
from comity.core.reports import Problem, Record, Report
from comity.wire.formats import Format

_TRIGGERS: Final = (".rpz-ip", ".rpz-client-ip", ".rpz-nsip", ".rpz-nsdname")
_OF_ZONE: Final = frozenset(("SOA", "NS", "DNSKEY", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "TSIG"))
_ACTIONS: Final = frozenset(("CNAME", "A", "AAAA", "TXT", "MX", "DNAME"))
_CLASSES: Final = frozenset(("IN", "CH", "HS"))
_TTL: Final = re.compile(r"[0-9]{1,10}(?:[SMHDW][0-9]{1,10}){0,5}[SMHDW]?", re.IGNORECASE)  # one way to match each
_PASSING: Final = "rpz-passthru."


class RpzReader:
    """Reads the lines of one zone.  The origin is what `$ORIGIN` or the owner of the SOA says."""

    header = ""

    def __init__(self, declared: Format) -> None:
        category = declared.category.fixed
        if category is None:
            raise InputError("a policy zone does not say what it is about; give --category", item="--category")
        self.declared = declared
        self._category = category
        self._origin = ""
        self._open = 0  # parentheses that were not closed yet

    def read(self, lines: Sequence[str], first_line: int) -> Iterable[Record]:
        """Make records of consecutive whole lines."""
        declared = self.declared
        for number, line in enumerate(lines, first_line):
            found = self._rule(line)
            if found is None:
                continue
            if isinstance(found, Problem):
                yield Record(number, line, "", None, found)
                continue
            report = Report(name=found, category=self._category, tlp=declared.tlp, machine_only=declared.machine_only)
            yield Record(number, line, found, report)

    def _rule(self, line: str) -> str | Problem | None:
        text = line.partition(";")[0].rstrip()
        inside = self._open > 0
        self._open = max(0, self._open + text.count("(") - text.count(")"))
        if inside or not text or text[0] in " \t":
            return None
        owner, *rest = text.split()
        if owner.startswith("$"):
            if owner.upper() == "$ORIGIN" and rest:
                self._origin = rest[0].lower().rstrip(".")
            return None if owner.upper() in {"$ORIGIN", "$TTL"} else Problem("bad-record", f"{owner[:40]} is not read")
        for _class_or_ttl in range(2):  # each once at most, in either order
            if rest and (rest[0].upper() in _CLASSES or _TTL.fullmatch(rest[0])):
                del rest[0]
        kind = rest[0].upper() if rest else ""
        if kind in _OF_ZONE:
            if kind == "SOA" and owner.endswith(".") and not self._origin:
                self._origin = owner.lower().rstrip(".")
            return None
        if kind not in _ACTIONS or len(rest) < 2:
            return Problem("bad-record", "no record of a policy zone: an owner, a type and its data")
        if owner == "@":
            return None
        return self._accused(owner.lower(), rest[1].lower())

    def _accused(self, owner: str, action: str) -> str | Problem | None:
        if owner.endswith("."):
            name, end = owner[:-1], f".{self._origin}"
            if not self._origin or not name.endswith(end):
                if name == self._origin:
                    return None
                return Problem("outside-zone", "the owner is absolute and not within the zone: it blocks nothing")
            owner = name[: -len(end)]
        if owner.endswith(_TRIGGERS):
            return Problem("not-a-name-rule", "the rule is about addresses or name servers")
        if action == _PASSING:
            return Problem("exception-rule", "the rule lifts another one and accuses nobody")
        return owner.removeprefix("*.")
