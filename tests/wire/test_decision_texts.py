"""Every code that a decision can carry has its sentence in all five languages."""

import ast
from pathlib import Path

import pytest

import comity.core.disclosure as disclosure
import comity.core.quotas as quotas
from comity.core.disclosure import QUESTIONS, VERDICTS, Decision, TraceStep
from comity.wire import decision_texts
from comity.wire.decision_texts import LANGUAGES, REASONS, explain

SOURCES = [ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8")) for module in (disclosure, quotas)]


def codes_in_source() -> set[str]:
    """Reason codes as `decide` writes them: what is given to objections, decisions and steps."""
    found = set()
    for node in (node for source in SOURCES for node in ast.walk(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) > 1:
            place = {"_Objection": 1, "Decision": 2, "TraceStep": 2}.get(node.func.id)
            if place is not None:
                found |= {part.value for part in ast.walk(node.args[place]) if isinstance(part, ast.Constant)}
    return {code for code in found if isinstance(code, str)} - {"draft", "proposed", "recipient-zone", "yes"}


def test_every_reason_has_a_text_and_every_text_a_reason() -> None:
    assert codes_in_source() == set(REASONS)
    assert set(decision_texts.QUESTIONS) == set(QUESTIONS)
    assert set(decision_texts.VERDICTS) == set(VERDICTS)


@pytest.mark.parametrize("table", [REASONS, decision_texts.QUESTIONS, decision_texts.VERDICTS, decision_texts.WORDS])
def test_five_texts(table: dict[str, tuple[str, ...]]) -> None:
    for code, texts in table.items():
        assert len(texts) == len(LANGUAGES)
        assert all(text.strip() == text and text for text in texts), code
        assert all("TLP:" not in text or "TLP:" in texts[0] for text in texts), code
        assert len(set(texts)) >= 4, code  # two languages may share a word, not more


def test_an_explanation_names_clause_reason_and_every_question() -> None:
    decision = Decision(
        "hold", "8", "protected-name", ("registrant_contact",),
        (TraceStep("1", "in-force", "yes"), TraceStep("8", "protected-name", "protected-name", ("banks",))),
        hold_for="supervisor",
    )  # fmt: skip
    assert explain(decision, "en") == [
        "Held for a person's decision · clause 8 · The name is protected; two persons must agree. (for a supervisor)",
        "  taken out: registrant_contact",
        "  clause 1: Is the memorandum in force and signed by all? yes",
        "  clause 8: Is the name free of special protection? The name is protected; two persons must agree. [banks]",
    ]
    assert explain(decision, "ru")[0].startswith("Задержано до решения сотрудника · пункт 8 · ")
    assert explain(decision, "zh-hans")[2] == "  第 1 条: 备忘录是否已由各方签署并生效？ 是"
