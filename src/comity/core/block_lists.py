"""Which hosts does a line of a block list block?  Hosts files and adblock rules, where a format says lines are such.

A line that blocks nothing (a comment, an exception, a header, the machine's own names) gives no host.  A rule about a
part of a site only (a path, an element) gives none either: it does not accuse the host.  What is given is text that is
still to be folded.
"""

import re
from typing import Final

_ADDRESS: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*(?:%\w+)?|0")
_OWN: Final = frozenset(
    {"localhost", "localhost.localdomain", "local", "broadcasthost", "ip6-localhost", "ip6-loopback", "0.0.0.0"}  # noqa: S104 — a line's text
)
_RULE: Final = re.compile(r"\|\|(?P<host>[^/^$|*\s]+)(?:\^\|?|\|)?(?P<options>\$\S*)?")


def hosts_of_hosts_line(line: str) -> tuple[str, ...]:
    """Give the hosts that a line `address name...` (hosts(5)) names, without the machine's own."""
    fields = line.partition("#")[0].split()
    if len(fields) < 2 or not _ADDRESS.fullmatch(fields[0]):  # an address and a name at least
        return ()
    return tuple(field for field in fields[1:] if field.lower() not in _OWN and not field.lower().startswith("ip6-"))


def hosts_of_adblock_line(line: str) -> tuple[str, ...]:
    """Give the host that a rule `||host^` blocks as a whole."""
    rule = _RULE.fullmatch(line.strip())
    if rule is None or "domain=" in (rule["options"] or "") or "badfilter" in (rule["options"] or ""):
        return ()
    return (rule["host"],)
