"""Converse: speak with one partner's node: questions that are new each time, batches, receipts, and what it answers.

A question's counter is the time in microseconds, or one more than the last; where the partner has seen a higher one
(our clock went back, or a backup was restored) its refusal names it and the question is asked once more.
"""

import re
from datetime import datetime
from http import HTTPStatus
from typing import Final

from comity.core.exchange import Ask, Question, StaleQuestionError
from comity.core.ledger import Head
from comity.edges.home import Home
from comity.edges.keys import SigningKey, load_signing_key
from comity.edges.partner_http import ANSWER_MAX_BYTES, Answer, PartnerConnection
from comity.edges.tls import client_context
from comity.store.fields import micros
from comity.store.models import Link
from comity.wire.question import sign_question

TEXT: Final = "text/plain; charset=utf-8"
BATCH: Final = "application/vnd.comity.batch"
PART: Final = "application/vnd.comity.part"

COUNTER_MAX: Final = (1 << 63) - 1
_NUMBER: Final = re.compile(r"[0-9]{1,19}")
_CODE_MAX, _DETAIL_MAX, _SAID_MAX = 60, 300, 400


class Conversation:
    """The connection to one partner, and who we are on it."""

    def __init__(self, home: Home, link: Link) -> None:
        self.key: SigningKey = load_signing_key(home)
        self._party = home.party
        self._connection = PartnerConnection(
            link.url, client_context(home, link.ca_pem), answer_seconds=home.settings.link.answer_seconds
        )
        self._counter = 0

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def ask(self, ask: Ask, head: Head, *, at: datetime, max_bytes: int = ANSWER_MAX_BYTES) -> tuple[bytes, Answer]:
        """Ask about a ledger, telling the head we are sure of; give the question as it was signed, and the answer."""
        for _try in range(2):
            self._counter = max(self._counter + 1, micros(at))
            question = Question(ask, self._counter, head)
            note = sign_question(question, self._party, self.key.public, self.key.sign)
            answer = self.post(head.origin, ask, note, content_type=TEXT, max_bytes=max_bytes)
            highest = read_number(answer.item)
            if answer.code != StaleQuestionError.code or highest is None or highest >= COUNTER_MAX:
                break
            self._counter = highest
        return note, answer

    def post(
        self, origin: str, verb: str, body: bytes, *, content_type: str, max_bytes: int = ANSWER_MAX_BYTES
    ) -> Answer:
        """Hand something over."""
        return self._connection.post(f"/link/v1/{origin}/{verb}", body, content_type=content_type, max_bytes=max_bytes)


def is_well(answer: Answer) -> bool:
    """Whether the partner did what it was asked."""
    return answer.status in {HTTPStatus.OK, HTTPStatus.NO_CONTENT}


def read_number(text: str) -> int | None:
    """Read a count or counter that a partner answered with; None for anything else, however long."""
    return int(text) if _NUMBER.fullmatch(text) else None


def tell_refusal(answer: Answer) -> str:
    """Say what the partner answered instead, for the people who look at the link: one short line, whatever it wrote."""
    said = f"partner answered {answer.status}: {answer.detail} [{answer.code[:_CODE_MAX]}]"
    if len(said) > _SAID_MAX:
        said = f"partner answered {answer.status}: {answer.detail[:_DETAIL_MAX]}… [{answer.code[:_CODE_MAX]}]"
    return "".join(character if character.isprintable() else "\ufffd" for character in said)
