"""What the pages carry: somebody else's script is the one that was published, and every place of the head exists."""

import hashlib
import re
from pathlib import Path

from django.test import Client
from django.urls import reverse

from comity.core.roles import ROLES_OF_ACCOUNT
from comity.web.assets import ASSETS, asset_url
from comity.web.navigation import DESK, PUBLIC

DEPENDENCIES = Path(__file__).parents[2] / "docs" / "dependencies.md"


def test_htmx_is_the_file_that_was_published() -> None:
    digest = hashlib.sha256(ASSETS["htmx.min.js"].body).hexdigest()
    assert digest == "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"
    assert digest in DEPENDENCIES.read_text(encoding="utf-8")
    version = re.search(rb'version:"([0-9.]+)"', ASSETS["htmx.min.js"].body)
    assert version is not None
    assert f"`htmx.min.js` {version[1].decode()} " in DEPENDENCIES.read_text(encoding="utf-8")


def test_a_script_is_served_as_one() -> None:
    answer = Client().get(asset_url("htmx.min.js"), headers={"accept-encoding": "gzip"})
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Content-Encoding"] == "gzip"
    assert "immutable" in answer["Cache-Control"]


def test_every_place_of_the_head_exists_and_is_for_known_roles() -> None:
    for place in (*DESK, *PUBLIC):
        assert reverse(place.url_name)
        assert place.roles <= ROLES_OF_ACCOUNT.keys()
    assert all(place.roles for place in DESK)
    assert len({place.section for place in DESK}) == len(DESK)


def test_the_style_sheet_is_whole() -> None:
    """A block that is not closed takes all that follows into itself, and no browser complains."""
    sheet = re.sub(r"/\*.*?\*/", "", ASSETS["comity.css"].body.decode(), flags=re.DOTALL)
    depth, nested = 0, []
    for mark in re.finditer(r"(@\w+)?[^{}@]*([{}])", sheet):
        if mark[1] in {"@media", "@container"} and depth:
            nested.append(mark[0])
        depth += 1 if mark[2] == "{" else -1
        assert 0 <= depth <= 2, mark[0]
    assert depth == 0
    assert nested == []
