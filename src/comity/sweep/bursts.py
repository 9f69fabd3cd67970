"""Which servers and which patterns of label have far more of a zone's newest names than their history explains?

New names of the last days are put beside new names of the days before.  Under the assumption that it is chance which
of a group's names came in the last days, as many as found or more are that with a probability of at most
exp(-n KL(x/n, p)): n names of the group, x of them recent, p the share of recent names among all new ones (Hoeffding
1963, theorem 4: the bound holds when drawing without putting back).  Reported is what has a bound times the number of
groups that were tested of at most `false_alarms`: so many are expected in a day on which nothing happened, whatever
the groups have in common (docs/spec/sweep-changes.md §5).  A burst accuses nobody: honest buyers buy in lots.
"""

from datetime import date, timedelta
from typing import Final

import msgspec
import polars as pl

from comity.core.errors import ConflictError
from comity.sweep.columns import conform

BURSTS: Final = pl.Schema(
    {
        "reason": pl.String(),  # burst-of-servers, burst-of-template, burst-of-first-word, burst-of-last-word
        "pattern": pl.String(),  # the signature of the servers as a number, or the pattern of the first label
        "names": pl.UInt32(),  # new in the last days
        "names_before": pl.UInt32(),  # new in the days before
        "expected": pl.Float64(),  # names in the last days, had the group its usual share
        "chance": pl.Float64(),  # bound on the probability of so many, times the groups tested
        "sample": pl.List(pl.String),  # the first of the names in their order
    }
)
_WORD: Final = 4  # letters: shorter words of a label say nothing


class BurstHistoryError(ConflictError):
    """Too few days were read before to say what is usual in a zone."""

    code = "bursts-without-history"


class BurstLimits(msgspec.Struct, frozen=True):
    """What counts as a burst, and how much is told."""

    days: int = 3  # the last days, today among them
    history_days: int = 7  # snapshots that there must be before them
    names: int = 5  # of a group, at least
    times: float = 4.0  # as many as expected, at least
    false_alarms: float = 0.01  # expected in a day on which nothing happened
    bursts: int = 100
    sample: int = 20


def find_bursts(changes: pl.DataFrame, *, as_of: date, limits: BurstLimits | None = None) -> pl.DataFrame:
    """Find bursts in the CHANGES of one zone over the days that are known: BURSTS, the least likely first.

    Raises `BurstHistoryError`.
    """
    rules = limits or BurstLimits()
    begun = as_of - timedelta(days=rules.days - 1)
    new = changes.filter(pl.col("change").is_in(["new", "returned"]) & (pl.col("at") <= as_of))
    days = changes.filter(pl.col("at") < begun)["at"].n_unique()
    if days < rules.history_days:
        raise BurstHistoryError(f"changes of {days} earlier days are known; {rules.history_days} are needed")
    new = new.select("name", "ns", recent=pl.col("at") >= begun, label=pl.col("name").str.split(".").list.first())
    share = new["recent"].mean()
    if not isinstance(share, float) or not 0 < share < 1:
        return pl.DataFrame(schema=BURSTS)
    groups = (
        pl.concat(_group(new))
        .group_by("reason", "pattern")
        .agg(
            pl.col("recent").sum().cast(pl.UInt32).alias("names"),
            (~pl.col("recent")).sum().cast(pl.UInt32).alias("names_before"),
            pl.col("name").filter("recent").sort().head(rules.sample).alias("sample"),
        )
        .filter(pl.col("names") + pl.col("names_before") >= rules.names)
    )
    both = (pl.col("names") + pl.col("names_before")).cast(pl.Float64)
    part = pl.col("names") / both
    rest = pl.when(part < 1).then((1 - part) * ((1 - part) / (1 - share)).log()).otherwise(0.0)
    apart = both * (part * (part / share).log() + rest)
    found = (
        groups.with_columns(expected=both * share, chance=groups.height * (-apart).exp())
        .filter(
            (pl.col("names") >= rules.names)
            & (pl.col("names") >= rules.times * pl.col("expected"))
            & (pl.col("chance") <= rules.false_alarms)
        )
        .sort(["chance", "names", "reason", "pattern"], descending=[False, True, False, False])
        .head(rules.bursts)
    )
    return conform(found.select(BURSTS.names()), BURSTS)


def _group(new: pl.DataFrame) -> list[pl.DataFrame]:
    """Each name once for each group that it belongs to; A-labels belong to groups of servers only."""
    plain = new.filter(~pl.col("label").str.starts_with("xn--"))
    words = pl.col("label").str.split("-")
    served = new.filter(pl.col("ns").fill_null(0) != 0).with_columns(pl.col("ns").cast(pl.String).alias("pattern"))
    template = plain.with_columns(pattern=pl.col("label").str.replace_all(r"[0-9]+", "#"))
    parted = plain.filter(pl.col("label").str.contains("-", literal=True))
    first = parted.with_columns(word=words.list.first()).with_columns(pattern=pl.col("word") + "-*")
    last = parted.with_columns(word=words.list.last()).with_columns(pattern="*-" + pl.col("word"))
    kinds = {
        "burst-of-servers": served,
        "burst-of-template": template.filter(pl.col("pattern").str.contains("#", literal=True)),
        "burst-of-first-word": first.filter(pl.col("word").str.len_bytes() >= _WORD),
        "burst-of-last-word": last.filter(pl.col("word").str.len_bytes() >= _WORD),
    }
    return [
        frame.select("name", "recent", "pattern", pl.lit(reason).alias("reason")) for reason, frame in kinds.items()
    ]
