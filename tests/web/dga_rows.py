"""A family of algorithmic names for the pages of the small registry: a list of ours, with a share for a partner."""

from datetime import UTC, datetime, timedelta
from typing import Final

from comity.core.dga import count_part, cut_parts, fold_counts
from comity.core.dga_dangers import Known
from comity.core.guards import join_guard_lists, parse_guard_list
from comity.store.dga import add_event, add_names, add_parts, keep_counts
from comity.store.models import DgaList, DgaName

FAMILY: Final = "demo-family"
LIST: Final = "00000000-0000-4000-8000-00000000d9a1"


def fill_dga() -> None:
    """Make the rows: names of tomorrow, one of them protected, one registered, one answered."""
    now = datetime.now(UTC)
    day = (now + timedelta(days=1)).date().isoformat()
    row = DgaList.objects.create(
        uuid=LIST, family=FAMILY, origin="cctld.ru", digest="sha256:" + "0" * 64, source="Demo Research",
        terms="between registries", tlp="TLP:AMBER", parties=["cctld.ru", "oac.by"], counts={"kept": 5},
        held={"bank-demo.by": "banks"}, at=now,
    )  # fmt: skip
    guard = join_guard_lists([parse_guard_list("own", "hjwqzkxv.ru")])
    own = cut_parts("ru", [(day, ["qxkvjwzr.ru", "hjwqzkxv.ru"]), ("", ["xkz.ru"])])
    theirs = cut_parts("by", [(day, ["zvqwkxjh.by", "kzjqvhwx.by"])])
    add_names(add_parts(row, own, party="cctld.ru"), Known(guard, frozenset()), at=now)
    add_parts(row, theirs, party="oac.by", told_at=now)
    keep_counts(row, fold_counts(count_part(part, "") for part in (*own, *theirs)))
    DgaName.objects.filter(name="qxkvjwzr.ru").update(check_state="registered", checked_at=now, registered_at=now)
    add_event(row, event="taken", actor="analyst", role="analyst", names=5, at=now)
