"""Which text in a zone file is a name that this zone delegates, or a server, and why not?

The rules are those of a host (comity.core.labels.fold_host): labels of 1 to 63 letters, digits, hyphens or
underscores, 253 octets in all, and A-labels that decode, by IDNA2008 and the Bidi rule, to what they were made of.
Only ASCII is made lower case, as octets: no letter of another script becomes one of ours.
"""

from typing import Final

import numpy as np
import polars as pl

from comity.core.labels import MAX_HOST, MAX_LABEL, HostProblem, fold_host
from comity.sweep.a_labels import are_simple_a_labels

_NOT_PLAIN: Final = r"[^a-z0-9._-]|\.\.|^\.|[^.]$"
_LABELS: Final = r"^(?:[a-z0-9_-]{1,63}\.)+$"


def find_odd_names(absolute: pl.Series) -> pl.Series:
    """Which of some absolute names (lower case, with their final dot) have no form that a host has."""
    return ~absolute.str.contains(_LABELS) | (absolute.str.len_bytes() > MAX_HOST + 1)


def are_plain(absolute: pl.Series) -> bool:
    """Whether all of some absolute names have the form that a host has: cheaper than asking which one has not."""
    if absolute.str.contains(_NOT_PLAIN).any():
        return False
    longer = absolute.filter(absolute.str.len_bytes() > MAX_LABEL + 1)
    return not find_odd_names(longer).any()


def why_odd(absolute: str) -> tuple[str, str]:
    """Say why a name has no form that a host has: code and reason."""
    name = absolute.removesuffix(".")
    labels = name.split(".")
    if not all(labels):
        return "empty-label", "two dots follow each other, or a dot stands first"
    if any(len(label) > MAX_LABEL for label in labels):
        return "too-long", f"a label has more than {MAX_LABEL} octets"
    if len(name) > MAX_HOST:
        return "too-long", f"a name has {len(name)} octets; {MAX_HOST} are the most"
    return "bad-character", f"{name[:MAX_LABEL]!r} holds a character that no host has"


def find_bad_a_labels(absolute: pl.Series, origin: str) -> dict[str, tuple[str, str]]:
    """Which of some absolute names of a zone hold an A-label that is none, with code and reason."""
    asked = absolute.filter(absolute.str.contains("xn--", literal=True)).str.strip_suffix(f".{origin}.")
    found: dict[str, tuple[str, str]] = {}
    for name in asked.filter(~_are_simple(asked)).to_list():
        host = fold_host(name)
        if isinstance(host, HostProblem):
            found[f"{name}.{origin}."] = (host.code, host.reason)
    return found


def _are_simple(names: pl.Series) -> pl.Series:
    """Of which names all A-labels are plainly good."""
    simple = np.ones(len(names), dtype=bool)
    is_many = names.str.contains(".", literal=True).to_numpy()
    apart = names.filter(is_many).str.split(".")
    labels = pl.concat([names.filter(~is_many), apart.explode()])
    rows = np.append(np.flatnonzero(~is_many), np.repeat(np.flatnonzero(is_many), apart.list.len().to_numpy()))
    is_coded = labels.str.starts_with("xn--").to_numpy()
    simple[rows[is_coded][~are_simple_a_labels(labels.filter(is_coded))]] = False
    return pl.Series(simple)
