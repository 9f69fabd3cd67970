"""What else would fall with a name: five questions, each answered yes, no, with a number, or unknown, and from where.

The questions are those of a memorandum's `safeguards.collateral_check`.  `suggest` answers what a node knows by itself
and claims no more than its sources can show: that no report names a host below a name proves nothing, so the answer is
`unknown` and not `no`.  `settle` puts the analyst's answers over the suggestions; the result stands in the entry of the
decision (docs/spec/cases.md §9).  Nothing here looks anything up.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

Answer = Literal["yes", "no", "unknown"]
Teller = Literal["node", "analyst"]

QUESTIONS: Final = ("subdomain_count", "public_suffix_or_shared_host", "popularity_rank", "mail_use", "state_body")
NUMBERED: Final = frozenset(("subdomain_count", "popularity_rank"))
MOST: Final = 1_000_000_000
SOURCE_LETTERS: Final = 60

_ANSWERS: Final[dict[str, Answer]] = {"yes": "yes", "no": "no", "unknown": "unknown"}
NO_SOURCE: Final = "not-looked-up"


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One answer: `number` where there is one, `source` says from where, `by` who says so."""

    question: str
    answer: Answer
    source: str
    by: Teller = "node"
    number: int | None = None

    @property
    def weighs(self) -> bool:
        """Answer whether strangers would be hit: it speaks against a hold of the whole name."""
        return self.answer == "yes"


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What a node knows around a name.

    `subdomains`: how many different hosts below it reports name; `guard`: the list that protects it; `mail`: what its
    newest DNS answer said of MX, None where it said nothing.
    """

    subdomains: int = 0
    is_suffix: bool = False
    guard: str = ""
    mail: bool | None = None


class CollateralProblem(msgspec.Struct, frozen=True):
    """Why an answer is none: the question, and a sentence."""

    question: str
    message: str


def suggest(known: Surroundings) -> tuple[Finding, ...]:
    """Answer every question from what the node knows, in their order."""
    below = known.subdomains
    shared = known.guard == "shared-suffix"
    popular = known.guard == "popular"
    return (
        Finding("subdomain_count", "yes", "reports", number=below) if below else _unknown("subdomain_count"),
        Finding(
            "public_suffix_or_shared_host",
            "yes" if known.is_suffix or shared else "no",
            "guard-list:shared-suffix" if shared and not known.is_suffix else "suffix-list",
        ),
        # A name is told with the first list that knows it: one that another list knows may be popular as well.
        _unknown("popularity_rank")
        if known.guard and not popular
        else Finding("popularity_rank", "yes" if popular else "no", "guard-list:popular"),
        _unknown("mail_use") if known.mail is None else Finding("mail_use", "yes" if known.mail else "no", "dns"),
        Finding("state_body", "yes", "guard-list:state") if known.guard == "state" else _unknown("state_body"),
    )


def parse_answers(
    answers: Mapping[str, str], sources: Mapping[str, str]
) -> tuple[Finding, ...] | tuple[CollateralProblem, ...]:
    """Read what an analyst answered: `yes`, `no`, `unknown`, or a number where one is asked for; an empty text is none.

    Answers what was said, or everything that is wrong with it.
    """
    found: list[Finding] = []
    problems: list[CollateralProblem] = []
    for question, text in answers.items():
        if not text.strip():
            continue
        finding = _parse(question, text.strip().lower(), sources.get(question, "").strip())
        if isinstance(finding, Finding):
            found.append(finding)
        else:
            problems.append(finding)
    return tuple(problems) if problems else tuple(found)


def read_answers(said: Mapping[str, str]) -> tuple[Finding, ...] | tuple[CollateralProblem, ...]:
    """The same from `answer` or `answer:source` for each question, as commands and programs write it."""
    parts = {question: text.partition(":") for question, text in said.items()}
    return parse_answers(
        {question: answer for question, (answer, _, _) in parts.items()},
        {question: source for question, (_, _, source) in parts.items()},
    )


def _parse(question: str, text: str, source: str) -> Finding | CollateralProblem:
    if question not in QUESTIONS:
        return CollateralProblem(question, f"one of {', '.join(QUESTIONS)}")
    if len(source) > SOURCE_LETTERS or not source.isprintable():
        return CollateralProblem(question, f"a source has at most {SOURCE_LETTERS} printable characters")
    said = source or "analyst"
    answer = _ANSWERS.get(text)
    if answer is not None:
        return Finding(question, answer, said, "analyst")
    if question not in NUMBERED:
        return CollateralProblem(question, "yes, no or unknown")
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MOST)) and int(text) <= MOST):
        return CollateralProblem(question, f"yes, no, unknown or a whole number up to {MOST}")
    number = int(text)
    if question == "subdomain_count":
        return Finding(question, "yes" if number else "no", said, "analyst", number)
    if not number:
        return CollateralProblem(question, "a rank begins at 1; write no where the name is in no list")
    return Finding(question, "yes", said, "analyst", number)


def settle(suggested: Iterable[Finding], said: Iterable[Finding]) -> tuple[Finding, ...]:
    """Put what the analyst said over what the node suggests; every question is answered once, in their order.

    An analyst who gives the node's own answer without a source of theirs confirms it, and its source stays.
    """
    of_node = {finding.question: finding for finding in suggested}
    of_analyst = {finding.question: finding for finding in said}
    return tuple(
        _settled(of_node.get(question) or _unknown(question), of_analyst.get(question)) for question in QUESTIONS
    )


def _settled(suggested: Finding, said: Finding | None) -> Finding:
    if said is None:
        return suggested
    agrees = said.answer == suggested.answer and said.number in {None, suggested.number} and said.source == "analyst"
    return msgspec.structs.replace(suggested, by="analyst") if agrees else said


def render_check(findings: Iterable[Finding]) -> str:
    """Say a check in one line, as the `collateral` text of an entry where the analyst wrote no words."""
    return "; ".join(
        f"{one.question}: {one.answer if one.number is None else one.number} ({one.source})" for one in findings
    )


def _unknown(question: str) -> Finding:
    return Finding(question, "unknown", NO_SOURCE)
