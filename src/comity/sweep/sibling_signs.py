"""The signs of one confirmed name: asked of the index one kind after the other, each with how many names have it.

A sign is a column of the candidates, true where they have it.  Days are a sign only where they are a burst: among the
names that have another sign in common with the seed, far more are of these days than by the rate of all zones.  A shape
is a pattern only where, among the names of one other sign, far more have it than in the sample.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any, Final

import polars as pl

from comity.core.campaign_patterns import Letters, SupposedPattern, suppose_patterns
from comity.core.campaigns import AT_LEAST, COMMON, FAR_ABOVE, Sign, SignKind
from comity.core.findings import LOOKALIKE_KINDS
from comity.sweep.sibling_index import ROWS, SiblingIndex

DAYS: Final = 1  # before and after the seed's own
_START: Final = 6  # letters of a beginning that is looked for by itself
_MOST_STARTING: Final = 10_000
_MOST_TARGETS: Final = 5
_FALSE: Final = pl.lit(value=False)


class SignSearch:
    """The signs of a seed (a row of ROWS with its label), and the rows that have any of them."""

    def __init__(
        self, index: SiblingIndex, labels: pl.DataFrame, letters: Letters, seed: Mapping[str, Any],
        findings: pl.LazyFrame | None,
    ) -> None:  # fmt: skip
        self.signs: list[Sign] = []
        self._index, self._labels, self._letters, self._seed, self._findings = index, labels, letters, seed, findings
        self._names = index.described.names
        self._rows: list[pl.DataFrame] = []
        self._tests: list[pl.Expr] = []
        self._days = (date.min, date.min)

    def find_candidates(self) -> pl.DataFrame:
        """ROWS of the candidates, without the seed, with their label and a column `sign-N` for each sign."""
        self._ask_servers()
        self._ask_registrant()
        self._ask_targets()
        share_of_days = self._ask_days()
        patterns = suppose_patterns(self._seed["label"], self._letters)
        self._ask_starts(patterns)
        union = pl.concat(self._rows or [pl.DataFrame(schema=ROWS)]).unique("name").sort("name")
        rows = with_labels(union.filter(pl.col("name") != self._seed["name"]))
        self._ask_registrar()
        rows = rows.with_columns(test.fill_null(value=False).alias(f"sign-{n}") for n, test in enumerate(self._tests))
        rows = self._count_patterns(rows, patterns, has_days=share_of_days > 0)
        return self._count_burst(rows, share_of_days)

    def _add(self, kind: SignKind, key: str, holders: int, test: pl.Expr, rows: pl.LazyFrame | None) -> None:
        """Add a sign; its rows are candidates where it says anything."""
        self.signs.append(Sign(kind=kind, key=key, holders=holders, names=self._names))
        self._tests.append(test)
        if rows is not None and self.signs[-1].weight:
            self._rows.append(rows.select(ROWS.names()).collect())

    def _ask_servers(self) -> None:
        signature = self._seed["ns"]
        if signature is None:
            return
        test = pl.col("ns") == signature
        said = self._index.servers.filter(test).collect()
        rows = self._index.by_servers.filter(test)
        key = str(said["servers"][0]) if said.height else f"set {signature:016x}"
        self._add("servers", key, _count(rows), test, rows)

    def _ask_registrant(self) -> None:
        token = self._seed["registrant"]
        if token is not None:
            test = pl.col("registrant") == token
            rows = self._index.by_registrant.filter(test)
            self._add("registrant", "", _count(rows), test, rows)

    def _ask_registrar(self) -> None:
        registrar = self._seed["registrar"]
        if registrar is not None:
            held = self._index.registrars.filter(pl.col("registrar") == registrar)["holders"]
            self._add("registrar", registrar, int(held.sum()), pl.col("registrar") == registrar, None)

    def _ask_targets(self) -> None:
        if self._findings is None:
            return
        looks = self._findings.filter(pl.col("kind").is_in(LOOKALIKE_KINDS))
        own = looks.filter(pl.col("name") == self._seed["name"]).collect().sort("score", "subject", descending=True)
        for target in own["subject"].unique(maintain_order=True)[:_MOST_TARGETS]:
            names = looks.filter(pl.col("subject") == target).select("name").unique().collect()
            rows = self._index.by_name.join(names.lazy(), on="name", how="semi")
            self._add("target", target, names.height, pl.col("name").is_in(names["name"].implode()), rows)

    def _ask_days(self) -> float:
        """Take the names of the seed's days as candidates; gives their share, 0 where it is unknown or says nothing.

        Where the days around it are too common (a zone was first read on one), the day alone is asked.
        """
        day = self._seed["day"]
        if day is None:
            return 0.0
        for around in (DAYS, 0):
            self._days = (day - timedelta(days=around), day + timedelta(days=around))
            rows = self._index.by_day.filter(self._in_days())
            holders = _count(rows)
            if holders / max(1, self._names) <= COMMON:
                self._rows.append(rows.select(ROWS.names()).collect())
                return holders / self._names
        return 0.0

    def _in_days(self) -> pl.Expr:
        return pl.col("day").is_between(*self._days).fill_null(value=False)

    def _ask_starts(self, patterns: tuple[SupposedPattern, ...]) -> None:
        for start in {one.start for one in patterns if len(one.start) >= _START and one.start.isascii()}:
            rows = self._starting(start).head(_MOST_STARTING + 1).collect()
            if rows.height <= _MOST_STARTING and any(one.kind == "template" for one in patterns if one.start == start):
                self._rows.append(rows)

    def _starting(self, start: str) -> pl.LazyFrame:
        return self._index.by_name.filter((pl.col("name") >= start) & (pl.col("name") < start + "\x7f"))

    def _count_patterns(
        self, rows: pl.DataFrame, patterns: tuple[SupposedPattern, ...], *, has_days: bool
    ) -> pl.DataFrame:
        """Add the shapes that are patterns among the names of one other sign, all of which are here, or of the days."""
        held = [f"sign-{n}" for n, sign in enumerate(self.signs) if sign.weight and sign.kind != "registrar"]
        cells = [rows[column] for column in held]
        if has_days:
            cells.append(rows.select(self._in_days()).to_series())
        for pattern in patterns:
            has = match_pattern(rows, pattern, self._letters)
            if has.sum() + 1 < AT_LEAST:
                continue
            share = (int(match_pattern(self._labels, pattern, self._letters).sum()) + 1) / max(1, self._labels.height)
            seen = [(int((cell & has).sum()) + 1, (int(cell.sum()) + 1) * share) for cell in cells]
            far = [(many, usual) for many, usual in seen if many >= AT_LEAST and many >= FAR_ABOVE * usual]
            if not far:
                continue
            many, usual = max(far, key=lambda one: one[0] / one[1])
            rows = rows.with_columns(has.alias(f"sign-{len(self.signs)}"))
            tried = sum(one.kind == pattern.kind for one in patterns)
            self.signs.append(Sign(
                kind="pattern", key=pattern.words, holders=max(1, round(share * self._names)), names=self._names,
                seen=many, expected=usual, is_estimate=True, tried=tried,
            ))  # fmt: skip
        return rows

    def _count_burst(self, rows: pl.DataFrame, share: float) -> pl.DataFrame:
        """Add the seed's days, for the names that have another sign which shows a burst in them."""
        if not share:
            return rows
        in_days = rows.select(self._in_days()).to_series()
        shown: list[pl.Series] = []
        best = (0, 1.0)
        for place, sign in enumerate(self.signs):
            has = rows[f"sign-{place}"]
            many, usual = int((has & in_days).sum()) + 1, max(1, sign.holders) * share
            if sign.weight and many >= AT_LEAST and many >= FAR_ABOVE * usual:
                shown.append(has)
                best = max(best, (many, usual), key=lambda one: one[0] / one[1])
        if not shown:
            return rows
        first, last = self._days
        rows = rows.with_columns((in_days & reduce(or_, shown)).alias(f"sign-{len(self.signs)}"))
        self.signs.append(Sign(
            kind="burst", key=f"{first}/{last}" if first < last else str(first), holders=round(share * self._names),
            names=self._names, seen=best[0], expected=best[1],
        ))  # fmt: skip
        return rows


def with_labels(rows: pl.DataFrame) -> pl.DataFrame:
    """Add the first label of each name in its own letters; Punycode is read one by one, for the few that have it."""
    rows = rows.with_columns(pl.col("name").str.extract(r"^([^.]*)").alias("label"))
    coded = rows.filter(pl.col("label").str.starts_with("xn--"))["label"].unique().to_list()
    if not coded:
        return rows
    return rows.with_columns(pl.col("label").replace(coded, [_decode(label) for label in coded]))


def _decode(label: str) -> str:
    try:
        return label[4:].encode().decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return label  # a registry may have sold what cannot be read: it stands for itself


def match_pattern(rows: pl.DataFrame, pattern: SupposedPattern, letters: Letters) -> pl.Series:
    """Say which labels have a shape."""
    has = rows["label"].str.contains(pattern.expression)
    if pattern.is_drawn and has.any():
        judged = {label for label in rows.filter(has)["label"].unique().to_list() if letters.is_drawn(label)}
        has &= rows["label"].is_in(list(judged))
    return has


def _count(rows: pl.LazyFrame) -> int:
    return int(rows.select(pl.len()).collect().item())
