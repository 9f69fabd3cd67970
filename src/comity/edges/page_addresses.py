"""Where people find a page of this node: whole addresses for letters, never with anything but our own words in them."""

from comity.edges.home import Home


def page_address(home: Home, *words: str) -> str:
    """Give the address of a page by the words of its path."""
    web = home.settings.web
    base = (web.url or f"https://{web.host}:{web.port}").rstrip("/")
    return f"{base}/{'/'.join(words)}/"
