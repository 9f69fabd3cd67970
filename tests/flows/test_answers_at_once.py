"""Several who answer by one link, or send one form, at the same moment: one of them does it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from comity.core.answers import Answer
from comity.core.case_steps import Refusal
from comity.core.public_reports import Filing, read_filing
from comity.flows.answer_case import AnswerReceipt, answer_case
from comity.flows.file_public_report import Sent, file_public_report
from comity.store.cases import timeline
from comity.store.models import CaseAnswer, OutgoingMail, PublicFiling
from flows.desk import AT, HOME, case_of
from flows.test_answers import LATER, link_for
from flows.test_case_verbs import brought_to

pytestmark = pytest.mark.django_db(transaction=True)
HANDS = 4


def at_once(do: Callable[[int], Any]) -> list[Any]:
    """Let several hands do it at the same moment."""
    ready = Barrier(HANDS)

    def one(number: int) -> Any:
        ready.wait()
        try:
            return do(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(HANDS) as hands:
        return list(hands.map(one, range(HANDS)))


def test_one_answer_ends_the_link() -> None:
    ref = brought_to("notified")
    token = link_for(ref, "registrar")
    said = at_once(
        lambda number: answer_case(
            HOME, token, Answer(kind="contested", text=f"No, says {number}."), case_ref=ref, at=LATER
        )
    )
    assert sum(isinstance(one, AnswerReceipt) for one in said) == 1
    assert {one.reasons[0].code for one in said if isinstance(one, Refusal)} == {"link-spent"}
    assert CaseAnswer.objects.count() == 1
    assert [entry.event for entry in timeline(case_of(ref).pk)].count("registrar_refused") == 1


def test_one_form_is_one_filing() -> None:
    form = {
        "name": "https://shop-demo.by/", "observed_on": "2026-11-23", "email": "c@mail.example", "good_faith": "yes",
    }  # fmt: skip
    filing = read_filing(form, "phishing", expert=False, at=AT)
    assert isinstance(filing, Filing)
    sent = at_once(
        lambda number: file_public_report(
            HOME, filing, host="shop-demo.by", form=b"one", open_seconds=30, address=f"192.0.2.{number}", language="en",
            at=AT,
        )
    )  # fmt: skip
    assert all(isinstance(one, Sent) for one in sent)
    assert len({one.receipt for one in sent}) == 1
    assert [one.is_new for one in sent].count(True) == 1
    assert (PublicFiling.objects.count(), OutgoingMail.objects.count()) == (1, 1)
