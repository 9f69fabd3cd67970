"""What is the one form of a host's labels (UTS 46 non-transitional, IDNA2008)?

Mapping, punycode and IDNA2008 validity are those of the `idna` package; this module adds what makes the answer the
same on every node and right for a whole host:

* code points that Unicode assigned after 14.0 are refused on every Python, so two nodes never differ by their
  interpreter (`comity.core.repertoire`);
* the Bidi rule is asked of the whole host (RFC 5893 §1.4), not of one label;
* labels may hold underscores, and plain ASCII ones any hyphens, because real hosts do; `is_registrable_label` is the
  registries' rule for hyphens, and `strict=True` is UTS 46 with CheckHyphens and UseSTD3ASCIIRules.

docs/spec/names.md §4 is the normative text.  Nothing here knows what a suffix is.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

import ada_url
import idna
import msgspec

from comity.core.repertoire import NEWER

MAX_HOST: Final = 253
MAX_LABEL: Final = 63

_HOST_LABEL: Final = re.compile(r"[a-z0-9_-]{1,63}")
_REGISTRABLE_LABEL: Final = re.compile(r"(?!..--)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
# Cyrillic of the zones' languages, common Han, letters and digits: PVALID, left to right, in NFC however they follow
# each other, older than Unicode 14.0.  Of a label of these alone no rule but that for hyphens is left to ask.
_SIMPLE_LABEL: Final = re.compile("(?!-)(?!..--)[a-z0-9\u0430-\u044f\u0451\u0456\u045e\u4e00-\u9fa5-]+(?<!-)").fullmatch
# The same letters in either case, dots and underscores: mapping changes nothing in them but the case.
SIMPLE_TEXT: Final = re.compile(
    "[A-Za-z0-9._\u0410-\u044f\u0401\u0451\u0406\u0456\u040e\u045e\u4e00-\u9fa5-]+"
).fullmatch
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN"})
_REMEMBERED_LABELS: Final = 1 << 15

# What `idna` says, in our words (docs/spec/names.md §7).
_CODES: Final[dict[str, str]] = {
    "input_too_long": "too-long",
    "label_too_long": "too-long",
    "domain_too_long": "too-long",
    "empty_label": "empty-label",
    "empty_domain": "empty",
    "hyphen_3_4": "bad-hyphen",
    "hyphen_start_end": "bad-hyphen",
    "leading_combiner": "bad-character",
    "disallowed_codepoint": "bad-character",
    "unknown_codepoint": "bad-character",
    "uts46_disallowed": "bad-character",
    "uts46_std3": "bad-character",
    "contextj": "bad-context",
    "contexto": "bad-context",
    "bidi_rule_1": "bad-bidi",
    "bidi_rule_2": "bad-bidi",
    "bidi_rule_3": "bad-bidi",
    "bidi_rule_4": "bad-bidi",
    "bidi_rule_5": "bad-bidi",
    "bidi_rule_6": "bad-bidi",
    "bidi_unknown_direction": "new-character",
    "not_nfc": "bad-a-label",
    "invalid_alabel": "bad-a-label",
    "non_canonical_alabel": "bad-a-label",
}


class Host(msgspec.Struct, frozen=True):
    """A host in its one form: A-labels in lower case without a trailing dot, and the same host for people."""

    ascii: str
    unicode: str


class HostProblem(msgspec.Struct, frozen=True):
    """Why a host has no one form."""

    code: str
    reason: str


def is_registrable_label(label: str) -> bool:
    """Answer whether an ASCII label keeps the registries' rule: no hyphen at an end, none 3rd and 4th but in A-labels.

    Underscores pass: no registry registers them, but reports name such hosts and the reference counts hold them.
    """
    return label.startswith("xn--") or _REGISTRABLE_LABEL.fullmatch(label) is not None


def fold_host(text: str, *, strict: bool = False) -> Host | HostProblem:
    """Fold a host (no port, no scheme); one trailing dot is taken off.

    With `strict` every plain ASCII label must be one that a registry could register (UTS 46 with CheckHyphens and
    UseSTD3ASCIIRules); without it underscores and hyphens are the host's own affair.
    """
    if len(text) > 4 * MAX_HOST:  # no mapping shortens a host this far and leaves it honest; CVE-2026-45409
        return HostProblem("too-long", f"{len(text)} characters; a host has at most {MAX_HOST}")
    mapped = _map(text)
    if isinstance(mapped, HostProblem):
        return mapped
    if not mapped or mapped == ".":
        return HostProblem("empty", "nothing is left of the host")
    labels: list[tuple[str, str]] = []
    for label in mapped.removesuffix(".").split("."):
        folded = _fold_label(label)
        if isinstance(folded, HostProblem):
            return folded
        if strict and ("_" in folded[0] or not is_registrable_label(folded[0])):
            return HostProblem("bad-label", f"{label!r} is not letters, digits and inner hyphens")
        labels.append(folded)
    return _join(labels)


def _map(text: str) -> str | HostProblem:
    """UTS 46 §4 steps 1 and 2: map and normalise."""
    if text.isascii() or SIMPLE_TEXT(text):
        return text.lower()
    if newer := NEWER.search(text):
        return _too_new(newer.group())
    try:
        return idna.uts46_remap(text, std3_rules=False)
    except idna.IDNAError as error:
        return _problem(error, text)


@lru_cache(maxsize=_REMEMBERED_LABELS)
def _fold_label(label: str) -> tuple[str, str] | HostProblem:
    """Give a mapped label as (A-label, U-label), or say why it is not valid."""
    if not label:
        return HostProblem("empty-label", "two dots follow each other, or a dot stands first")
    if label.isascii() and not label.startswith("xn--"):
        if _HOST_LABEL.fullmatch(label):
            return label, label
        if len(label) > MAX_LABEL:
            return HostProblem("too-long", f"a label of {len(label)} octets; {MAX_LABEL} is the most")
        return HostProblem("bad-character", f"{label!r} holds a character that no host has")
    if len(label) <= MAX_LABEL and (simple := _fold_simple_label(label)):
        return simple
    unicode = label
    if label.isascii():
        try:
            unicode = label[4:].encode("ascii").decode("punycode")
        except UnicodeError:
            return HostProblem("bad-a-label", f"{label[:MAX_LABEL]!r} is no punycode")
    return _check_unicode_label(unicode, written=label)


def _fold_simple_label(label: str) -> tuple[str, str] | None:
    """Fold an A-label or U-label of simple letters by ada's punycode, if both directions agree; None: ask in full."""
    unicode = ada_url.idna.decode(label) if label.isascii() else label
    if unicode.isascii() or not _SIMPLE_LABEL(unicode):
        return None
    ascii_label = ada_url.idna.encode(unicode).decode()
    if len(ascii_label) > MAX_LABEL or ada_url.idna.decode(ascii_label) != unicode:
        return None
    return (ascii_label, unicode) if label in {ascii_label, unicode} else None


def _check_unicode_label(unicode: str, *, written: str) -> tuple[str, str] | HostProblem:
    """Ask IDNA2008 of a U-label; `written` is what stood in the host, which may be its A-label."""
    if newer := NEWER.search(unicode):
        return _too_new(newer.group())
    ascii_label = "xn--" + unicode.encode("punycode").decode("ascii")
    if written.isascii() and (written != ascii_label or unicode.isascii()):
        return HostProblem("bad-a-label", f"{written!r} is not the A-label of what it decodes to")
    if len(ascii_label) > MAX_LABEL:
        return HostProblem("too-long", f"a label of {len(ascii_label)} octets; {MAX_LABEL} is the most")
    try:
        # Underscores are as good here as in plain labels: a digit stands in, which joins and composes with nothing.
        idna.check_label(unicode.replace("_", "0"))
    except idna.IDNAError as error:
        return _problem(error, written)
    return ascii_label, unicode


def _join(labels: list[tuple[str, str]]) -> Host | HostProblem:
    """Put the labels together; what concerns the whole host is checked here."""
    ascii_host = ".".join([ascii_label for ascii_label, _ in labels])
    if len(ascii_host) > MAX_HOST:
        return HostProblem("too-long", f"{len(ascii_host)} octets as A-labels; a host has at most {MAX_HOST}")
    unicode = ".".join([unicode_label for _, unicode_label in labels])
    if not unicode.isascii() and not _RIGHT_TO_LEFT.isdisjoint(map(unicodedata.bidirectional, unicode)):
        for _, label in labels:
            try:
                idna.check_bidi(label, check_ltr=True)
            except idna.IDNAError as error:
                return _problem(error, label)
    return Host(ascii_host, unicode)


def _too_new(character: str) -> HostProblem:
    return HostProblem("new-character", f"U+{ord(character):04X} came after Unicode 14.0")


def _problem(error: idna.IDNAError, text: str) -> HostProblem:
    at = f"U+{error.codepoint:04X} in " if error.codepoint is not None else ""
    return HostProblem(_CODES.get(error.code or "", "bad-character"), f"{at}{text[:MAX_LABEL]!r}: {error.code}")
