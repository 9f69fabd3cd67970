"""What cases are about and how they end, in five languages: categories, outcomes, actions, dispositions by their codes.

For what people read without a node and its pages (`wire.evidence_account`).  The words are those of the pages: a test
compares them with the catalogues.  A code that has no words here is shown as it is.
"""

from typing import Final

from comity.wire.decision_texts import LANGUAGES, Language

_Texts = tuple[str, str, str, str, str]

CATEGORIES: Final[dict[str, _Texts]] = {
    "phishing": ("Phishing", "Фишинг", "Фішынг", "Lừa đảo (phishing)", "网络钓鱼"),
    "malware": ("Malware", "Вредоносное ПО", "Шкоднаснае праграмнае забеспячэнне", "Mã độc", "恶意软件"),
    "botnet-c2": (
        "Botnet controller (C2)",
        "Контроллер ботнет-сети",
        "Кантролер бот-сеткі",
        "Máy chủ điều khiển botnet",
        "僵尸网络控制端",
    ),
    "unauthorized-access": (
        "Unauthorized access",
        "Несанкционированный доступ",
        "Несанкцыянаваны доступ",
        "Truy cập trái phép",
        "未经授权的访问",
    ),
    "spam-vector": ("Spam", "Спам", "Спам", "Thư rác", "垃圾邮件"),
}

OUTCOMES: Final[dict[str, _Texts]] = {
    "undelegated_registrar": (
        "Delegation terminated by the registrar",
        "Снято с делегирования регистратором",
        "Дэлегаванне спынена рэгістратарам",
        "Nhà đăng ký đã tạm ngừng",
        "已由注册服务机构暂停解析",
    ),
    "hold_registry": (
        "Put on serverHold by the registry",
        "Регистратура поставила serverHold",
        "Рэгістратура паставіла serverHold",
        "Tổ chức quản lý đã đặt serverHold",
        "注册管理机构已设置 serverHold",
    ),
    "annulled_registry": (
        "Registration cancelled by the registry",
        "Регистрация аннулирована регистратурой",
        "Запіс аб рэгістрацыі ануляваны рэгістратурай",
        "Tổ chức quản lý đã thu hồi tên miền",
        "注册管理机构已注销域名",
    ),
    "sinkholed": (
        "Redirected to a sinkhole",
        "Перенаправлено на sinkhole",
        "Перанакіравана на sinkhole",
        "Đã chuyển hướng về sinkhole",
        "已重定向至 sinkhole",
    ),
    "removed_by_host": (
        "Removed by the hosting provider",
        "Удалено хостинг-провайдером",
        "Выдалена хостынг-правайдарам",
        "Nhà cung cấp dịch vụ lưu trữ đã gỡ bỏ",
        "已由托管服务商移除",
    ),
    "cured_by_registrant": (
        "Cured by the registrant",
        "Устранено администратором домена",
        "Ліквідавана ўладальнікам даменнага імя",
        "Chủ thể đăng ký đã khắc phục",
        "域名持有者已整改",
    ),
    "identity_confirmed": (
        "Holder’s identity confirmed",
        "Личность администратора домена подтверждена",
        "Асоба ўладальніка даменнага імя пацверджана",
        "Đã xác minh danh tính chủ thể",
        "持有者身份已核实",
    ),
    "identity_not_confirmed_undelegated": (
        "Holder’s identity not confirmed, delegation terminated",
        "Личность администратора не подтверждена, снято с делегирования",
        "Асоба ўладальніка не пацверджана, дэлегаванне спынена",
        "Không xác minh được chủ thể, đã tạm ngừng",
        "持有者身份未核实，已暂停解析",
    ),
    "expired_or_deleted": (
        "Name expired or deleted",
        "Имя истекло или удалено",
        "Тэрмін імя скончыўся або імя выдалена",
        "Tên miền hết hạn hoặc đã xóa",
        "域名已到期或已删除",
    ),
    "insufficient_evidence": (
        "Insufficient evidence",
        "Недостаточно подтверждающих материалов",
        "Недастаткова пацвярджальных матэрыялаў",
        "Không đủ bằng chứng",
        "证据不足",
    ),
    "not_reproducible": (
        "Could not be reproduced",
        "Не удалось воспроизвести",
        "Не ўдалося прайграць",
        "Không tái hiện được",
        "无法复现",
    ),
    "no_grounds_registrar_refused": (
        "Registrar refused: no grounds",
        "Регистратор отказал: нет оснований",
        "Рэгістратар адмовіў: няма падстаў",
        "Nhà đăng ký từ chối: không có căn cứ",
        "注册服务机构拒绝：理由不足",
    ),
    "out_of_scope": ("Out of scope", "Вне области действия", "Па-за сферай дзеяння", "Ngoài phạm vi", "超出范围"),
    "out_of_zone_referred": (
        "Passed on to the responsible registry",
        "Передано ответственной регистратуре",
        "Перададзена адказнай рэгістратуры",
        "Đã chuyển tổ chức quản lý có thẩm quyền",
        "已转交负责的注册管理机构",
    ),
    "duplicate": ("Duplicate", "Повтор", "Паўтор", "Trùng lặp", "重复"),
    "protected_name_refused": (
        "Refused: protected name",
        "Отказано: защищаемое имя",
        "Адмоўлена: абаронена імя",
        "Từ chối: tên được bảo vệ",
        "已拒绝：受保护名称",
    ),
    "false_positive": ("False positive", "Ложное срабатывание", "Памылковае спрацоўванне", "Cảnh báo nhầm", "误报"),
    "withdrawn": ("Withdrawn", "Отозвано", "Адклікана", "Đã rút lại", "已撤回"),
    "info_timeout": (
        "No information came in time",
        "Сведения в срок не поступили",
        "Звесткі ў тэрмін не паступілі",
        "Không nhận được thông tin đúng hạn",
        "未按时收到材料",
    ),
    "restored_after_cure": (
        "Restored after the cause was removed",
        "Восстановлено после устранения причины",
        "Адноўлена пасля ліквідацыі прычыны",
        "Đã khôi phục sau khi khắc phục",
        "整改后已恢复",
    ),
    "restored_on_appeal": (
        "Restored on appeal",
        "Восстановлено по обжалованию",
        "Адноўлена па скарзе",
        "Đã khôi phục theo khiếu nại",
        "申诉后已恢复",
    ),
    "upheld_on_appeal": (
        "Decision upheld on appeal",
        "Решение оставлено в силе",
        "Рашэнне пакінута ў сіле",
        "Giữ nguyên quyết định sau khiếu nại",
        "申诉后维持原决定",
    ),
    "partner_refused": (
        "Refused by the partner",
        "Отказано партнёром",
        "Адмоўлена партнёрам",
        "Đối tác từ chối tiếp nhận",
        "合作方不予受理",
    ),
}

ACTIONS: Final[dict[str, _Texts]] = {
    "none": ("None", "Ничего", "Нічога", "Không", "无"),
    "registrar-notice": (
        "Notice to the registrar",
        "Уведомление регистратору",
        "Апавяшчэнне рэгістратару",
        "Thông báo cho nhà đăng ký",
        "通知注册服务机构",
    ),
    "server-hold": (
        "Hold (serverHold)",
        "Остановка (serverHold)",
        "Спыненне (serverHold)",
        "Tạm giữ (serverHold)",
        "暂停（serverHold）",
    ),
    "delegation-ended": (
        "Delegation terminated",
        "Снято с делегирования",
        "Дэлегаванне спынена",
        "Đã tạm ngừng",
        "已暂停解析",
    ),
    "delegation-restored": (
        "Delegation restored",
        "Делегирование восстановлено",
        "Дэлегаванне адноўлена",
        "Đã khôi phục hoạt động tên miền",
        "已恢复解析",
    ),
    "sinkhole": (
        "Redirected to a sinkhole",
        "Перенаправлено на sinkhole",
        "Перанакіравана на sinkhole",
        "Đã chuyển hướng về sinkhole",
        "已重定向至 sinkhole",
    ),
    "cleaned": ("Cleaned", "Очищено", "Ачышчана", "Đã làm sạch", "已清理"),
}

DISPOSITIONS: Final[dict[str, _Texts]] = {
    "malicious": (
        "Registered with ill intent",
        "Зарегистрирован злонамеренно",
        "Зарэгістраваны са злым намерам",
        "Đăng ký với mục đích xấu",
        "恶意注册",
    ),
    "compromised": ("Hacked website", "Взломанный сайт", "Узламаны сайт", "Trang web bị xâm nhập", "被入侵的网站"),
    "undetermined": ("Not determined", "Не определено", "Не вызначана", "Chưa xác định", "未确定"),
}


def say(code: str, table: dict[str, _Texts], language: Language) -> str:
    """Say a code in a language; `partner_refused:<reason>` keeps its reason."""
    head, colon, reason = code.partition(":")
    found = table.get(head)
    return (head if found is None else found[LANGUAGES.index(language)]) + (f": {reason}" if colon else "")
