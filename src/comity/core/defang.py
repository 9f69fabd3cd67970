"""What did a person mean who wrote `hxxp://bad[.]example`?  Undoing the customs by which analysts make names harmless.

Only forms that cannot be anything else are undone; `bad dot by`, `bad,by` and half-open brackets are left as they
are and are refused as names later.  A scheme is undone at the beginning of the text only.  When nothing is defanged
the text comes back as it is: `[.]` in the path of an ordinary URL stays.  docs/spec/names.md §2 lists the forms.
"""

import re
from typing import Final

_SCHEME: Final = re.compile(
    r"(?P<name>h(?:tt|xx|\*\*)ps?|f[tx]p|wss?)(?:\[:\]|\(:\)|:|\[:(?=//\]))(?://\]|\[//\]|[/\\]{2})", re.IGNORECASE
)
_MARK: Final = re.compile(
    r" {0,2}(?:\[ ?(?:\.|dot) ?\]|\( ?(?:\.|dot) ?\)|\{ ?(?:\.|dot) ?\}) {0,2}|\[:\](?=[0-9])|\[/\]", re.IGNORECASE
)
_AUTHORITY_END: Final = re.compile(r"[/\\?#]")


def refang(text: str) -> str:
    """Undo defanging where the scheme or the host is defanged; the text is already stripped of surrounding blanks."""
    scheme = _SCHEME.match(text)
    if scheme is None:
        return _refang_rest(text, at=0)
    rest = text[scheme.end() :]
    written = scheme.group("name")
    name = re.sub(r"(?i)h(?:xx|\*\*)p", "http", re.sub("(?i)fxp", "ftp", written))
    if name == written and scheme.group() == text[: len(written) + 3]:
        return _refang_rest(text, at=scheme.end())
    return f"{name}://{_MARK.sub(_plain, rest)}"


def _refang_rest(text: str, *, at: int) -> str:
    """Undo the marks after `at` if the host holds one."""
    end = _AUTHORITY_END.search(text, at)
    mark = _MARK.search(text, at)
    if mark is None or (end is not None and end.start() < mark.start()):
        return text
    return text[:at] + _MARK.sub(_plain, text[at:])


def _plain(mark: re.Match[str]) -> str:
    inner = mark.group().strip(" ")
    return inner[1] if inner in {"[:]", "[/]"} else "."
