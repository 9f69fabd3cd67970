"""Letters: the same octets at each try, and no header that a stranger could have made."""

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.errors import InputError
from comity.wire.mail_message import MAX_BYTES, Message, MessagePart, render_message

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
PART = MessagePart("application/json", "xarf.json", '{"url":"https://пример.рф/"}\n')
MESSAGE = Message(
    key="notice/1", sender="notices@cctld.ru", sender_name="Координационный центр", to="abuse@пример.рф",
    subject="Уведомление о злоупотреблении: пример[.]рф", text="Первая строка\n.\nFrom me\n" + "длинная " * 200,
    language="ru", at=AT, reply_to="duty@cctld.ru", parts=(PART,),
)  # fmt: skip
HEADERS = {
    "from", "to", "reply-to", "subject", "date", "message-id", "content-language", "auto-submitted", "precedence",
    "x-auto-response-suppress", "mime-version", "content-type", "content-transfer-encoding",
}  # fmt: skip


def parsed(message: Message) -> EmailMessage:
    found = email.message_from_bytes(render_message(message), policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    return found


def test_a_letter_is_read_as_it_was_meant() -> None:
    read = parsed(MESSAGE)
    assert read["to"] == "abuse@xn--e1afmkfd.xn--p1ai"
    assert read["subject"] == MESSAGE.subject
    assert read["from"] == "Координационный центр <notices@cctld.ru>"
    assert read["auto-submitted"] == "auto-generated"
    assert read["precedence"] == "bulk"
    body = read.get_body()
    assert body is not None
    assert body["content-language"] == "ru"
    assert body.get_content().replace("\r\n", "\n") == MESSAGE.text + "\n"
    (part,) = read.iter_attachments()
    assert isinstance(part, EmailMessage)
    assert part.get_content_type() == "application/json"
    assert part.get_content() == PART.text.encode()


def test_the_octets_are_the_same_at_each_try_and_fit_every_relay() -> None:
    data = render_message(MESSAGE)
    assert data == render_message(MESSAGE)
    assert data.isascii()
    lines = data.split(b"\r\n")
    assert all(len(line) <= 998 and b"\n" not in line and b"\r" not in line for line in lines)
    other = parsed(msgspec.structs.replace(MESSAGE, key="notice/2"))
    assert other["message-id"] != parsed(MESSAGE)["message-id"]


@pytest.mark.parametrize(
    "changed",
    [
        {"to": "a@b.ru, c@d.ru"},
        {"to": "a@b.ru\r\nBcc: c@d.ru"},
        {"to": "Bank <a@b.ru>"},
        {"sender": "a@b.ru\nX: y"},
        {"reply_to": "a@b.ru\nX: y"},
        {"subject": "x\r\nBcc: c@d.ru"},
        {"subject": "x\nBcc: c@d.ru"},
        {"subject": "x\x00"},
        {"subject": "x\u2028Bcc: c@d.ru"},
        {"sender_name": "x\r\nBcc: c@d.ru"},
        {"language": "ru\r\nBcc: c@d.ru"},
        {"text": "x\x00"},
        {"text": "x\x1b[2J"},
        {"text": "x" * MAX_BYTES},
        {"parts": (MessagePart("text/html", "a.html", "<b>"),)},
        {"parts": (MessagePart("application/json", "../a.json", "{}"),)},
        {"parts": (MessagePart("application/json", 'a"\r\nX: y', "{}"),)},
    ],
)
def test_what_could_be_more_than_it_says_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        render_message(msgspec.structs.replace(MESSAGE, **changed))


HOSTILE = st.text(alphabet=st.sampled_from('ab \r\n\t:<>@,;"\\=?\u202e\x00é中'), max_size=40)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_text_makes_a_header_or_a_recipient(subject: str, name: str, text: str) -> None:
    message = msgspec.structs.replace(MESSAGE, subject=subject, sender_name=name, text=text)
    try:
        read = parsed(message)
    except InputError:
        return
    assert {header.lower() for header in read} <= HEADERS
    assert [address.addr_spec for address in read["to"].addresses] == ["abuse@xn--e1afmkfd.xn--p1ai"]
    assert [address.addr_spec for address in read["from"].addresses] == ["notices@cctld.ru"]
    assert len(list(read.iter_attachments())) == 1
