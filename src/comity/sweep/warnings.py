"""The signs of a warning, found in a whole zone: patterns, sets of name servers, labels that are imitated, tokens.

Each sign is bounded by the blast-radius guard: one that matches more of the zone than the memorandum lets it is
counted, and none of its names is kept.  So what is held in memory follows the guard and not the sign.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec
import polars as pl

from comity.core.brands import Brand
from comity.core.errors import InputError
from comity.core.warnings import Sign, Signs, most_of
from comity.sweep.columns import NAMES, SERVERS, conform
from comity.sweep.lookalikes import BrandTables, find_lookalikes, prepare_brands
from comity.sweep.patterns import TOO_MANY, PatternTable, match_patterns, prepare_patterns
from comity.sweep.tokens import tokens_of

HITS: Final = pl.Schema({"name": pl.String, "sign": pl.String, "subject": pl.String})
_COUNTED: Final = pl.Schema([*HITS.items(), ("names", pl.Int64())])  # no name: so many were found, and none is told
REGISTRANTS: Final = pl.Schema({"name": pl.String, "registrant": pl.String})


class SweptSigns(msgspec.Struct, frozen=True):
    """What a zone had: HITS by name, sign and subject; signs that matched too much (sign, subject, names)."""

    hits: pl.DataFrame
    too_much: tuple[tuple[Sign, str, int], ...] = ()


class SignTables(msgspec.Struct, frozen=True):
    """The signs made ready, once for all partitions."""

    patterns: PatternTable | None = None
    labels: BrandTables | None = None
    servers: pl.DataFrame | None = None  # ns, subject
    tokens: pl.DataFrame | None = None  # token, subject
    key: bytes = b""
    of_registrants: pl.DataFrame | None = None  # name, subject


def prepare_signs(signs: Signs, servers: pl.DataFrame, registrants: pl.DataFrame | None) -> SignTables:
    """Make signs ready.  `servers`: SERVERS of the snapshot; `registrants`: REGISTRANTS, None where there are none.

    Raises `InputError` for a pattern that is none.
    """
    conform(servers, SERVERS)
    key = bytes.fromhex(signs.token_key)
    sets = pl.DataFrame({"servers": signs.servers}, {"servers": pl.String})
    return SignTables(
        patterns=prepare_patterns(signs.patterns) if signs.patterns else None,
        labels=prepare_brands([Brand(label) for label in signs.labels]) if signs.labels else None,
        servers=servers.join(sets, on="servers").select("ns", subject="servers") if signs.servers else None,
        tokens=_tokens(signs.name_tokens) if signs.name_tokens else None,
        key=key,
        of_registrants=None if registrants is None or not signs.registrant_tokens else (
            registrants.with_columns(token=tokens_of(registrants["registrant"], key))
            .join(_tokens(signs.registrant_tokens), on="token").select("name", "subject")
        ),
    )  # fmt: skip


def match_signs(names: pl.DataFrame, zone: str, tables: SignTables) -> pl.DataFrame:
    """Find the names of a partition (NAMES) that signs match: HITS, and of how many names each row speaks."""
    conform(names, NAMES)
    found = [pl.DataFrame(schema=_COUNTED)]
    if tables.patterns is not None:
        matched = match_patterns(names, zone, tables.patterns)
        number = pl.when(pl.col("reason") == TOO_MANY).then("detail").otherwise(pl.lit("1")).cast(pl.Int64)
        found.append(_as_hits(matched.select("name", "subject", names=number), "pattern"))
    if tables.labels is not None:
        found.append(_as_hits(find_lookalikes(names, zone, tables.labels).select("name", "subject"), "label"))
    if tables.servers is not None:
        found.append(_as_hits(names.join(tables.servers, on="ns").select("name", "subject"), "name-servers"))
    if tables.tokens is not None:
        hashed = names.select("name", token=tokens_of(names["name"], tables.key))
        found.append(_as_hits(hashed.join(tables.tokens, on="token").select("name", "subject"), "name-token"))
    if tables.of_registrants is not None:
        found.append(_as_hits(tables.of_registrants.join(names, on="name", how="semi"), "registrant-token"))
    return pl.concat(found)


def sweep_signs(
    parts: Iterable[pl.DataFrame], zone: str, tables: SignTables, *, zone_names: int, permille: int
) -> SweptSigns:
    """Find signs in all partitions of a zone."""
    counted: Counter[tuple[str, str]] = Counter()
    kept: list[pl.DataFrame] = [pl.DataFrame(schema=HITS)]
    for part in parts:
        hits = match_signs(part, zone, tables).unique()
        for sign, subject, number in hits.group_by("sign", "subject").agg(pl.col("names").sum()).iter_rows():
            counted[sign, subject] += number
        left = hits.join(_too_much(counted, zone_names, permille), on=["sign", "subject"], how="anti")
        kept.append(left.select(HITS.names()))
    too_much = _too_much(counted, zone_names, permille)
    hits = pl.concat(kept).join(too_much, on=["sign", "subject"], how="anti").sort("name", "sign", "subject")
    rows = sorted(too_much.iter_rows())
    return SweptSigns(hits, tuple((sign, subject, counted[sign, subject]) for sign, subject in rows))


def read_registrants(path: Path) -> pl.DataFrame:
    """Read the registry's own list, `name<TAB>identifier of the registrant` a line: REGISTRANTS.

    Raises `InputError` for a file that is none: half a list is no list.
    """
    try:
        frame = pl.read_csv(
            path, separator="\t", has_header=False, schema=REGISTRANTS, quote_char=None, truncate_ragged_lines=False
        )
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(f"is no list of names and registrants: {str(error)[:200]}", item=str(path)) from error
    if frame.null_count().sum_horizontal().item():
        raise InputError("has lines without a name or a registrant", item=str(path))
    return frame.with_columns(pl.all().str.strip_chars().str.to_lowercase())


def _too_much(counted: Counter[tuple[str, str]], zone_names: int, permille: int) -> pl.DataFrame:
    over = [
        key for key, number in counted.items()
        if number > most_of(msgspec.convert(key[0], Sign), zone_names, permille)
    ]  # fmt: skip
    return pl.DataFrame(over, {"sign": pl.String, "subject": pl.String}, orient="row")


def _as_hits(found: pl.DataFrame, sign: str) -> pl.DataFrame:
    number = "names" if "names" in found.columns else pl.lit(1).alias("names")
    return found.select("name", pl.lit(sign).alias("sign"), "subject", number).cast(_COUNTED)


def _tokens(tokens: tuple[str, ...]) -> pl.DataFrame:
    values = [int(token, 16) for token in tokens]
    return pl.DataFrame({"token": values, "subject": tokens}, {"token": pl.UInt64, "subject": pl.String})
