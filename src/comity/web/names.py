"""A name in both scripts: its A-label as it is stored, and its U-label where the two differ (FIELD A4).

The store keeps A-labels only.  What cannot be decoded has no U-label; a page then shows the A-label alone and
never a guess.
"""

from functools import lru_cache

import idna


@lru_cache(maxsize=4096)
def u_label_of(name: str) -> str:
    """Give the U-label form of a stored name, or "" where it is the same or cannot be decoded."""
    if "xn--" not in name:
        return ""
    try:
        decoded = idna.decode(name)
    except idna.IDNAError:
        return ""
    return "" if decoded == name else decoded
