"""What a finding says to a person, in five languages: why a name was found, by its reason, or else by its kind.

`{subject}` is what it was found by; the parts of the detail have the names that `PARTS` gives them.  A reason without a
text of its own, or whose detail lacks a part, is told by its kind, so that a finding of a newer program is still a
sentence.  Nothing in a sentence says that a name does harm: it says what it looks like, and to whom.  What others wrote
is shown harmless: hosts with broken dots, letters that show nothing as their code points.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from comity.core.findings import LOOKALIKE_KINDS, PART
from comity.core.harmless import defang, show_unseen
from comity.core.lookalike_letters import decode_label
from comity.core.lookalike_scores import REASONS as LOOKALIKE_REASONS
from comity.wire.decision_texts import LANGUAGES, Language
from comity.wire.finding_reasons import LOOKALIKE_SENTENCES, OTHER_SENTENCES, PATTERN_WORDS, SIGN_WORDS

KIND_SENTENCES: Final[dict[str, tuple[str, str, str, str, str]]] = {
    "indicator": (
        "A report names {subject}.",
        "О {subject} поступило сообщение.",
        "Пра {subject} паступіла паведамленне.",
        "Có báo cáo nêu {subject}.",
        "有报告提及 {subject}。",
    ),
    "exact": (
        "It is the protected label “{subject}” itself, in a zone where it is not its owner’s.",
        "Это сама защищаемая метка «{subject}» в зоне, где она не принадлежит владельцу.",
        "Гэта сама абароненая метка «{subject}» у зоне, дзе яна не належыць уладальніку.",
        "Chính là nhãn được bảo vệ “{subject}”, ở đuôi tên miền mà nó không thuộc về chủ sở hữu.",
        "就是受保护标签“{subject}”本身，但在该顶级域中不属于其所有者。",
    ),
    "edit": (
        "One letter apart from the protected label “{subject}”.",
        "Отличается на одну букву от защищаемой метки «{subject}».",
        "Адрозніваецца на адну літару ад абароненай меткі «{subject}».",
        "Khác nhãn được bảo vệ “{subject}” một chữ cái.",
        "与受保护标签“{subject}”相差一个字母。",
    ),
    "keyboard": (
        "The protected label “{subject}”, typed with a neighbouring key or in the other keyboard layout.",
        "Защищаемая метка «{subject}», набранная соседней клавишей или в другой раскладке.",
        "Абароненая метка «{subject}», набраная суседняй клавішай або ў іншай раскладцы.",
        "Nhãn được bảo vệ “{subject}”, gõ nhầm phím bên cạnh hoặc sai bố cục bàn phím.",
        "受保护标签“{subject}”，但按了相邻的键或使用了另一种键盘布局。",
    ),
    "confusable": (
        "Looks like the protected label “{subject}”: letters are replaced by others that look alike.",
        "Похоже на защищаемую метку «{subject}»: буквы заменены похожими на вид.",
        "Падобна на абароненую метку «{subject}»: літары заменены падобнымі на выгляд.",
        "Trông giống nhãn được bảo vệ “{subject}”: có chữ được thay bằng chữ trông giống.",
        "看起来像受保护标签“{subject}”：部分字母换成了外形相似的字符。",
    ),
    "transliteration": (
        "The protected label “{subject}” written in the other script.",
        "Защищаемая метка «{subject}», записанная другим письмом.",
        "Абароненая метка «{subject}», запісаная іншым пісьмом.",
        "Nhãn được bảo vệ “{subject}” viết bằng hệ chữ khác.",
        "用另一种文字书写的受保护标签“{subject}”。",
    ),
    "combination": (
        "The protected label “{subject}” together with other words.",
        "Защищаемая метка «{subject}» вместе с другими словами.",
        "Абароненая метка «{subject}» разам з іншымі словамі.",
        "Nhãn được bảo vệ “{subject}” cùng với các từ khác.",
        "受保护标签“{subject}”与其他词语的组合。",
    ),
    "affix": (
        "The protected label “{subject}” together with a part of a domain name, such as www or com.",
        "Защищаемая метка «{subject}» вместе с частью доменного имени, например www или com.",
        "Абароненая метка «{subject}» разам з часткай даменнага імя, напрыклад www або com.",
        "Nhãn được bảo vệ “{subject}” cùng với một phần của tên miền, như www hoặc com.",
        "受保护标签“{subject}”与域名成分（如 www 或 com）的组合。",
    ),
    "pattern": (
        "Matches a pattern of names: {subject}.",
        "Подходит под шаблон имён: {subject}.",
        "Падыходзіць пад шаблон імёнаў: {subject}.",
        "Khớp với một mẫu tên miền: {subject}.",
        "与域名模式相符：{subject}。",
    ),
    "sibling": (
        "Several signs join it to {subject}, a confirmed name.",
        "Несколько признаков связывают его с подтверждённым именем {subject}.",
        "Некалькі прыкмет звязваюць яго з пацверджаным імем {subject}.",
        "Nhiều dấu hiệu gắn tên này với tên đã xác nhận {subject}.",
        "多项迹象将其与已确认的域名 {subject} 联系起来。",
    ),
    "warning": (
        "It has signs of a campaign of which a partner warned.",
        "У него есть признаки кампании, о которой предупредил партнёр.",
        "У яго ёсць прыкметы кампаніі, пра якую папярэдзіў партнёр.",
        "Tên này có dấu hiệu của một chiến dịch mà đối tác đã cảnh báo.",
        "具有合作方预警的某一攻击活动的特征。",
    ),
}

_NOT_TOLD: Final = (
    "Found by a sweep: {subject}.",
    "Найдено проверкой зоны: {subject}.",
    "Знойдзена праверкай зоны: {subject}.",
    "Tìm thấy khi quét đuôi tên miền: {subject}.",
    "扫描顶级域时发现：{subject}。",
)
_TOKENS: Final = ("name-token", "registrant-token")
_NO_REFERENCE: Final = "—"
_DIFFERS: Final = re.compile(r"‹([a-z-]+)( [0-9-]+)?›")  # a part of a pattern that differs from name to name
_NAMES: Final = ("indicator", "sibling")  # kinds whose subject is a host

REASON_SENTENCES: Final = {**LOOKALIKE_SENTENCES, **OTHER_SENTENCES}


def explain(kind: str, subject: str, reason: str, detail: str, language: Language) -> str:
    """Say in a language why a name was found."""
    number = LANGUAGES.index(language)
    shown = show_unseen(defang(subject) if kind in _NAMES else subject)
    if kind in LOOKALIKE_KINDS:
        shown = show_unseen(decode_label(subject))
    told = REASON_SENTENCES.get(reason)
    if told is not None:
        parts = [show_unseen(part) for part in detail.split(PART)] if detail else []
        try:
            return told[number].format(subject=shown, **_named(reason, parts, number, shown))
        except (KeyError, IndexError):
            pass  # a detail of another version
    return KIND_SENTENCES.get(kind, _NOT_TOLD)[number].format(subject=shown)


def _named(reason: str, parts: Sequence[str], number: int, shown: str) -> Mapping[str, str]:
    """The parts of a detail by the names that sentences call them; `shown`: the subject."""
    if reason in LOOKALIKE_REASONS:
        return _of_lookalike(dict(zip(LOOKALIKE_REASONS[reason].parts, parts, strict=False)), shown)
    make = _DETAILS.get(reason)
    return make(parts, number) if make is not None else {}


def _of_lookalike(parts: dict[str, str], shown: str) -> Mapping[str, str]:
    """Add how the label is written where that is not as it is protected."""
    written = parts.get("written", shown)
    return parts | {"seen_as": f" ({written})" if written != shown else ""}


def _of_indicator(parts: Sequence[str], _number: int) -> Mapping[str, str]:
    return {"hosts": parts[0], "lines": parts[2], "first": defang(parts[3]), "source": parts[4], "line": parts[5]}


def _of_warning(parts: Sequence[str], number: int) -> Mapping[str, str]:
    signs = "; ".join(_sign(part, number) for part in parts[2:])
    return {"origin": parts[0], "reference": parts[1] or _NO_REFERENCE, "signs": signs}


def _of_sibling(parts: Sequence[str], number: int) -> Mapping[str, str]:
    return {"signs": "; ".join(_sign(part, number) for part in parts)}


def _sign(part: str, number: int) -> str:
    """A sign as the detail has it, `code value`, in words.  A token says nothing to a person."""
    code, _, value = part.partition(" ")
    words = SIGN_WORDS[code][number]
    if code == "pattern":
        value = _DIFFERS.sub(lambda found: f"‹{PATTERN_WORDS[found[1]][number]}{found[2] or ''}›", value)
    return words if not value or code in _TOKENS else f"{words}: {value}"


_DETAILS: Final[Mapping[str, Callable[[Sequence[str], int], Mapping[str, str]]]] = {
    "named-itself": _of_indicator,
    "named-below": _of_indicator,
    "named-below-shared": _of_indicator,
    "partner-warned": _of_warning,
    "signs-in-common": _of_sibling,
}
