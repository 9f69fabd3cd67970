"""MISP events and IODEF documents taken in: each claim ends once, what is refused can be mended, twice adds nothing."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comity.core.names import NameFolder
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home, NodeSettings
from comity.edges.suffix_file import load_suffixes
from comity.flows.take_document import Taken, take_document
from comity.store import models
from comity.wire.formats import FORMATS

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
FOLDER = NameFolder(load_suffixes())
SAMPLES = Path(__file__).parent.parent / "samples"


def take(tmp_path: Path, data: bytes, name: str) -> Taken:
    home = Home(tmp_path, NodeSettings("cctld.ru", ("ru", "xn--p1ai"), "k"))
    return take_document(
        home, data, FORMATS[name], source="s", reporter="demo-cert", kind="trusted-notifier", folder=FOLDER,
        guard=load_guard(home), clock=lambda: AT,
    )  # fmt: skip


def ends(taken: Taken) -> tuple[int, int, int, int]:
    intake = taken.intake
    return intake.accepted, intake.duplicate, intake.rejected, intake.foreign


def test_misp_events_are_taken_in_and_a_refusal_can_be_mended(tmp_path: Path) -> None:
    data = (SAMPLES / "misp-json.json").read_bytes()
    taken = take(tmp_path, data, "misp-json")
    assert ends(taken) == (2, 0, 1, 2)
    assert ends(take(tmp_path, data, "misp-json")) == (0, 4, 1, 0)
    (reject,) = taken.rejects
    assert (reject.reason, len(taken.not_understood)) == ("no-claim", 4)
    assert reject.raw is not None
    mended = json.loads(reject.raw)
    mended["Event"]["Attribute"][0]["to_ids"] = True
    assert ends(take(tmp_path, json.dumps(mended).encode(), "misp-json")) == (1, 0, 0, 0)
    names = {"kassa-demo.ru", "mail-demo.ru", "example.ru"}
    assert {row.registrable for row in models.Case.objects.all()} == names


def test_an_iodef_document_is_taken_in(tmp_path: Path) -> None:
    data = (SAMPLES / "iodef.xml").read_bytes()
    assert ends(take(tmp_path, data, "iodef")) == (1, 0, 0, 1)
    assert ends(take(tmp_path, data, "iodef")) == (0, 2, 0, 0)
    assert [(row.registrable, row.category) for row in models.Case.objects.all()] == [("kassa-demo.ru", "phishing")]
