"""What a reader typed into the inbox's search field, as what the store can find without looking at every case.

A whole name, in either script, or an address of any kind, harmless or not (`hxxps://bad[.]example/x`) is found by its
registrable domain; the beginning of a name and the beginning of a reference are found as such.  Nothing else is found:
a part from the middle of a name would mean to look at all of them.
"""

import re
import unicodedata
from typing import Final

from comity.core.defang import refang
from comity.core.names import Name, NameFolder
from comity.edges.home import Home
from comity.edges.suffix_file import load_suffixes
from comity.store.inbox import Search

_REF: Final = re.compile(r"[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{4}(-[0-9A-Za-z]{0,4}){0,2}")
_HOST_LIKE: Final = re.compile(r"[^\s/?#:@\\]{1,253}")


def parse_search(text: str, home: Home) -> Search | None:
    """Read what was typed; None for nothing, an empty `Search` for what can be no name and no reference."""
    text = text.strip()
    if not text:
        return None
    ref = text.upper() if _REF.fullmatch(text) else ""
    found = NameFolder(load_suffixes(home)).fold(text)
    if isinstance(found, Name) and found.registrable and found.zone:
        return Search(registrable=found.registrable, ref=ref)
    beginning = unicodedata.normalize("NFC", refang(text).lower().lstrip("."))
    if not _HOST_LIKE.fullmatch(beginning):
        return Search(ref=ref)
    return Search(beginning=beginning if beginning.isascii() else "", script=beginning, ref=ref)
