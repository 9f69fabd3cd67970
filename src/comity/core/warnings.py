"""An early warning of a campaign: signs by which a partner finds, in its own zones, what belongs to it.

A warning names no name of the partner's that must be acted upon; it says how the campaign is known: a pattern of
names, a set of name servers, the labels that its names imitate, or keyed tokens of names or registrants.  Each sign
finds by itself, so that what a memorandum withholds takes nothing from the rest (docs/spec/warnings.md).  Tokens are
SipHash-2-4 under a key of one link and one month: who has no key learns nothing, and tokens of two links cannot be
compared.  The receiver has the key and can guess: a token hides names that are none of its zone, and no more.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, Literal, get_args

import msgspec

from comity.core.blast import BlastLimits
from comity.core.categories import Category
from comity.core.errors import InputError
from comity.core.labels import MAX_LABEL
from comity.core.markings import Tlp
from comity.core.name_patterns import parse_pattern, render_pattern

Sign = Literal["pattern", "name-servers", "label", "name-token", "registrant-token"]
SIGNS: Final[tuple[Sign, ...]] = get_args(Sign)

# What became of a warning in one zone.  Appended to, never re-used.
Answer = Literal["found", "would-match-too-much", "not-swept"]
ANSWERS: Final[tuple[Answer, ...]] = get_args(Answer)

MOST_PATTERNS: Final = 20
MOST_SERVER_SETS: Final = 50
MOST_LABELS: Final = 200
MOST_TOKENS: Final = 1_000
LONGEST_PATTERN: Final = 200
LONGEST_TEXT: Final = 2_000
LONGEST_REFERENCE: Final = 60
MOST_SERVERS: Final = 13  # of one set
MOST_BYTES: Final = 40_000  # of all signs
MOST_DAYS: Final = 366
MOST_NAMES_TOLD: Final = 1_000  # of one answer, so that it fits into a payload
TOO_MUCH_FLOOR: Final = 100  # so few names of a zone are never too many

_HOST: Final = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}").fullmatch
_LABEL: Final = re.compile(rf"[a-z0-9](?:[a-z0-9-]{{0,{MAX_LABEL - 2}}}[a-z0-9])?").fullmatch
_KEY: Final = re.compile(r"[0-9a-f]{32}").fullmatch
_TOKEN: Final = re.compile(r"[0-9a-f]{16}").fullmatch
SIPHASH_WORDS: Final = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)
_MASK: Final = (1 << 64) - 1


class Signs(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """By what a campaign is known.  Every list ascends and holds nothing twice.

    `servers`: sets of hosts, each ascending with a blank between two.  Tokens are 16 hexadecimal digits under
    `token_key` (32 digits).
    """

    patterns: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    name_tokens: tuple[str, ...] = ()
    registrant_tokens: tuple[str, ...] = ()
    token_key: str = ""

    def kinds(self) -> tuple[Sign, ...]:
        """The kinds of signs that are there, in the order of `SIGNS`."""
        return tuple(sign for sign, values in self.by_kind() if values)

    def by_kind(self) -> tuple[tuple[Sign, tuple[str, ...]], ...]:
        """Each kind with its values."""
        return (
            ("pattern", self.patterns), ("name-servers", self.servers), ("label", self.labels),
            ("name-token", self.name_tokens), ("registrant-token", self.registrant_tokens),
        )  # fmt: skip

    def without(self, withheld: Sequence[str]) -> "Signs":
        """These signs without some kinds; the key goes with the last token."""
        left = {sign: () if sign in withheld else values for sign, values in self.by_kind()}
        has_tokens = bool(left["name-token"] or left["registrant-token"])
        return Signs(
            patterns=left["pattern"], servers=left["name-servers"], labels=left["label"],
            name_tokens=left["name-token"], registrant_tokens=left["registrant-token"],
            token_key=self.token_key if has_tokens else "",
        )  # fmt: skip


class Warned(msgspec.Struct, frozen=True, kw_only=True):
    """A warning as it is said.  `case`: the sender's reference; `first_day` and `last_day`: between which it holds."""

    zones: tuple[str, ...]
    category: Category
    tlp: Tlp
    first_day: date
    last_day: date
    case: str
    text: str
    signs: Signs


class SignCount(msgspec.Struct, frozen=True):
    """How many names one kind of sign found; `fewer`: there are some, and fewer than `names` says."""

    sign: Sign
    names: int
    fewer: bool = False


def find_faults(warned: Warned) -> Iterator[tuple[str, str]]:
    """All that is wrong with a warning: which part, and a sentence."""
    if not warned.zones or list(warned.zones) != sorted(set(warned.zones)):
        yield "zones", "one zone or more, ascending, none twice"
    if not warned.first_day <= warned.last_day or (warned.last_day - warned.first_day).days > MOST_DAYS:
        yield "days", f"the last day is not before the first, and at most {MOST_DAYS} days after it"
    if len(warned.case) > LONGEST_REFERENCE or len(warned.text) > LONGEST_TEXT or "\0" in warned.case + warned.text:
        yield "text", f"at most {LONGEST_TEXT} characters, and {LONGEST_REFERENCE} of a reference; no NUL"
    if not warned.text.strip():
        yield "text", "says why the partner is warned"
    yield from _faults_of_signs(warned.signs)
    yield from _faults_of_patterns(warned)


def _faults_of_signs(signs: Signs) -> Iterator[tuple[str, str]]:
    if not signs.kinds():
        yield "signs", "a warning has one sign or more"
    most: dict[str, int] = {
        "pattern": MOST_PATTERNS, "name-servers": MOST_SERVER_SETS, "label": MOST_LABELS, "name-token": MOST_TOKENS,
        "registrant-token": MOST_TOKENS,
    }  # fmt: skip
    for sign, values in signs.by_kind():
        if len(values) > most[sign]:
            yield sign, f"at most {most[sign]}"
        if list(values) != sorted(set(values)):
            yield sign, "ascending, none twice"
    if sum(len(value) + 3 for _sign, values in signs.by_kind() for value in values) > MOST_BYTES:
        yield "signs", f"all signs together have at most {MOST_BYTES} bytes"
    if not all(map(_is_server_set, signs.servers)):
        yield "name-servers", f"a set of up to {MOST_SERVERS} hosts in A-labels, ascending, a blank between two"
    if not all(map(_LABEL, signs.labels)):
        yield "label", "a label as it is registered: letters a-z, digits, hyphens"
    tokens = (*signs.name_tokens, *signs.registrant_tokens)
    if not all(map(_TOKEN, tokens)):
        yield "token", "16 hexadecimal digits"
    if bool(tokens) != bool(signs.token_key) or (signs.token_key and not _KEY(signs.token_key)):
        yield "token_key", "32 hexadecimal digits where there are tokens, and nowhere else"


def _faults_of_patterns(warned: Warned) -> Iterator[tuple[str, str]]:
    """A pattern is one of `core.name_patterns` in its one form, about a zone of the warning."""
    for text in warned.signs.patterns:
        shown = repr(text[:80])
        if len(text) > LONGEST_PATTERN:
            yield "pattern", f"{shown} has more than {LONGEST_PATTERN} characters"
            continue
        try:
            pattern = parse_pattern(text)
        except InputError as error:
            yield "pattern", f"{shown}: {error.message}"
            continue
        if render_pattern(pattern) != text:
            yield "pattern", f"{shown} is not in its one form, {render_pattern(pattern)}"
        elif pattern.zone not in warned.zones:
            yield "pattern", f"{shown} is about .{pattern.zone}, which is none of the zones of the warning"


def parse_patterns(texts: Sequence[str]) -> tuple[str, ...]:
    """Give patterns their one form, in order and once.  Raises `InputError` that says what is none."""
    return tuple(sorted({render_pattern(parse_pattern(text.strip())) for text in texts}))


def _is_server_set(text: str) -> bool:
    hosts = text.split(" ")
    return 1 <= len(hosts) <= MOST_SERVERS and hosts == sorted(set(hosts)) and all(map(_HOST, hosts))


def parse_server_set(text: str) -> str:
    """Give a set of name servers its one form: lower case, no final dot, ascending, a blank between two."""
    return " ".join(sorted({host.lower().rstrip(".") for host in re.split(r"[\s,]+", text)} - {""}))


def token_of(text: str, key: bytes) -> str:
    """The token of a name or of a registrant: SipHash-2-4 (64 bits) of its UTF-8 under 16 octets, in hexadecimal."""
    return f"{siphash(text.encode(), key):016x}"


def siphash(data: bytes, key: bytes) -> int:
    """SipHash-2-4 (Aumasson, Bernstein 2012), the 64-bit form.  `comity.sweep.warnings` does it for whole columns."""
    first, second = int.from_bytes(key[:8], "little"), int.from_bytes(key[8:16], "little")
    keys = (first, second, first, second)
    state = [key_word ^ word for key_word, word in zip(keys, SIPHASH_WORDS, strict=True)]
    padded = data + b"\0" * (7 - len(data) % 8) + bytes([len(data) & 0xFF])
    for start in range(0, len(padded), 8):
        word = int.from_bytes(padded[start : start + 8], "little")
        state[3] ^= word
        _rounds(state, 2)
        state[0] ^= word
    state[2] ^= 0xFF
    _rounds(state, 4)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _rounds(v: list[int], times: int) -> None:
    for _ in range(times):
        v[0] = (v[0] + v[1]) & _MASK
        v[2] = (v[2] + v[3]) & _MASK
        v[1] = _left(v[1], 13) ^ v[0]
        v[3] = _left(v[3], 16) ^ v[2]
        v[0] = _left(v[0], 32)
        v[2] = (v[2] + v[1]) & _MASK
        v[0] = (v[0] + v[3]) & _MASK
        v[1] = _left(v[1], 17) ^ v[2]
        v[3] = _left(v[3], 21) ^ v[0]
        v[2] = _left(v[2], 32)


def _left(word: int, bits: int) -> int:
    return ((word << bits) | (word >> (64 - bits))) & _MASK


def epoch_of(day: date) -> str:
    """The epoch of a token key: the month."""
    return f"{day:%Y-%m}"


def most_of(sign: Sign, zone_names: int, permille: int) -> int:
    """How many names of a zone a sign may match: the blast-radius guard.

    The memorandum says a share; a pattern is also bounded as every pattern is (`core.blast`).
    """
    most = max(TOO_MUCH_FLOOR, zone_names * permille // 1_000)
    return min(most, BlastLimits().most(zone_names)) if sign == "pattern" else most


def round_count(sign: Sign, names: int, at_least: int) -> SignCount:
    """A count as it is told: one that is small is told as fewer than the threshold of the memorandum."""
    return SignCount(sign, at_least, fewer=True) if 0 < names < at_least else SignCount(sign, names)
