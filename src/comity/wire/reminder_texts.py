"""What a reminder of a consultation says, in five languages: who owes an answer to whom, and by when.

Mail is read by anybody on its way, so a reminder holds no word of a consultation, neither subject nor text.
"""

from datetime import UTC, datetime
from typing import Final

import msgspec

_ENDINGS: Final = ("soon", "now", "late")

_SUBJECTS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "soon": "Comity: an answer in a consultation is due soon",
        "now": "Comity: an answer in a consultation is due now",
        "late": "Comity: an answer in a consultation is overdue",
    },
    "ru": {
        "soon": "Comity: приближается срок ответа на консультацию",
        "now": "Comity: наступил срок ответа на консультацию",
        "late": "Comity: срок ответа на консультацию прошёл",
    },
    "be": {
        "soon": "Comity: набліжаецца тэрмін адказу на кансультацыю",
        "now": "Comity: надышоў тэрмін адказу на кансультацыю",
        "late": "Comity: тэрмін адказу на кансультацыю мінуў",
    },
    "vi": {
        "soon": "Comity: sắp đến hạn trả lời tham vấn",
        "now": "Comity: đã đến hạn trả lời tham vấn",
        "late": "Comity: đã quá hạn trả lời tham vấn",
    },
    "zh": {
        "soon": "Comity：磋商答复即将到期",
        "now": "Comity：磋商答复已到期",
        "late": "Comity：磋商答复已逾期",
    },
}
_BODIES: Final[dict[str, tuple[str, str]]] = {
    "en": (
        "{partner} waits for our answer. It is due by {due}.\n\n{url}\n",
        "We wait for an answer of {partner}. It is due by {due}.\n\n{url}\n",
    ),
    "ru": (
        "{partner} ждёт нашего ответа. Срок: {due}.\n\n{url}\n",
        "Мы ждём ответа от {partner}. Срок: {due}.\n\n{url}\n",
    ),
    "be": (
        "{partner} чакае нашага адказу. Тэрмін: {due}.\n\n{url}\n",
        "Мы чакаем адказу ад {partner}. Тэрмін: {due}.\n\n{url}\n",
    ),
    "vi": (
        "{partner} đang chờ chúng ta trả lời. Hạn: {due}.\n\n{url}\n",
        "Chúng ta đang chờ {partner} trả lời. Hạn: {due}.\n\n{url}\n",
    ),
    "zh": (
        "{partner} 正在等待我方答复。期限：{due}。\n\n{url}\n",
        "我方正在等待 {partner} 的答复。期限：{due}。\n\n{url}\n",
    ),
}


class ReminderText(msgspec.Struct, frozen=True):
    """The subject and the body of a letter."""

    subject: str
    body: str


def reminder_text(language: str, stage: int, *, partner: str, due_at: datetime, ours: bool, url: str) -> ReminderText:
    """Write a reminder of a stage (0 before, 1 at, 2 after the due moment).  `ours`: it is we who owe the answer."""
    spoken = language.partition("-")[0]
    known = spoken if spoken in _SUBJECTS else "en"
    due = f"{due_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    body = _BODIES[known][0 if ours else 1].format(partner=partner, due=due, url=url)
    return ReminderText(_SUBJECTS[known][_ENDINGS[stage]], body)
