"""No table of words stands twice: of two tables of one name a page would show the codes of the other."""

from itertools import chain

from comity.web.case_labels import CASE_TABLES
from comity.web.consultation_labels import CONSULTATION_TABLES
from comity.web.dga_labels import DGA_TABLES
from comity.web.labels import TABLES
from comity.web.library_labels import LIBRARY_TABLES
from comity.web.public_words import PUBLIC_TABLES
from comity.web.warning_labels import WARNING_TABLES


def test_every_part_names_its_tables_differently() -> None:
    parts = (PUBLIC_TABLES, CASE_TABLES, LIBRARY_TABLES, CONSULTATION_TABLES, DGA_TABLES, WARNING_TABLES)
    names = list(chain.from_iterable(parts))
    assert sorted(names) == sorted(set(names))
    for part in parts:
        assert all(TABLES[name] is table for name, table in part.items())
