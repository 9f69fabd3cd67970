"""How a dangerous address is shown to people: readable, but no program makes a link of it.

`https://bad.example/x` becomes `hxxps://bad[.]example/x`; the path does nothing without its host and stays.  Machines
get addresses as they are; `core.defang` reads the broken form back.
"""

import re
from typing import Final

_SCHEMES: Final = {"http": "hxxp", "https": "hxxps", "ftp": "fxp"}
_PARTS: Final = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*)://)?([^/?#]*)(.*)", re.DOTALL)


# Letters that show nothing and change how others are read: controls, what turns the direction of writing, what has no
# width, fillers that look like a blank, and tags that hide a whole text.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]|\r(?!\n)"
)


def show_unseen(text: str) -> str:
    """Write letters that show nothing as their code points, so that they deceive nobody: U+202E becomes ⟨U+202E⟩."""
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def defang(address: str) -> str:
    """Break the scheme and the dots of the host; what is broken already stays as it is."""
    address = show_unseen(address)
    match = _PARTS.fullmatch(address)
    if match is None or "[.]" in address:
        return address
    scheme, host, rest = match.groups()
    start = f"{_SCHEMES.get(scheme.lower(), scheme)}://" if scheme else ""
    return start + host.replace(".", "[.]") + rest
