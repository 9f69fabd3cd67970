"""Nothing leaves without a clause: the vectors, and what must hold of any item and any memorandum."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.categories import CATEGORIES
from comity.core.disclosure import KINDS, QUESTIONS, REPORTER_IDENTITY, VERDICTS, Decision, Item, decide
from comity.core.markings import TLPS
from comity.core.memoranda import STATUSES, Memorandum
from comity.core.memorandum_rules import EVIDENCE_FIELDS
from comity.wire.decision_texts import REASONS
from comity.wire.memorandum_yaml import parse_memorandum, read_memorandum, render_memorandum
from memoranda_made import NOW, made

VECTORS = json.loads((Path(__file__).parents[2] / "docs/spec/vectors/disclosure.json").read_text(encoding="utf-8"))
CLASSES = (*sorted(made().personal_data.classes), "organisation_name.public", "shoe_size")
OPEN = {"send", "send-redacted"}
DAY = timedelta(days=1)

# Half of the items are near to being sent, so that every question is reached; the rest is anything the types allow.
TIMES = (
    st.none()
    | st.datetimes(timezones=st.none() | st.just(UTC))
    | st.timedeltas(-10 * DAY, 2 * DAY).map(lambda late: NOW + late)
)
NEAR = st.builds(
    Item,
    kind=st.sampled_from(KINDS),
    sender=st.just("cctld.ru"),
    recipient=st.just("oac.by"),
    zone=st.sampled_from(["by", "xn--90ais", "by", "ru"]),
    category=st.sampled_from(CATEGORIES),
    tlp=st.sampled_from(TLPS[:4]),
    fields=st.just(EVIDENCE_FIELDS),
    score=st.floats(0.5, 1),
    observed_at=st.just(NOW),
    verified_at=st.timedeltas(-DAY, timedelta()).map(lambda late: NOW + late),
    personal_data=st.lists(st.sampled_from(CLASSES), max_size=3).map(tuple),
    protected=st.sampled_from(["", "", "", "banks"]),
    linked=st.just(("phishing",)),
    sent_today=st.integers(0, 600),
    breaches=st.integers(0, 3),
    approvals=st.integers(0, 3),
)
FAR = st.builds(
    Item,
    kind=st.sampled_from(KINDS) | st.text(max_size=5),
    sender=st.sampled_from(["cctld.ru", "oac.by", "vnnic.vn", ""]),
    recipient=st.sampled_from(["cctld.ru", "oac.by", "vnnic.vn", ""]),
    zone=st.sampled_from(["ru", "by", "xn--p1ai", "com", ""]) | st.text(max_size=5),
    category=st.sampled_from([*CATEGORIES, "content", "csam", ""]) | st.text(max_size=5),
    tlp=st.sampled_from(TLPS) | st.text(max_size=5),
    fields=st.frozensets(st.sampled_from(sorted(EVIDENCE_FIELDS))),
    score=st.floats(),
    observed_at=TIMES,
    verified_at=TIMES,
    personal_data=st.lists(st.sampled_from(CLASSES) | st.text(max_size=5), max_size=4).map(tuple),
    protected=st.sampled_from(["", "state"]),
    machine_only=st.booleans(),
    single_blocklist=st.booleans(),
    linked=st.lists(st.sampled_from(CATEGORIES), max_size=2).map(tuple),
    sent_today=st.integers(),
    breaches=st.integers(),
    approvals=st.integers(),
)
ITEMS = NEAR | FAR
MEMORANDA: list[Memorandum] = [made()]
for text in VECTORS["memoranda"].values():
    read = read_memorandum(text["memorandum"])
    assert isinstance(read, Memorandum)
    MEMORANDA.append(read)
AGREED = st.sampled_from(MEMORANDA)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_vector(case: dict[str, Any]) -> None:
    text = VECTORS["memoranda"].get(case["memorandum"])
    memorandum = None if text is None else read_memorandum(text["memorandum"])
    assert not isinstance(memorandum, tuple)
    item = msgspec.convert(case["item"], Item)
    decision = decide(item, memorandum, at=datetime.fromisoformat(case["at"]), status=case["status"])
    found = msgspec.to_builtins(decision)
    del found["trace"]
    assert found == {**case["expect"], "redact": tuple(case["expect"]["redact"])}


def test_the_vectors_reach_every_reason_and_verdict() -> None:
    cases = VECTORS["cases"]
    assert len(cases) >= 60
    assert {case["expect"]["verdict"] for case in cases} == set(VERDICTS)
    # Two reasons cannot be reached: a memorandum that says nothing of a listed category does not parse, and a time
    # without zone cannot be written in RFC 3339.
    reasons = {case["expect"]["reason"] for case in cases}
    # `personal-data-withheld` is the answer of a step of the trace, never of a decision; `decided-out-of-order` is the
    # answer of a receiver that looks at the order of entries before it asks (core.quotas).
    assert set(REASONS) - reasons == {
        "category-without-terms",
        "time-without-zone",
        "personal-data-withheld",
        "decided-out-of-order",
    }


@given(ITEMS, st.none() | AGREED, st.sampled_from(STATUSES), st.datetimes(timezones=st.none() | st.just(UTC)))
def test_any_item_gets_an_answer(item: Item, memorandum: Memorandum | None, status: Any, at: datetime) -> None:
    decision = decide(item, memorandum, at=at, status=status)
    assert decision.verdict in VERDICTS
    assert decision.reason
    assert decision.trace


@given(ITEMS, st.none() | AGREED, st.sampled_from(STATUSES))
def test_nothing_leaves_without_a_clause(item: Item, memorandum: Memorandum | None, status: Any) -> None:
    decision = decide(item, memorandum, at=NOW, status=status)
    if decision.verdict in OPEN:
        assert memorandum is not None
        assert status == "in-force"
        assert decision.clause
        # every question was asked, in order, and every clause is a clause of this text
        assert tuple(step.question for step in decision.trace) == QUESTIONS
        numbers = {"1", *(part.clause for part in _clauses(memorandum))}
        assert {step.clause for step in decision.trace} <= numbers
        assert all(step.answer == "yes" for step in decision.trace if step.question != "personal-data")
    else:
        assert decision.trace[-1].answer != "yes" or decision.reason == "approval-missing"


def _clauses(memorandum: Memorandum) -> list[Any]:
    parts = (getattr(memorandum, name) for name in memorandum.__struct_fields__)
    return [part for part in parts if hasattr(part, "clause")]


@given(ITEMS, AGREED)
def test_nothing_red_protected_unasked_or_identifying_ever_leaves(item: Item, memorandum: Memorandum) -> None:
    decision = decide(item, memorandum, at=NOW)
    if decision.verdict in OPEN:
        assert item.tlp in TLPS[:4]
        assert not item.protected or item.approvals >= 2
        allowed = {name for name, rule in memorandum.personal_data.classes.items() if rule != "deny"} - {
            REPORTER_IDENTITY
        }
        left = set(item.personal_data) - set(decision.redact)
        assert {name.removesuffix(".public") for name in left} <= allowed


@dataclass(frozen=True)
class Stricter:
    """One way in which a text or an item may become stricter."""

    name: str
    text: Any = None
    item: Any = None


def _with(**parts: Any) -> Any:
    return lambda memorandum: msgspec.structs.replace(
        memorandum, **{name: change(getattr(memorandum, name)) for name, change in parts.items()}
    )


_change = msgspec.structs.replace
STRICTER = [
    Stricter("a lower limit of marking", text=_with(marking=lambda part: _change(part, tlp_max_accepted="TLP:CLEAR"))),
    Stricter("a category less", text=_with(scope=lambda part: _change(part, categories=part.categories[1:]))),
    Stricter(
        "categories excluded",
        text=_with(scope=lambda part: _change(part, excluded_categories=(*part.excluded_categories, *CATEGORIES[:2]))),
    ),
    Stricter("an earlier end", text=lambda memorandum: _change(memorandum, expires=NOW)),
    Stricter("a later beginning", text=lambda memorandum: _change(memorandum, effective=NOW + DAY)),
    Stricter("a higher score", text=_with(evidence=lambda part: _change(part, min_score=0.9))),
    Stricter(
        "less time to verify",
        text=_with(evidence=lambda part: _change(part, max_age_since_verified=dict.fromkeys(CATEGORIES, "PT1H"))),
    ),
    Stricter(
        "more evidence",
        text=_with(
            evidence=lambda part: _change(
                part, required={name: ("screenshot", *more) for name, more in part.required.items()}
            )
        ),
    ),
    Stricter(
        "lower caps",
        text=_with(
            exchange=lambda part: _change(
                part, kinds=_change(part.kinds, report=_change(part.kinds.report, max_per_day=1))
            )
        ),
    ),
    Stricter(
        "a kind less", text=_with(exchange=lambda part: _change(part, kinds=_change(part.kinds, early_warning=None)))
    ),
    Stricter(
        "warnings only to the zone's own party",
        text=_with(scope=lambda part: _change(part, early_warning_zone_rule="recipient-zone")),
    ),
    Stricter(
        "protected names refused",
        text=_with(
            safeguards=lambda part: _change(part, protected_names=_change(part.protected_names, effect="refuse"))
        ),
    ),
    Stricter(
        "personal data waits", text=_with(personal_data=lambda part: _change(part, if_any_approval_missing="hold"))
    ),
    Stricter("no personal data at all", text=_with(personal_data=lambda part: _change(part, classes={}))),
    Stricter(
        "a stricter marking",
        item=lambda item: _change(item, tlp=TLPS[min(TLPS.index(item.tlp) + 1, 4)] if item.tlp in TLPS else "?"),
    ),
    Stricter("more sent already", item=lambda item: _change(item, sent_today=item.sent_today + 100)),
    Stricter("a machine's word", item=lambda item: _change(item, machine_only=True, single_blocklist=True)),
    Stricter("a protected name", item=lambda item: _change(item, protected="state", approvals=0)),
    Stricter("less evidence", item=lambda item: _change(item, fields=frozenset(), score=0.0)),
    Stricter("fewer approvals", item=lambda item: _change(item, approvals=0)),
    Stricter(
        "more personal data", item=lambda item: _change(item, personal_data=(*item.personal_data, "registrant_contact"))
    ),
]


@settings(max_examples=5 * settings().max_examples)
@given(stricter=st.sampled_from(STRICTER), item=ITEMS, memorandum=AGREED)
def test_stricter_never_opens_a_door(stricter: Stricter, item: Item, memorandum: Memorandum) -> None:
    after = decide(
        stricter.item(item) if stricter.item else item,
        stricter.text(memorandum) if stricter.text else memorandum,
        at=NOW,
    )
    if after.verdict in OPEN:
        before = decide(item, memorandum, at=NOW)
        assert before.verdict in OPEN
        assert set(before.redact) <= set(after.redact)


@given(ITEMS, AGREED, st.sampled_from([status for status in STATUSES if status != "in-force"]))
def test_nothing_leaves_under_a_text_that_is_not_in_force(item: Item, memorandum: Memorandum, status: Any) -> None:
    assert decide(item, memorandum, at=NOW, status=status).verdict == "refuse"


@given(ITEMS, AGREED, st.timedeltas(timedelta(), 4000 * DAY))
def test_an_expired_text_lets_nothing_out(item: Item, memorandum: Memorandum, later: timedelta) -> None:
    ended = _change(memorandum, expires=NOW)
    assert decide(item, ended, at=NOW + later).verdict == "refuse"
    assert decide(item, ended, at=NOW + later, status="terminated").reason == "expired", "as its standing is then"


@given(ITEMS, AGREED)
def test_both_sides_decide_alike_from_the_same_bytes(item: Item, memorandum: Memorandum) -> None:
    theirs = parse_memorandum(render_memorandum(memorandum))
    assert isinstance(theirs, Memorandum)
    assert theirs == memorandum
    assert decide(item, theirs, at=NOW) == decide(item, memorandum, at=NOW)


@given(ITEMS)
def test_without_a_memorandum_nothing_leaves_by_itself(item: Item) -> None:
    decision = decide(item, None, at=NOW)
    assert decision.verdict in {"hold", "refuse"}
    if decision.verdict == "hold":
        assert (item.kind, item.tlp) == ("early-warning", "TLP:CLEAR")


def test_decisions_can_be_kept_and_read_again() -> None:
    item = msgspec.convert(VECTORS["cases"][0]["item"], Item)
    decision = decide(item, made(), at=NOW)
    assert msgspec.json.decode(msgspec.json.encode(decision), type=Decision) == decision
