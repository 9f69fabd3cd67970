"""Records of a zone → one row for each delegated name: its set of servers, and whether a DS stands beside it.

Records are grouped by runs of the same owner, so what costs follows the records and needs no table of names.  Sets are
told apart within a block by sums of random numbers, one pair for each server, drawn anew each time: whoever writes a
zone cannot steer two sets onto one sum.  Only the distinct sets become text and are signed.
"""

from typing import Final

import numpy as np
import polars as pl

from comity.sweep.server_sets import ServerSigner

# What a zone file becomes: NAMES without the dates, and the set itself.  `servers` is empty where only a DS was seen.
DELEGATIONS: Final = pl.Schema({"name": pl.String, "ns": pl.UInt64, "ds": pl.Boolean, "servers": pl.String})


def find_runs(owners: pl.Series) -> np.ndarray:
    """Where each run of one owner begins."""
    return np.flatnonzero((owners != owners.shift(1)).fill_null(value=True).to_numpy())


def group_records(owners: pl.Series, servers: pl.Series, starts: np.ndarray, signer: ServerSigner) -> pl.DataFrame:
    """Group NS records (owner, server) and DS records (owner, null) by runs of owners: DELEGATIONS, in their order.

    Names are absolute, in lower case, with their final dot, which is taken off.
    """
    if owners.is_empty():
        return pl.DataFrame(schema=DELEGATIONS)
    names = owners.gather(starts).str.head(-1).alias("name")
    distinct = servers.unique().drop_nulls()
    distinct = distinct.gather(distinct.str.head(-1).arg_sort())  # the final dot is no part of the order
    codes = (servers.cast(pl.Enum(distinct)).to_physical().cast(pl.UInt32) + 1).fill_null(0).to_numpy()
    numbers = np.random.default_rng().integers(0, 1 << 64, (2, len(distinct) + 1), dtype=np.uint64)
    numbers[:, 0] = 0  # a DS record has no server
    ones, others = (np.add.reduceat(of_server[codes], starts) for of_server in numbers)
    is_ds = codes == 0
    ds = np.logical_or.reduceat(is_ds, starts) if is_ds.any() else np.zeros(len(starts), dtype=bool)
    keys = pl.DataFrame({"one": ones}).with_row_index("run")
    firsts = keys.group_by("one").agg(pl.col("run").first()).with_row_index("set")
    sets = keys.select("one").join(firsts.select("one", "set"), on="one", how="left", maintain_order="left")["set"]
    runs = firsts["run"].to_numpy()
    if (others != others[runs][sets.to_numpy()]).any():  # two sets on one sum, once in an age: draw other numbers
        return group_records(owners, servers, starts, signer)
    texts = _texts(distinct, codes, starts, runs)
    known = pl.DataFrame({"ns": pl.Series(signer.sign(texts.to_list()), dtype=pl.UInt64), "servers": texts})
    return known[sets].select(names, "ns", pl.Series("ds", ds), "servers")


def _texts(distinct: pl.Series, codes: np.ndarray, starts: np.ndarray, runs: np.ndarray) -> pl.Series:
    """The sets of some runs in their one form; empty where a run has no server.  `codes` rise as `distinct` does."""
    sizes = np.diff(np.append(starts, len(codes)))[runs]
    rows = np.arange(sizes.sum()) + np.repeat(starts[runs] - np.append(0, np.cumsum(sizes)[:-1]), sizes)
    wide = len(distinct) + 1
    members = np.unique(np.repeat(np.arange(len(runs)), sizes) * wide + codes[rows])
    groups, ranks = members // wide, members % wide
    is_server = ranks > 0
    hosts = distinct.str.head(-1).gather(ranks[is_server] - 1)
    joined = (
        pl.DataFrame({"group": groups[is_server], "server": hosts})
        .group_by("group", maintain_order=True)
        .agg(pl.col("server").str.join(" "))
    )
    if len(joined) == len(runs):
        return joined["server"]
    every = pl.DataFrame({"group": np.arange(len(runs))})
    return every.join(joined, on="group", how="left", maintain_order="left")["server"].fill_null("")
