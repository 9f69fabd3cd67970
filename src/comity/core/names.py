"""Which name is meant, and whose is it?  A name has one form and one home (DESIGN §1.1).

Text of any kind (host, URL, defanged, percent-encoded, U-labels, full-width) becomes a `Name`: canonical host,
registrable domain by both readings of the Public Suffix List, zone, responsible party.  What cannot be folded
safely becomes a `NameRefusal` with a stable code and is never guessed.  docs/spec/names.md is normative; its §7
lists the codes.

`NameFolder` is what anything that folds more than one name uses: the same answers, recently seen texts remembered
in bounded memory, and a short way for plain ASCII (`comity.core.targets` and `comity.core.labels` are the long
one).
"""

import re
from typing import Final, overload

import msgspec

from comity.core.labels import MAX_HOST, MAX_LABEL, Host, HostProblem, is_registrable_label
from comity.core.parties import PARTY_OF_ZONE
from comity.core.suffixes import ICANN, SuffixList
from comity.core.targets import CLEAN_URL, DEFAULT_PORTS, IPV4, MAX_INPUT, find_place

PUBLIC_SUFFIX: Final = ("public-suffix", "it is a public suffix: nobody registered it as a name")
REMEMBERED_TEXTS: Final = 1 << 15

_ODD: Final = re.compile("[^a-z0-9._-]").search
DOTTED: Final = re.compile(r"[0-9]{1,16}(?:\.[0-9]{1,16}){3}").fullmatch
_MORE_THAN_HOST: Final = re.compile(r"[/?#:\\]").search
_NOBODY: Final = ("", "")


class Name(msgspec.Struct, frozen=True, gc=False):
    """A host in its one form, and its home.

    `input` is the text as it came; `ascii` the canonical host (A-labels, lower case, no trailing dot); `unicode`
    the same host for people; `registrable` what the registry registers (ICANN section); `registrable_private` one
    label under the whole list's suffix, empty when the host is itself a private suffix; `zone` one of
    `comity.core.parties.ZONES` or empty.
    """

    input: str
    ascii: str
    unicode: str
    registrable: str
    registrable_private: str
    suffix: str
    suffix_private: str
    zone: str
    party: str
    psl_version: str


class NameRefusal(msgspec.Struct, frozen=True, gc=False):
    """Why a text is no name.  `name` and what follows are filled when a host was found that nobody can register."""

    input: str
    code: str
    reason: str
    name: str = ""
    unicode: str = ""
    suffix: str = ""
    zone: str = ""
    party: str = ""


class Target(msgspec.Struct, frozen=True, gc=False):
    """A name and its canonical URL (scheme, canonical host, port, path, query); `url` is empty for a bare host."""

    name: Name
    url: str


class NameFolder:
    """Folds names, remembering those that took long.  One thread at a time."""

    __slots__ = ("_new", "_old", "_remembered", "_second", "_third", "_version", "homes", "suffixes", "zones_of")

    def __init__(self, suffixes: SuffixList, *, remembered: int = REMEMBERED_TEXTS) -> None:
        self.suffixes = suffixes
        self._version = suffixes.version
        self._second = suffixes.second
        self._third = suffixes.third
        # Zone and party by top-level domain that is a plain suffix; both empty where no party we know is responsible.
        self.homes = {tld: _home(tld) for tld in suffixes.plain}
        self.zones_of = {tld: zone for tld, (zone, _) in self.homes.items()}
        self._remembered = remembered  # in each of two generations; the older is dropped when the newer is full
        self._new: dict[str, Name | NameRefusal] = {}
        self._old: dict[str, Name | NameRefusal] = {}

    def fold(self, text: str) -> Name | NameRefusal:
        """Fold a host, or the host of a URL."""
        if "/" not in text:
            return self._plain(text, text) or self._long(text)
        if len(text) <= MAX_INPUT and (url := CLEAN_URL(text)):
            host = url[2]
            return self._plain(host, text) or _with_input(self._long(host), text)
        found = self._take_apart(text)
        return found.name if isinstance(found, Target) else found

    def target(self, text: str) -> Target | NameRefusal:
        """Fold a URL to its canonical form and its name."""
        if len(text) <= MAX_INPUT and (url := CLEAN_URL(text)):
            scheme, host, port, rest = url.groups("")
            # A dot segment may hide in the rest; the default port is left out.
            if "/." in rest or "%2e" in rest or "%2E" in rest or DEFAULT_PORTS[scheme] == port:
                return self._take_apart(text)
            found = self._plain(host, text) or _with_input(self._long(host), text)
            if isinstance(found, NameRefusal):
                return found
            return Target(found, f"{scheme}://{found.ascii}{':' if port else ''}{port}{rest or '/'}")
        if _MORE_THAN_HOST(text):
            taken = self._take_apart(text)
            if isinstance(taken, Target) and len(taken.url) > MAX_INPUT:  # percent-encoding made it longer
                reason = f"its canonical URL has {len(taken.url)} characters; {MAX_INPUT} are read at most"
                return NameRefusal(text, "too-long", reason)
            return taken
        found = self.fold(text)
        return found if isinstance(found, NameRefusal) else Target(found, "")

    def _plain(self, host: str, text: str) -> Name | None:
        """The short way, for a host that is in its one form already under a simple suffix; None: take the long one.

        What it takes is not worth remembering: making it again costs what finding it in cold memory would.
        """
        if _ODD(host) or ".." in host or len(host) > MAX_LABEL or "xn--" in host:
            return None
        rest, _, tld = host.rpartition(".")
        home = self.homes.get(tld)
        if home is None or not rest or rest[0] == ".":
            return None
        head, _, label = rest.rpartition(".")
        if label[0] == "-" or label[-1] == "-" or label[2:4] == "--":
            return None
        registrable = f"{label}.{tld}" if head else host
        zone, party = home
        marks = self._second.get(registrable)
        if marks is None:
            return Name(text, host, host, registrable, registrable, tld, tld, zone, party, self._version)
        label = head.rpartition(".")[2]
        deeper = f"{label}.{registrable}"
        if marks < 0 or deeper in self._third or not is_registrable_label(label):
            return None
        if marks & ICANN:
            return Name(text, host, host, deeper, deeper, registrable, registrable, zone, party, self._version)
        if marks:
            return Name(text, host, host, registrable, deeper, tld, registrable, zone, party, self._version)
        return Name(text, host, host, registrable, registrable, tld, tld, zone, party, self._version)

    def _long(self, text: str) -> Name | NameRefusal:
        """Fold a text without a slash by the long way, and remember it."""
        found = self._new.get(text) or self._old.get(text)
        if found is None:
            if DOTTED(text):  # a feed of malware is full of them
                return NameRefusal(text, *IPV4)
            found = self._plain(text.lower(), text)
            if found is None:
                target = self._take_apart(text)
                found = target.name if isinstance(target, Target) else target
            if len(text) <= MAX_HOST:
                if len(self._new) >= self._remembered:
                    self._old, self._new = self._new, {}
                self._new[text] = found
        return found

    def _take_apart(self, text: str) -> Target | NameRefusal:
        """The long way: find the host in the text, fold its labels, cut it by the whole list."""
        place = find_place(text)
        if isinstance(place, HostProblem):
            return NameRefusal(text, place.code, place.reason)
        name = self._name(place.host, text)
        return name if isinstance(name, NameRefusal) else Target(name, place.url)

    def _name(self, host: Host, text: str) -> Name | NameRefusal:
        split = self.suffixes.split(host.ascii)
        below, _, tld = host.ascii.rpartition(".")
        zone, party = _home(tld) if below else _NOBODY
        code = reason = ""
        if not split.registrable:
            code, reason = PUBLIC_SUFFIX
        elif not all(map(is_registrable_label, split.registrable.split("."))):
            code, reason = "bad-label", f"no registry registers {split.registrable!r}"
        if code:
            return NameRefusal(text, code, reason, host.ascii, host.unicode, split.suffix, zone, party)
        return Name(
            input=text,
            ascii=host.ascii,
            unicode=host.ascii if host.unicode == host.ascii else host.unicode,
            registrable=split.registrable,
            registrable_private=split.registrable_private,
            suffix=split.suffix,
            suffix_private=split.suffix_private,
            zone=zone,
            party=party,
            psl_version=self.suffixes.version,
        )


def parse_name(text: str, *, suffixes: SuffixList) -> Name | NameRefusal:
    """Fold one text.  Whoever has many keeps a `NameFolder`."""
    return NameFolder(suffixes, remembered=1).fold(text)


def fold_target(text: str, *, suffixes: SuffixList) -> Target | NameRefusal:
    """Fold one URL to its canonical form and its name."""
    return NameFolder(suffixes, remembered=1).target(text)


def _home(tld: str) -> tuple[str, str]:
    """Give (zone, party) of a top-level domain; both empty when no party we know is responsible."""
    party = PARTY_OF_ZONE.get(tld)
    return (tld, party.id) if party else _NOBODY


@overload
def _with_input(found: Name, text: str) -> Name: ...
@overload
def _with_input(found: Name | NameRefusal, text: str) -> Name | NameRefusal: ...
def _with_input(found: Name | NameRefusal, text: str) -> Name | NameRefusal:
    if isinstance(found, NameRefusal):
        return msgspec.structs.replace(found, input=text)
    return Name(
        text,
        found.ascii,
        found.unicode,
        found.registrable,
        found.registrable_private,
        found.suffix,
        found.suffix_private,
        found.zone,
        found.party,
        found.psl_version,
    )
