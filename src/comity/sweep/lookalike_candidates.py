"""Which pairs of a name and a protected label are worth a look: found over columns, for all labels in one pass each.

The pairs are all that `comity.core.lookalikes.explain` would find something in, and some more.  Labels in ASCII have
one lane, IDN labels another: there are few of them, and each is decoded.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from comity.core.lookalike_beside import FEW
from comity.core.lookalike_forms import Form
from comity.core.lookalike_letters import DIGITS, PAIRS, PREFIX
from comity.core.lookalike_words import LURES, PARTS, TRADE, split_words
from comity.core.ordinary_words import ORDINARY
from comity.sweep.lookalike_idn import read_idn_labels
from comity.sweep.lookalike_keys import Keys, make_edit_keys, make_keys, make_spelling_keys

_Pairs = tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]
_ONE: Final = {**DIGITS, "i": "l"}
_LURES: Final = sorted(word for word in LURES if word.isascii())
_TELLING: Final = sorted({word for word in LURES | TRADE | PARTS if word.isascii()} | set("0123456789"))
_LONG: Final = 3  # the grade of which a few letters more are looked for
_ORDINARY: Final = frozenset(word for word in LURES | TRADE | PARTS | ORDINARY if word.isascii())


class Patterns:
    """Texts that are looked for inside labels, each with the numbers of the protected labels that it stands for."""

    __slots__ = ("frame", "texts")

    def __init__(self, patterns: Sequence[tuple[str, int]]) -> None:
        rows = sorted(set(patterns))
        schema = {"pattern": pl.String, "number": pl.UInt32}
        self.frame = pl.DataFrame(rows, schema=schema, orient="row")
        self.texts = sorted({text for text, _ in rows})


class Index:
    """Protected labels, ready to be found in labels."""

    __slots__ = ("edits", "grades", "innocent", "inside", "inside_sounds", "skeletons", "sounds", "spellings")

    def __init__(self, forms: Sequence[Form], known: Iterable[str] = ()) -> None:
        self.spellings: Keys = make_spelling_keys(forms)
        self.edits: Keys = make_edit_keys(forms)
        # Labels that are themselves: no slip for another, and nobody stands inside them.
        self.innocent = pl.Series(sorted(_ORDINARY.union(known)), dtype=pl.String)
        self.skeletons: Keys = make_keys((form.skeleton, number) for number, form in enumerate(forms))
        self.sounds: Keys = make_keys((key, number) for number, form in enumerate(forms) for key in form.sounds)
        self.inside = Patterns([(text, number) for number, form in enumerate(forms) for text in form.inside])
        self.inside_sounds = Patterns(
            [(key, number) for number, form in enumerate(forms) for key in form.inside_sounds]
        )
        self.grades = np.array([form.grade_inside for form in forms], dtype=np.uint8)


def find_candidates(names: pl.Series, index: Index) -> _Pairs:
    """Find the pairs: places in `names`, ascending, and numbers of protected labels."""
    labels = names.str.split_exact(".", 1).struct.field("field_0")
    is_idn = labels.str.starts_with(PREFIX)
    plain, idn = (~is_idn).arg_true().to_numpy(), is_idn.arg_true().to_numpy()
    found: list[_Pairs] = []
    if len(plain):
        found += [(plain[rows], numbers) for rows, numbers in _plain(labels.filter(~is_idn), index)]
    if len(idn):
        found += [(idn[rows], numbers) for rows, numbers in _decoded(labels.filter(is_idn), index)]
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint32)
    rows = np.concatenate([pair[0] for pair in found]).astype(np.uint64)
    numbers = np.concatenate([pair[1] for pair in found])
    pairs = np.unique(rows << np.uint64(32) | numbers)
    return (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(0xFFFF_FFFF)).astype(np.uint32)


def _plain(labels: pl.Series, index: Index) -> list[_Pairs]:
    skeletons = labels.str.replace_many(_ONE).str.replace_many(PAIRS)
    hyphened = labels.str.contains("-", literal=True).arg_true()
    bare = labels.gather(hyphened).str.replace_all("-", "", literal=True)
    rows, numbers = index.spellings.find(bare)
    slips, of = index.edits.find(labels)
    guilty = ~labels.gather(slips).is_in(index.innocent.implode()).to_numpy()
    return [
        index.spellings.find(labels),
        (slips[guilty], of[guilty]),
        (hyphened.to_numpy()[rows], numbers),
        index.skeletons.find(skeletons),
        _inside_plain(labels, skeletons, index),
    ]


def _inside_plain(labels: pl.Series, skeletons: pl.Series, index: Index) -> _Pairs:
    """Protected labels inside labels, where what stands beside them may come to something."""
    found = _inside(skeletons, index.inside)
    found = found.with_columns(
        labels.gather(found["row"]).alias("label"), pl.Series("grade", index.grades[found["number"].to_numpy()])
    )
    # A label that proves little must stand apart.
    weighty = (pl.col("grade") > 0) | pl.col("label").str.contains("-", literal=True)
    found = found.filter(weighty).filter(~pl.col("label").is_in(index.innocent.implode()))
    label, pattern = pl.col("label"), pl.col("pattern")
    place = pl.col("skeleton").str.find(pattern, literal=True)
    length = pattern.str.len_bytes()
    found = found.with_columns(
        before=label.str.slice(0, place), after=label.str.slice(place + length),
        moved=label.str.len_bytes() != pl.col("skeleton").str.len_bytes(),
    )  # fmt: skip
    before, after = pl.col("before"), pl.col("after")
    apart = ((before == "") | before.str.ends_with("-")) & ((after == "") | after.str.starts_with("-"))
    again = pl.col("skeleton").str.slice(place + 1).str.contains(pattern, literal=True)
    proves = pl.col("grade") > 0
    found = found.with_columns(sure=pl.col("moved") | (proves & (apart | again)))
    sure, open_ones = found.filter("sure"), found.filter(~pl.col("sure"))
    # Ordinary words that are merely joined are nothing, and beside a label that proves little nothing but lures counts.
    sides = pl.concat_str(before, pl.lit("-"), after)
    told = sides.str.contains_any(_TELLING)
    open_ones = open_ones.filter(
        pl.when(proves).then((pl.col("grade") == _LONG) | told).otherwise(apart & sides.str.contains_any(_LURES))
    )
    # What is joined must be words, or few letters beside a label that proves much.
    for side in ("after", "before"):
        texts = open_ones[side].unique().to_list()
        letters = pl.DataFrame(
            {side: texts, "letters": [sum(map(len, split_words(text).unknown)) for text in texts]},
            schema={side: pl.String, "letters": pl.UInt32},
        )
        open_ones = open_ones.join(letters, on=side, maintain_order="left").filter(
            pl.col("letters") <= pl.when(pl.col("grade") == _LONG).then(FEW).otherwise(0)
        ).drop("letters")  # fmt: skip
    found = pl.concat([sure, open_ones])
    return found["row"].to_numpy().astype(np.int64), found["number"].to_numpy()


def _inside(texts: pl.Series, patterns: Patterns) -> pl.DataFrame:
    """Find the patterns inside texts: row, skeleton, pattern, number; none that is the whole text."""
    if not patterns.texts:
        return pl.DataFrame(schema={"row": pl.UInt32, "skeleton": pl.String, "pattern": pl.String, "number": pl.UInt32})
    rows = texts.str.contains_any(patterns.texts).arg_true()
    hits = pl.DataFrame({"row": rows.cast(pl.UInt32), "skeleton": texts.gather(rows)})
    return (
        hits.with_columns(pattern=pl.col("skeleton").str.extract_many(patterns.texts, overlapping=True))
        .explode("pattern").unique(maintain_order=True).filter(pl.col("pattern") != pl.col("skeleton"))
        .join(patterns.frame, on="pattern", maintain_order="left")
    )  # fmt: skip


def _weighty(found: pl.DataFrame, texts: pl.Series, index: Index) -> pl.DataFrame:
    """Leave out labels that prove little and do not stand apart."""
    apart = texts.gather(found["row"]).str.contains("-", literal=True)
    return found.filter(apart | pl.Series(index.grades[found["number"].to_numpy()] > 0))


def _decoded(labels: pl.Series, index: Index) -> list[_Pairs]:
    text, skeletons, cyrillic, sounds = read_idn_labels(labels)
    inside, inside_sounds = (
        _weighty(_inside(skeletons, index.inside), text, index),
        _weighty(_inside(sounds, index.inside_sounds), text.gather(cyrillic), index),
    )
    rows, numbers = index.sounds.find(sounds)
    return [
        index.spellings.find(text),
        index.edits.find(text),
        index.spellings.find(text.str.replace_all("-", "", literal=True)),
        index.skeletons.find(skeletons),
        (cyrillic[rows], numbers),
        (inside["row"].to_numpy().astype(np.int64), inside["number"].to_numpy()),
        (cyrillic[inside_sounds["row"].to_numpy()], inside_sounds["number"].to_numpy()),
    ]
