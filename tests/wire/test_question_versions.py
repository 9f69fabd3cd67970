"""What another version, or another program, may ask instead of a question: each is refused with its code."""

import pytest
from nacl.signing import SigningKey

from comity.core.errors import InputError
from comity.wire.checkpoint import sign_text
from comity.wire.question import parse_question

KEY = SigningKey(b"q" * 32)
LINES = "status\ncctld.ru/ledger/oac.by\n7\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"


def note(text: str) -> bytes:
    return sign_text(text.encode(), "cctld.ru", bytes(KEY.verify_key), lambda data: KEY.sign(data).signature)


@pytest.mark.parametrize(
    ("text", "code", "item"),
    [
        (f"comity-question/2\n{LINES}more\n", "unsupported-version", "1"),
        (f"comity-question/0\n{LINES}", "unsupported-version", "1"),
        (f"comity-question/12345\n{LINES}", "bad-input", "question"),
        (f"comity-question/x\n{LINES}", "bad-input", "question"),
        (f"comity-question/1\n{LINES}more\n", "bad-input", "question"),
        (f"comity-question/1\n{LINES.replace('status', 'summary')}", "bad-input", "question"),
    ],
)
def test_what_is_no_question_of_this_version_is_refused(text: str, code: str, item: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_question(note(text))
    assert (refused.value.code, refused.value.item) == (code, item)


def test_a_question_of_this_version_is_read() -> None:
    question, _note = parse_question(note(f"comity-question/1\n{LINES}"))
    assert (question.ask, question.counter, question.head.size) == ("status", 7, 0)
