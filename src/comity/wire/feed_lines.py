"""Lists of names to records: a name or URL a line, hosts files, Adblock filter rules.

Such a list says nothing but the name: its category is declared or given by the operator.  Comments, blank lines and
the boilerplate of a hosts file are no records.  A hosts line with several names is several records.  An Adblock rule
that is about elements of a page, or that lifts another rule, accuses nobody and is refused as such.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from comity.core.errors import InputError
from comity.core.reports import Problem, Record, Report
from comity.wire.formats import Format

NOWHERE: Final = "0.0.0.0"  # noqa: S104 — written into lists of names, never listened on
_LOOPBACK: Final = frozenset(
    ("localhost", "localhost.localdomain", "local", "broadcasthost", "ip6-localhost", "ip6-loopback", "ip6-localnet",
     "ip6-mcastprefix", "ip6-allnodes", "ip6-allrouters", "ip6-allhosts", NOWHERE)
)  # fmt: skip
_COMMENTS: Final = ("#", "!", ";")
_NOT_A_NAME: Final = ("##", "#@#", "#?#", "#$#")


class LinesReader:
    """Reads the lines of one source."""

    header = ""

    def __init__(self, declared: Format) -> None:
        category = declared.category.fixed
        if category is None:
            raise InputError(
                f"a list of {declared.kind} does not say what it is about; give --category", item="--category"
            )
        self.declared = declared
        self._category = category
        self._texts: Callable[[str], Iterable[str | Problem]] = _SPLITTERS[declared.kind]

    def read(self, lines: Sequence[str], first_line: int) -> Iterable[Record]:
        """Make records of consecutive whole lines."""
        declared, category = self.declared, self._category
        is_hosts = declared.kind == "hosts"
        for number, line in enumerate(lines, first_line):
            for text in self._texts(line):
                if isinstance(text, Problem):
                    yield Record(number, line, "", None, text)
                    continue
                raw = f"{NOWHERE} {text}" if is_hosts else line
                report = Report(name=text, category=category, tlp=declared.tlp, machine_only=declared.machine_only)
                yield Record(number, raw, text, report)


def split_name(line: str) -> tuple[str, ...]:
    """The text of a line of names or URLs, without a comment."""
    text = line.strip()
    if not text or text.startswith(_COMMENTS):
        return ()
    return (text.partition(" #")[0].rstrip(),)


def split_hosts(line: str) -> tuple[str | Problem, ...]:
    """The names of a line of a hosts file (hosts(5)): an address, then names."""
    parts = line.partition("#")[0].split()
    if not parts or line.lstrip().startswith(_COMMENTS):
        return ()
    if len(parts) == 1:
        return (Problem("no-name", "a line of a hosts file is an address and names"),)
    return tuple(name for name in parts[1:] if name.lower() not in _LOOPBACK)


def split_adblock(line: str) -> tuple[str | Problem, ...]:
    """The name or address of an Adblock Plus rule; a line without marks is taken as it is."""
    text = line.strip()
    if not text or text.startswith(("!", "#", "[")):
        return ()
    if text.startswith("@@"):
        return (Problem("exception-rule", "the rule lifts another one and accuses nobody"),)
    if any(mark in text for mark in _NOT_A_NAME):
        return (Problem("not-a-name-rule", "the rule hides an element of a page and names no host"),)
    if text.startswith("||"):
        return (text[2:].partition("$")[0].partition("^")[0].strip("|"),)
    return (text.partition("$")[0].strip("|^"),)


_SPLITTERS: Final[dict[str, Callable[[str], Iterable[str | Problem]]]] = {
    "names": split_name,
    "urls": split_name,
    "hosts": split_hosts,
    "adblock": split_adblock,
}
