"""Addresses within a text that people wrote, made harmless one by one; a single address is `core.harmless`'s."""

import re
from typing import Final

from comity.core.harmless import defang, show_unseen

_ADDRESS_IN_TEXT: Final = re.compile(r"\b(?:https?|ftp)://[^\s<>\"']+", re.IGNORECASE)


def defang_text(text: str) -> str:
    """Break every address within a text, and show what would not be seen."""
    return _ADDRESS_IN_TEXT.sub(lambda match: defang(match[0]), show_unseen(text))
