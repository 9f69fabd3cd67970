"""How a dangerous address is shown to people: readable, but no program makes a link of it.

`https://bad.example/x` becomes `hxxps://bad[.]example/x`; the path does nothing without its host and stays.  Machines
get addresses as they are; `core.defang` reads the broken form back.
"""

import re
from typing import Final

_SCHEMES: Final = {"http": "hxxp", "https": "hxxps", "ftp": "fxp"}
_PARTS: Final = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*)://)?([^/?#]*)(.*)", re.DOTALL)


def defang(address: str) -> str:
    """Break the scheme and the dots of the host; what is broken already stays as it is."""
    match = _PARTS.fullmatch(address)
    if match is None or "[.]" in address:
        return address
    scheme, host, rest = match.groups()
    start = f"{_SCHEMES.get(scheme.lower(), scheme)}://" if scheme else ""
    return start + host.replace(".", "[.]") + rest
