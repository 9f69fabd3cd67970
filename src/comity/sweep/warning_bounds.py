"""How much of a zone may all signs of a warning find together?

The guard on one sign (`comity.core.warnings`) is not enough: a warning has hundreds, and half a zone in slices would
pass it.  Where what all of them found is more than an answer can name and more than the share that the memorandum says,
the widest sign is refused, and the next, until the rest is no more than that.  Of what is refused no name is kept.
"""

import polars as pl

from comity.core.warnings import MOST_NAMES_TOLD
from comity.sweep.warnings import SweptSigns


def bound_whole(swept: SweptSigns, *, zone_names: int, permille: int) -> SweptSigns:
    """Refuse the widest signs until the different names that are left are few enough."""
    most = max(MOST_NAMES_TOLD, zone_names * permille // 1_000)
    hits, too_much = swept.hits, list(swept.too_much)
    if hits["name"].n_unique() <= most:
        return swept
    widest = hits.group_by("sign", "subject").len().sort("len", "sign", "subject", descending=[True, False, False])
    for sign, subject, number in widest.iter_rows():
        hits = hits.filter((pl.col("sign") != sign) | (pl.col("subject") != subject))
        too_much.append((sign, subject, number))
        if hits["name"].n_unique() <= most:
            break
    return SweptSigns(hits, tuple(sorted(too_much)))
