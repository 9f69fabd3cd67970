"""What are the names of a whole column of texts?  The answers of `NameFolder`, for many texts at once.

Nineteen texts in twenty of a real list are hosts in their one form already, bare or in a URL.  What makes them so is
asked of the whole batch in one pass over its joined letters, and each then costs a few cuts and look-ups.  Everything
else is folded one by one: `NameFolder.fold` is the meaning, this module is only its speed, and the tests hold the two
equal (docs/spec/names.md is normative for both).

Batches of some thousand texts do best.
"""

import re
from collections.abc import Sequence
from typing import Final

from comity.core.labels import MAX_LABEL
from comity.core.names import DOTTED, Name, NameFolder, NameRefusal
from comity.core.suffixes import ICANN
from comity.core.targets import IPV4, MAX_INPUT

# One match a line: the host of a plain line, nothing of any other.  Beyond the host a URL decides nothing but by a
# control character or a letter outside ASCII.
_HOST: Final = re.compile(r"^([a-z0-9._-]+)$|^.*$", re.MULTILINE)
_HOST_OF_URL: Final = re.compile(r"^(https?://)?([a-z0-9._-]+)(?(1)(?:/[ -~]*)?)$|^.*$", re.MULTILINE)


def fold_many(texts: Sequence[str], *, folder: NameFolder) -> list[Name | NameRefusal]:
    """Fold a batch: what `NameFolder.fold` gives for each text, in order."""
    homes, mark_of, third, fold = folder.homes, folder.suffixes.second.get, folder.suffixes.third, folder.fold
    version = folder.suffixes.version
    found: list[Name | NameRefusal] = []
    add = found.append
    hosts, doubtful = _plain_hosts(texts)
    for text, host in zip(texts, hosts, strict=True):
        dot = host.rfind(".")
        tld = host[dot + 1 :]
        if dot > 0 and tld in homes and not (doubtful and _is_doubtful(host)):
            zone, party = homes[tld]
            whole = registrable = host[host.rfind(".", 0, dot) + 1 :]
            suffix = suffix_private = tld
            marks = mark_of(registrable)
            if marks is None:
                add(Name(text, host, host, registrable, whole, suffix, suffix_private, zone, party, version))
                continue
            deeper = _one_label_more(host, registrable)
            if marks >= 0 and deeper and deeper not in third:
                if marks:
                    whole, suffix_private = deeper, registrable
                if marks & ICANN:
                    registrable, suffix = whole, suffix_private
                add(Name(text, host, host, registrable, whole, suffix, suffix_private, zone, party, version))
                continue
        add(NameRefusal(text, *IPV4) if tld.isdigit() and DOTTED(host) else fold(text))
    return found


def _one_label_more(host: str, registrable: str) -> str:
    """Give the end of a host that is one label longer; empty where there is none."""
    before = len(host) - len(registrable) - 1
    return host[host.rfind(".", 0, before) + 1 :] if before > 0 else ""


def _plain_hosts(texts: Sequence[str]) -> tuple[list[str], bool]:
    """Give for each text its host if all letters are those of a host in its one form, else nothing.

    Said beside them: whether any host of the batch may have an empty label, a hyphen out of place or too many letters.
    """
    joined = "\n".join(texts)
    if joined.count("://") * 2 < len(texts):
        hosts = _HOST.findall(joined)  # a third of the cost; the URLs among them are folded one by one
    else:
        hosts = [host for _, host in _HOST_OF_URL.findall(joined)]
    if len(hosts) != len(texts) or max(map(len, texts)) > MAX_INPUT:
        return [""] * len(texts), False  # a text that holds a line end would shift all that follow it
    plain = "\n".join(hosts)
    doubtful = any(odd in plain for odd in ("..", "--", ".-", "-.", "\n.", "\n-")) or plain[:1] in {".", "-"}
    return hosts, doubtful or max(map(len, hosts)) > MAX_LABEL


def _is_doubtful(host: str) -> bool:
    """Say whether a label is empty, or a hyphen stands where none may or where an A-label begins, or it is long."""
    return (
        ("-" in host and ("--" in host or ".-" in host or "-." in host or host[0] == "-"))
        or ".." in host
        or host[0] == "."
        or len(host) > MAX_LABEL
    )
