"""Whether two labels are words of one language of syllables: Chinese in pinyin, or Vietnamese without its marks.

Where every syllable is a word, a label one letter away from another is most often another word: `jiangxi` and `jingxi`,
`kesang` and `kesong`.  `is_of_one_tongue` says that both labels can be read wholly so; then no slip of the finger is
told.  docs/spec/lookalikes.md §2.
"""

import re
from functools import lru_cache
from typing import Final

_PINYIN: Final = re.compile(
    r"(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|iao|ian|uai|uan|ai|ei|ao|ou|an|en|in|un|ia"
    r"|ie|iu|ua|uo|ui|ue|er|a|o|e|i|u))+"
).fullmatch
_VIETNAMESE: Final = re.compile(
    r"(?:(?:ngh|ng|nh|kh|ch|gh|gi|ph|qu|th|tr|[bcdghklmnprstvx])?(?:uyen|uong|ieng|oang|uynh|uyet|uon|uoc|uoi|uot|uyen|ien"
    r"|iem|iep|iet|ieu|yen|yeu|oan|oai|oat|oac|ang|anh|ach|eng|enh|ech|inh|ich|ong|ung|uan|uat|uay|uoi|ai|ao|au|ay|am|an|ap"
    r"|at|ac|em|en|ep|et|eo|ec|im|in|ip|it|ia|iu|oi|om|on|op|ot|oc|oa|oe|ui|um|un|up|ut|uc|ua|ue|uy|uu|a|e|i|o|u|y))+"
).fullmatch


def is_of_one_tongue(one: str, other: str) -> bool:
    """Can both labels be read as syllables of one of these languages?"""
    return any(reads[0] and reads[1] for reads in zip(_reads(one), _reads(other), strict=True))


def is_pinyin(text: str) -> bool:
    """Can a label be read as Chinese syllables?"""
    return _PINYIN(text) is not None


@lru_cache(maxsize=1 << 14)
def _reads(text: str) -> tuple[bool, bool]:
    return _PINYIN(text) is not None, _VIETNAMESE(text) is not None
