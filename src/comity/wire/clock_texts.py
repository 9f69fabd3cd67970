"""The letters about clocks in five languages: a share of the time has passed, it is over, it is long over.

To our own people they name the case and the name, defanged; to a partner's they say only which case it is on both
sides, what was promised, and when it was due.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from comity.core.harmless import defang


class ClockNotice(msgspec.Struct, frozen=True, kw_only=True):
    """What a letter about a clock says.  `ref` and `name` for our own people, `cases` for a partner's."""

    event: str
    percent: int
    kind: str
    by: str
    to: str
    clause: str
    due_at: datetime
    ref: str = ""
    name: str = ""
    cases: tuple[str, ...] = ()


_KINDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "acknowledge": "acknowledge", "triage": "triage", "act": "act", "outcome": "tell the outcome",
        "appeal": "decide the appeal", "restore": "restore the name", "reporter-info": "information from the reporter",
        "identity": "proof of identity", "retraction": "carry out the retraction",
    },
    "ru": {
        "acknowledge": "подтвердить получение", "triage": "рассмотреть", "act": "принять меры",
        "outcome": "сообщить результат", "appeal": "решить по апелляции", "restore": "восстановить делегирование",
        "reporter-info": "сведения от заявителя", "identity": "подтверждение личности", "retraction": "исполнить отзыв",
    },
    "be": {
        "acknowledge": "пацвердзіць атрыманне", "triage": "разгледзець", "act": "прыняць меры",
        "outcome": "паведаміць вынік", "appeal": "вырашыць па апеляцыі", "restore": "аднавіць дэлегаванне",
        "reporter-info": "звесткі ад заяўніка", "identity": "пацвярджэнне асобы", "retraction": "выканаць адкліканне",
    },
    "vi": {
        "acknowledge": "xác nhận đã nhận", "triage": "xem xét", "act": "xử lý", "outcome": "thông báo kết quả",
        "appeal": "quyết định khiếu nại", "restore": "khôi phục tên miền",
        "reporter-info": "thông tin từ người báo cáo", "identity": "chứng minh danh tính",
        "retraction": "thực hiện việc rút lại",
    },
    "zh-hans": {
        "acknowledge": "确认收到", "triage": "研判", "act": "处置", "outcome": "反馈结果", "appeal": "裁定申诉",
        "restore": "恢复解析", "reporter-info": "举报人补充信息", "identity": "身份证明", "retraction": "执行撤回",
    },
}  # fmt: skip

# subject, what happened, the case, what was promised, when it is due
_WORDS: Final[dict[str, tuple[str, str, str, str, str]]] = {
    "en": (
        "Case {case}: {percent} % of the time to {kind}", "{percent} % of the time has been used: {kind}.",
        "Case: {case}", "Owed by {by}{to}{clause}.", "Due: {due} UTC",
    ),
    "ru": (
        "Дело {case}: прошло {percent} % срока ({kind})", "Использовано {percent} % срока: {kind}.",
        "Дело: {case}", "Обязан: {by}{to}{clause}.", "Срок: {due} UTC",
    ),
    "be": (
        "Справа {case}: прайшло {percent} % тэрміну ({kind})", "Выкарыстана {percent} % тэрміну: {kind}.",
        "Справа: {case}", "Абавязаны: {by}{to}{clause}.", "Тэрмін: {due} UTC",
    ),
    "vi": (
        "Hồ sơ {case}: đã hết {percent} % thời hạn ({kind})", "Đã dùng {percent} % thời hạn: {kind}.",
        "Hồ sơ: {case}", "Bên có nghĩa vụ: {by}{to}{clause}.", "Đến hạn: {due} UTC",
    ),
    "zh-hans": (
        "案件 {case}：时限已用 {percent}%（{kind}）", "时限已用 {percent}%：{kind}。",
        "案件：{case}", "义务方：{by}{to}{clause}。", "到期：{due} UTC",
    ),
}  # fmt: skip
_OWED_TO: Final = {
    "en": " to {to}",
    "ru": "; перед: {to}",
    "be": "; перад: {to}",
    "vi": "; đối với: {to}",
    "zh-hans": "；对方：{to}",
}
_CLAUSE: Final = {
    "en": ", clause {clause} of the memorandum", "ru": "; пункт {clause} меморандума",
    "be": "; пункт {clause} мемарандума", "vi": "; điều {clause} của bản ghi nhớ", "zh-hans": "；备忘录第 {clause} 条",
}  # fmt: skip


_MANY: Final = {
    "en": "{count} deadlines need attention",
    "ru": "Сроки, требующие внимания: {count}",
    "be": "Тэрміны, якія патрабуюць увагі: {count}",
    "vi": "{count} thời hạn cần chú ý",
    "zh-hans": "需要关注的时限：{count} 项",
}
_LISTED: Final = 500


def render_many(notices: Sequence[ClockNotice], *, language: str) -> tuple[str, str]:
    """Write one letter about many clocks: a line for each, the first five hundred of them."""
    subject = _MANY[language if language in _MANY else "en"].format(count=len(notices))
    lines = [render_notice(notice, language=language)[0] for notice in notices[:_LISTED]]
    return subject, "\n".join([*lines, *(["…"] if len(notices) > _LISTED else [])]) + "\n"


def render_notice(notice: ClockNotice, *, language: str) -> tuple[str, str]:
    """Write subject and text; a language that is none of the five is English."""
    spoken = language if language in _WORDS else "en"
    subject, happened, which, owed, due = _WORDS[spoken]
    case = notice.ref or ", ".join(notice.cases)
    said = {
        "case": case,
        "percent": notice.percent,
        "kind": _KINDS[spoken].get(notice.kind, notice.kind),
        "by": notice.by,
        "to": _OWED_TO[spoken].format(to=notice.to) if notice.to else "",
        "clause": _CLAUSE[spoken].format(clause=notice.clause) if notice.clause else "",
        "due": f"{notice.due_at:%Y-%m-%d %H:%M}",
    }
    lines = [happened.format(**said), which.format(**said)]
    if notice.name:
        lines[1] += f", {defang(notice.name)}"
    lines += [owed.format(**said), due.format(**said)]
    return subject.format(**{**said, "case": notice.ref or notice.cases[0]}), "\n".join(lines) + "\n"
