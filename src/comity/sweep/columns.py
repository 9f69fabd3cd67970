"""The frames that pass between the parts of a sweep, column by column.

A frame that is handed on has exactly these columns in this order; `conform` says which one does not.
"""

from typing import Final

import polars as pl

NAMES: Final = pl.Schema(
    {
        "name": pl.String,  # canonical (A-labels, lower case, no final dot), as delegated: `demo.ru`, `demo.msk.ru`
        "ns": pl.UInt64,  # signature of the set of its name servers, equal sets equal numbers; see SERVERS
        "ds": pl.Boolean,  # a DS record stands beside the delegation
        "first_seen": pl.Date,  # the first snapshot that had it since it was last away
        "last_seen": pl.Date,  # the last snapshot that had it
    }
)
SERVERS: Final = pl.Schema(
    {
        "ns": pl.UInt64,
        "servers": pl.String,  # the set itself: canonical hosts, sorted, one blank between two
    }
)
CHANGES: Final = pl.Schema(
    {
        "name": pl.String,
        "change": pl.String,  # new, dropped, servers-changed, ds-changed, returned (was dropped before, is back)
        "ns_before": pl.UInt64,  # null for new
        "ns": pl.UInt64,  # null for dropped
        "at": pl.Date,  # the snapshot in which it was first seen so
        "away_since": pl.Date,  # for returned: the first snapshot without it; else null
    }
)
INDICATORS: Final = pl.Schema(
    {
        "host": pl.String,  # canonical host
        "name": pl.String,  # its registrable domain as the registry sells it (ICANN section)
        "zone": pl.String,  # one of comity.core.parties.ZONES
        "source": pl.UInt16,  # which file
        "line": pl.UInt64,  # the first line that named this host, from 1
        "times": pl.UInt32,  # how many lines named it
    }
)
FINDINGS: Final = pl.Schema(
    {
        "zone": pl.String,
        "name": pl.String,  # the name of the zone that was found
        "kind": pl.String,  # comity.core.findings.KINDS
        "subject": pl.String,  # what it was found by: an indicator's host, a protected label, a pattern
        "reason": pl.String,  # kebab-case code of why, for `comity.core.findings` to put in words
        "detail": pl.String,  # what the words need, parts separated by U+001F (see the kind)
        "score": pl.Float32,  # 0 to 1: how sure a person would be; comparable within and across kinds
    }
)


class ColumnsError(ValueError):
    """A frame is not what the next part was promised: our own fault, never the input's."""


def conform(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """Give back a frame that has exactly the columns of a schema.  Raises `ColumnsError`."""
    if frame.schema != schema:
        raise ColumnsError(f"has {dict(frame.schema)}; promised was {dict(schema)}")
    return frame


def empty(schema: pl.Schema) -> pl.DataFrame:
    """Make a frame without rows."""
    return pl.DataFrame(schema=schema)
