"""Every reason why a name is found is a sentence in five languages, and what others wrote in it deceives nobody."""

import pytest

from comity.core import indicator_details
from comity.core.findings import KINDS, PART
from comity.core.lookalike_scores import REASONS
from comity.core.warnings import SIGNS
from comity.wire.decision_texts import LANGUAGES
from comity.wire.finding_reasons import LOOKALIKE_SENTENCES, OTHER_SENTENCES, SIGN_WORDS
from comity.wire.finding_texts import KIND_SENTENCES, explain

UUID = "00000000-0000-4000-8000-00000000a001"
DETAILS = {
    "named-itself": "2\x1f1\x1f3\x1fevil-demo.by\x1flist.txt\x1f7",
    "named-below": "2\x1f0\x1f3\x1fwww.evil-demo.by\x1flist.txt\x1f7",
    "named-below-shared": "2\x1f0\x1f3\x1fa.evil-demo.by\x1flist.txt\x1f7",
    "told-pattern": "template",
    "partner-warned": "cctld.ru\x1fRU-7\x1fpattern demo-{digit:3}.by\x1fname-token 0123456789abcdef",
    "warning-withdrawn": "",
    "signs-in-common": "servers ns1.demo.su (5 / 1,000)\x1fregistrant (3 / 1,000)",
}
LOOKALIKE_PARTS = {"pairs": "0=o", "written": "sberb4nk", "meant": "a", "typed": "4", "words": "login, pay"}


def told(reason: str) -> str:
    if reason in REASONS:
        return PART.join(LOOKALIKE_PARTS[part] for part in REASONS[reason].parts)
    return DETAILS[reason]


def test_there_is_a_sentence_for_every_reason_and_kind() -> None:
    assert set(REASONS) <= set(LOOKALIKE_SENTENCES)
    assert set(indicator_details.REASONS) < set(OTHER_SENTENCES)
    assert set(OTHER_SENTENCES) == set(DETAILS)
    assert set(KIND_SENTENCES) == set(KINDS)
    assert set(SIGNS) < set(SIGN_WORDS)


@pytest.mark.parametrize("reason", [*REASONS, *DETAILS])
def test_a_reason_is_said_in_five_languages_with_every_part(reason: str) -> None:
    said = [explain("affix" if reason in REASONS else "", "sberbank", reason, told(reason), each) for each in LANGUAGES]
    assert len(set(said)) == len(LANGUAGES)
    for sentence in said:
        assert "{subject" not in sentence
        for part in REASONS[reason].parts if reason in REASONS else ():
            # A letter that was added or left out is named alone; what is repeated has no words beside it.
            assert LOOKALIKE_PARTS[part] in sentence or reason.startswith(("letter-", "repeated")), (part, sentence)


def test_kinds_and_signs_are_said_in_five_languages() -> None:
    for texts in (*KIND_SENTENCES.values(), *SIGN_WORDS.values()):
        assert len(set(texts)) == len(LANGUAGES)


def test_a_warning_names_who_warned_and_the_signs_and_no_token() -> None:
    assert explain("warning", UUID, "partner-warned", DETAILS["partner-warned"], "en") == (
        "cctld.ru warned of a campaign (its reference: RU-7). "
        "The name has these signs of it: pattern of names: demo-{digit:3}.by; token of the name."
    )
    assert "номер: —" in explain("warning", UUID, "partner-warned", "cctld.ru\x1f\x1flabel demobank", "ru")


def test_a_shape_of_names_is_said_in_the_readers_words() -> None:
    detail = "pattern demo-‹digits 2›-‹drawn-letters› (≈ 8 / 1,000)"
    assert "demo-‹лічбы 2›-‹выпадковыя літары› (≈ 8 / 1,000)" in explain(
        "sibling", "demo-1.by", "signs-in-common", detail, "be"
    )
    unheard = explain("sibling", "demo-1.by", "signs-in-common", "pattern ‹odours›", "en")
    assert unheard == "Several signs join it to demo-1[.]by, a confirmed name."


def test_what_is_of_another_version_is_told_by_its_kind() -> None:
    for reason, detail in (
        ("named-itself", "2"), ("partner-warned", "cctld.ru"), ("partner-warned", "x\x1f\x1fodour y"), ("unheard", ""),
    ):  # fmt: skip
        kind = "warning" if reason == "partner-warned" else "indicator"
        said = explain(kind, "a.evil-demo.by", reason, detail, "en")
        assert said in {KIND_SENTENCES["warning"][0], "A report names a[.]evil-demo[.]by."}
    assert explain("new-kind", "x", "unheard", "", "zh-hans") == "扫描顶级域时发现：x。"


def test_what_others_wrote_is_harmless() -> None:
    said = explain("indicator", "x.by", "named-below", DETAILS["named-below"].replace("list", "\u202elist"), "en")
    assert "www[.]evil-demo[.]by" in said
    assert "⟨U+202E⟩list.txt" in said
    assert "сбербанк" in explain("transliteration", "xn--80abap1arsf", "", "", "ru")
