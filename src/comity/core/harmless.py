"""How a dangerous address is shown to people: readable, but no program makes a link of it.

`https://bad.example/x` becomes `hxxps://bad[.]example/x`; the path does nothing without its host and stays.  Machines
get addresses as they are; `core.defang` reads the broken form back.
"""

import re
from typing import Final

_SCHEMES: Final = {"http": "hxxp", "https": "hxxps", "ftp": "fxp"}
_PARTS: Final = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*)://)?([^/?#]*)(.*)", re.DOTALL)


# Letters that show nothing and change how others are read: controls, and what turns the direction of writing.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\r(?!\n)"
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
