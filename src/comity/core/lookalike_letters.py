"""Which letters pass for which: a label read with the eye, letter by letter, down to a form that look-alikes share.

Two labels look alike where their *skeletons* are equal: marks are taken off, letters of other scripts become the Latin
ones that they are drawn as, digits the letters that they stand for, `i` and `l` become one, and `rn`, `vv`, `cl` the
letters that they are read as.  The table is our own and wider than that of UTS 39, which keeps к and k, н and h, т and
t, м and m, 0 and o apart.  `Reading` keeps which letters each piece of the skeleton came from, so that what was found
in the skeleton can be shown in the label.  docs/spec/lookalikes.md §3.
"""

import unicodedata
from functools import lru_cache
from typing import Final

import msgspec

DIGITS: Final = {"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g"}
PAIRS: Final = {"rn": "m", "vv": "w", "cl": "d"}
_SCRIPTS: Final = {
    "а": "a", "ӑ": "a", "ә": "e", "в": "b", "г": "r", "ґ": "r", "ѓ": "r", "ԁ": "d", "е": "e", "ё": "e", "є": "e",
    "ҽ": "e", "ҿ": "e", "з": "e", "һ": "h", "ћ": "h", "ђ": "h", "и": "u", "й": "u", "і": "l", "ї": "l", "ӏ": "l",
    "ј": "j", "к": "k", "қ": "k", "ҝ": "k", "ԛ": "q", "м": "m", "ӎ": "m", "н": "h", "ң": "h", "ҥ": "h", "о": "o",
    "ө": "o", "п": "n", "р": "p", "ҏ": "p", "с": "c", "ҫ": "c", "ѕ": "s", "т": "t", "ҭ": "t", "у": "y", "ү": "y",
    "ұ": "y", "ў": "y", "ѵ": "v", "ԝ": "w", "ш": "w", "щ": "w", "х": "x", "ҳ": "x", "ь": "b", "ъ": "b", "б": "b",
    "ԍ": "g", "я": "r",
    "α": "a", "β": "b", "γ": "y", "δ": "d", "ε": "e", "ζ": "z", "η": "n", "ι": "l", "κ": "k", "λ": "a", "μ": "u",
    "ν": "v", "ο": "o", "π": "n", "ρ": "p", "σ": "o", "ς": "c", "τ": "t", "υ": "u", "χ": "x", "ω": "w", "ϲ": "c",
    "ϳ": "j",
    "օ": "o", "ս": "u", "հ": "h", "ց": "g", "ո": "n", "յ": "j", "զ": "q", "ա": "w", "ք": "p",
    "ı": "l", "ɩ": "l", "ɪ": "l", "ǀ": "l", "ł": "l", "ɫ": "l", "ƚ": "l", "ꞁ": "l", "ɡ": "g", "ɢ": "g", "ɑ": "a",
    "ᴀ": "a", "æ": "a", "ʏ": "y", "ƴ": "y", "đ": "d", "ð": "d", "ɗ": "d", "ɖ": "d", "ø": "o", "ᴏ": "o", "ơ": "o",
    "ħ": "h", "ɦ": "h", "ŧ": "t", "ƭ": "t", "ƈ": "c", "ᴄ": "c", "ƀ": "b", "ɓ": "b", "ʙ": "b", "ƙ": "k", "ĸ": "k",
    "ᴋ": "k", "ɱ": "m", "ᴍ": "m", "ŋ": "n", "ɴ": "n", "ɲ": "n", "ƞ": "n", "ƥ": "p", "ᴘ": "p", "ʀ": "r", "ɾ": "r",
    "ſ": "f", "ƒ": "f", "ꜱ": "s", "ʂ": "s", "ß": "b", "þ": "p", "ᴛ": "t", "ᴜ": "u", "ư": "u", "ʋ": "v", "ᴠ": "v",
    "ᴡ": "w", "ᴢ": "z", "ƶ": "z", "ȥ": "z", "ɛ": "e", "ǝ": "e", "ə": "e", "ᴇ": "e", "ɇ": "e", "ʝ": "j", "ᴊ": "j",
}  # fmt: skip
_ONE: Final = {**_SCRIPTS, **DIGITS, "i": "l"}
PREFIX: Final = "xn--"


class Reading(msgspec.Struct, frozen=True):
    """A label as it is read: `text` decoded, `skeleton`, and for each letter of the skeleton where it begins there."""

    text: str
    skeleton: str
    starts: tuple[int, ...]  # one more than the skeleton has letters: the last is the end of the text

    def written(self, begin: int, end: int) -> str:
        """What stands in the label for the letters [begin, end) of the skeleton."""
        return self.text[self.starts[begin] : self.starts[end]]


def decode_label(label: str) -> str:
    """Write an A-label with its own letters, without marks that stand apart; what does not decode stays as it is."""
    if not label.startswith(PREFIX):
        return label
    try:
        text = label[len(PREFIX) :].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
    if any("\ud800" <= letter <= "\udfff" for letter in text):  # halves of pairs are no letters
        return label
    return unicodedata.normalize("NFC", text.lower())


@lru_cache(maxsize=1 << 16)
def fold_letter(letter: str) -> str:
    """Give the one Latin letter that a letter is read as; itself where it is read as no other."""
    found = _ONE.get(letter)
    if found is not None or letter.isascii():
        return found or letter
    bare = [part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part)]
    if len(bare) != 1 or bare[0] == letter:
        return letter
    return _ONE.get(bare[0].lower(), bare[0].lower())


def read_label(text: str) -> Reading:
    """Read a decoded label down to its skeleton."""
    folded = "".join(map(fold_letter, text))
    if len(folded) == len(text) and not any(pair in folded for pair in PAIRS):
        return Reading(text, folded, tuple(range(len(text) + 1)))
    out: list[str] = []
    starts: list[int] = []
    place = 0
    while place < len(folded):
        pair = PAIRS.get(folded[place : place + 2])
        out.append(pair or folded[place])
        starts.append(place)
        place += 2 if pair else 1
    return Reading(text, "".join(out), (*starts, len(folded)))


def list_stand_ins(written: str, meant: str) -> list[str]:
    """Say which letters stand for which others in two spellings with one skeleton: ["0=o", "rn=m"]."""
    one, other = read_label(written), read_label(meant)
    pairs: list[str] = []
    for place in range(min(len(one.skeleton), len(other.skeleton))):
        is_so, should_be = one.written(place, place + 1), other.written(place, place + 1)
        if is_so != should_be and (pair := f"{is_so}={should_be}") not in pairs:
            pairs.append(pair)
    return pairs
