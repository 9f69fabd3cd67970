"""How a case ended, in one sentence and five languages, by the public line its outcome is counted under."""

from typing import Final

from comity.wire.decision_texts import Language

OUTCOME_SENTENCES: Final[dict[str, dict[Language, str]]] = {
    "taken-off": {
        "en": "It was confirmed, and the name was taken off.",
        "ru": "Нарушение подтвердилось, делегирование домена прекращено.",
        "be": "Парушэнне пацвердзілася, дэлегаванне дамена спынена.",
        "vi": "Vi phạm được xác nhận, tên miền đã bị tạm ngừng hoạt động.",
        "zh-hans": "举报属实，该域名已暂停解析。",
    },
    "not-needed": {
        "en": "Taking the name off was not needed: the cause was removed, or the holder’s identity was confirmed.",
        "ru": "Прекращать делегирование не потребовалось: причина устранена или личность администратора подтверждена.",
        "be": "Спыняць дэлегаванне не спатрэбілася: прычына ліквідавана або асоба ўладальніка пацверджана.",
        "vi": "Không cần tạm ngừng tên miền: nguyên nhân đã được khắc phục hoặc danh tính chủ thể đã được xác nhận.",
        "zh-hans": "无需暂停解析：问题已消除，或持有人身份已核实。",
    },
    "insufficient-grounds": {
        "en": "There were not enough grounds to act.",
        "ru": "Оснований для принятия мер оказалось недостаточно.",
        "be": "Падстаў для прыняцця мер аказалася недастаткова.",
        "vi": "Không đủ căn cứ để áp dụng biện pháp.",
        "zh-hans": "采取措施的依据不足。",
    },
    "restored": {
        "en": "The name was taken off and has since been restored.",
        "ru": "Делегирование домена было прекращено и затем восстановлено.",
        "be": "Дэлегаванне дамена было спынена і потым адноўлена.",
        "vi": "Tên miền đã bị tạm ngừng và sau đó được khôi phục.",
        "zh-hans": "该域名曾被暂停解析，现已恢复。",
    },
    "not-counted": {
        "en": "It was closed without a decision of its own: withdrawn, a repetition, or passed on.",
        "ru": "Дело закрыто без отдельного решения: отозвано, повторяет другое или передано дальше.",
        "be": "Справа закрыта без асобнага рашэння: адклікана, паўтарае іншую або перададзена далей.",
        "vi": "Vụ việc được đóng mà không có quyết định riêng: đã rút, trùng lặp hoặc đã chuyển đi.",
        "zh-hans": "未单独作出决定即结案：已撤回、重复或已转交。",
    },
}
