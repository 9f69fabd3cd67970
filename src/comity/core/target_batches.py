"""What are the names and canonical URLs of a whole column?  The answers of `NameFolder.target`, for many texts at once.

Most rows of a feed are URLs that are canonical but for their host, or bare hosts: those are folded together
(`core.name_batches`).  Every other text is asked of `NameFolder.target` by itself: it is the meaning, this module is
only its speed, and the tests hold the two equal (docs/spec/names.md is normative for both).
"""

import re
from collections.abc import Sequence
from typing import Final

from comity.core.name_batches import fold_many
from comity.core.names import Name, NameFolder, NameRefusal, Target
from comity.core.targets import IPV4, MAX_INPUT

# A host, or a URL without port, userinfo and fragment, whose path and query are canonical as they stand.
_SIMPLE: Final = re.compile(
    r"(?:(https?)://([a-zA-Z0-9_-][a-zA-Z0-9._-]*)/(?!\.)([A-Za-z0-9._~!$&()*+,;=:@%/?-]*)|[^/?#:\\]*)"
).fullmatch
# An IPv4 address with a port, of which a feed of malware is full; `[1-5]` keeps the port within its bound.
_ADDRESS: Final = re.compile(
    r"https?://[0-9]{1,3}(?:\.[0-9]{1,3}){3}:(?:[1-9][0-9]{0,3}|[1-5][0-9]{4})/[A-Za-z0-9._~!$&()*+,;=:@/?-]*"
).fullmatch


def fold_targets(texts: Sequence[str], *, folder: NameFolder) -> tuple[list[Name | NameRefusal], list[str]]:
    """Fold a batch: for each text its name or refusal, and its canonical URL (empty for a bare host or a refusal)."""
    found: list[Name | NameRefusal | None] = [None] * len(texts)
    urls = [""] * len(texts)
    places: list[int] = []
    for at, text in enumerate(texts):
        simple = _SIMPLE(text)
        if simple is not None and len(text) <= MAX_INPUT:
            if simple[1] is None:
                places.append(at)
                continue
            path = simple[3]
            if "/." not in path and "%2" not in path:
                urls[at] = text
                places.append(at)
                continue
        if _ADDRESS(text) and len(text) <= MAX_INPUT:
            found[at] = NameRefusal(text, *IPV4)
            continue
        target = folder.target(text)
        if isinstance(target, Target):
            found[at], urls[at] = target.name, target.url
        else:
            found[at] = target
    folded = fold_many([texts[at] for at in places], folder=folder)
    for at, name in zip(places, folded, strict=True):
        found[at] = name
        url = urls[at]
        if url:
            if isinstance(name, NameRefusal):
                urls[at] = ""
            elif not url.startswith(f"{name.ascii}/", 7 if url[4] == ":" else 8):
                scheme, _, rest = url.partition("://")
                urls[at] = f"{scheme}://{name.ascii}/{rest.partition('/')[2]}"
    return found, urls  # type: ignore[return-value]  # every place was filled
