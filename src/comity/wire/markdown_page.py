"""Markdown that anybody may have written, as HTML that can be put into a page of ours.

HTML in the text is text.  What comes out passes an allow-list of elements once more (nh3).  Headings are moved below
the page's own, none is skipped.  A link is live only to the sites of `LIVE_HOSTS` by https; of every other its address
is written out, harmless (`core.harmless`).  Pictures are not fetched: their words and addresses stand in their place.
Size is bounded before anything is read, nesting while it is read: what is nested deeper than `MAX_NESTING` cannot be
shown, and the page says so.
"""

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from comity.core.articles import MAX_BODY_BYTES, MAX_LINES, fits
from comity.core.errors import TooLargeError
from comity.core.harmless import defang, show_unseen

MAX_NESTING: Final = 20
MAX_COLUMNS: Final = 8  # of a table; a wider one is shown as it was written
_DEEPEST_HEADING: Final = 6
# Whose documents our articles and those of our partners cite; a subdomain of one is meant too.
LIVE_HOSTS: Final = (
    "apwg.org", "cctld.by", "cctld.ru", "cert.by", "cnnic.cn", "dnsabuseinstitute.org", "first.org", "iana.org",
    "icann.org", "ietf.org", "netbeacon.org", "oasis-open.org", "rfc-editor.org", "tldpatrol.ru", "unicode.org",
    "vnnic.vn", "w3.org", "xarf.org",
)  # fmt: skip
_TAGS: Final = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES: Final = {"a": {"href"}, "th": {"scope"}, "ol": {"start"}}
_REL: Final = "noopener noreferrer nofollow"
_ADDRESS: Final = re.compile(r"\b(?:https?|ftp)://[^\s<>\"']+", re.IGNORECASE)
_BOXES: Final = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}
_MARKS: Final = re.compile(
    r"!?\[([^\]\[]*)\]\([^()\s]*\)|^[ \t]{0,3}(?:#{1,6}|>|[-*+]|\d{1,9}[.)])[ \t]+|[*_`|~]+", re.MULTILINE
)


class Page(msgspec.Struct, frozen=True):
    """A text as HTML; `is_whole` is false where something was nested too deep to be shown."""

    html: str
    is_whole: bool


def render_page(text: str, *, top: int = 2) -> Page:
    """Render Markdown below a heading of level `top` - 1.  Raises `TooLargeError` for more than an article may have."""
    if not fits(text, MAX_BODY_BYTES) or text.count("\n") >= MAX_LINES:
        raise TooLargeError(f"a text has at most {MAX_BODY_BYTES} bytes and {MAX_LINES} lines")
    parser = _WITHOUT_TABLES if any(map(_is_too_wide, text.splitlines())) else _PARSER
    tokens = parser.parse(show_unseen(text))
    deepest = max((token.level for token in tokens), default=0)  # within a paragraph nothing is left out
    _number_headings(tokens, top)
    for token in tokens:
        _mend(token)
    html = parser.renderer.render(tokens, parser.options, {})
    clean = nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"https"}, link_rel=_REL)
    return Page(clean, deepest < MAX_NESTING - 1)  # the parser leaves out what is deeper


def plain_text(text: str) -> str:
    """Give the words of Markdown without its marks, for searching and for excerpts; exact enough for that."""
    return _MARKS.sub(lambda mark: mark[1] or "", text)


def harmless_text(text: str) -> str:
    """Give words with every address broken that may not be followed, and what would not be seen written out."""
    return _harmless(show_unseen(text))


def is_live(address: str) -> bool:
    """Answer whether a link may be followed from our pages."""
    try:
        parts = urlsplit(address)
        plain = parts.scheme == "https" and parts.port is None and parts.username is None
    except ValueError:
        return False
    host = parts.hostname or ""
    return plain and any(host == known or host.endswith(f".{known}") for known in LIVE_HOSTS)


def _link_open(tokens: list[Token], index: int) -> str:
    address = str(tokens[index].attrs.get("href", ""))
    return f'<a href="{_escape(address)}">' if is_live(address) else ""


def _link_close(tokens: list[Token], index: int) -> str:
    """Behind the words stands the address, so that nobody is led by the words alone."""
    address = _opened(tokens, index)
    if is_live(address):
        return f"</a> ({_escape(urlsplit(address).hostname or '')})"
    return f" (<code>{_escape(defang(address))}</code>)"


def _opened(tokens: list[Token], close: int) -> str:
    depth = 0
    for token in reversed(tokens[:close]):
        depth += (token.type == "link_close") - (token.type == "link_open")
        if depth < 0:
            return str(token.attrs.get("href", ""))
    return ""


def _image(tokens: list[Token], index: int) -> str:
    token = tokens[index]
    return f"{_escape(token.content)} (<code>{_escape(defang(str(token.attrs.get('src', ''))))}</code>)"


def _text(tokens: list[Token], index: int) -> str:
    return _escape(_harmless(tokens[index].content))


def _code(tokens: list[Token], index: int) -> str:
    return f"<code>{_escape(_harmless(tokens[index].content))}</code>"


def _block_of_code(tokens: list[Token], index: int) -> str:
    return f"<pre><code>{_escape(_harmless(tokens[index].content))}</code></pre>\n"


def _harmless(text: str) -> str:
    return _ADDRESS.sub(lambda found: found[0] if is_live(found[0]) else defang(found[0]), text)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _number_headings(tokens: list[Token], top: int) -> None:
    """Give headings levels from `top` on, none more than one below the one before it."""
    open_levels: list[int] = []
    for token in tokens:
        if token.type == "heading_open":
            written = int(token.tag[1:])
            while open_levels and open_levels[-1] >= written:
                open_levels.pop()
            open_levels.append(written)
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(top + len(open_levels) - 1, _DEEPEST_HEADING)}"


def _mend(token: Token) -> None:
    """Give header cells their scope, and write the boxes of a checklist as letters."""
    if token.type == "th_open":
        token.attrs = {"scope": "col"}
    elif token.type == "inline" and token.children and token.children[0].type == "text":
        first = token.children[0]
        box = _BOXES.get(first.content[:4])
        if box is not None:
            first.content = box + first.content[4:]


def _is_too_wide(line: str) -> bool:
    """Answer whether a line may be the rule below the head of a table that is too wide."""
    return line.count("|") > MAX_COLUMNS and not line.strip("|:->+*. \t0123456789")


def _as_rule(write: Callable[[list[Token], int], str]) -> Callable[..., str]:
    def rule(_renderer: Any, tokens: list[Token], index: int, _options: Any, _env: Any) -> str:
        return write(tokens, index)

    return rule


def _make_parser(*rules: str) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": MAX_NESTING})
    parser.enable([*rules, "strikethrough"])
    for name, rule in (
        ("link_open", _link_open), ("link_close", _link_close), ("image", _image), ("text", _text),
        ("code_inline", _code), ("code_block", _block_of_code), ("fence", _block_of_code),
    ):  # fmt: skip
        parser.add_render_rule(name, _as_rule(rule))
    return parser


_PARSER: Final = _make_parser("table")
_WITHOUT_TABLES: Final = _make_parser()
