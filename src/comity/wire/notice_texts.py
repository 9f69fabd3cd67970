"""The words of notices by mail, in five languages: to a registrar, a host, a registrant, and about a hold.

Pure data.  `{name}` is the defanged name, `{party}` the registry, `{ref}` the case, `{due}` and `{until}` moments in
UTC. Each language is written for itself.  A notice says what was found, what is asked, until when, how to cure, how to
contest; it accuses nobody: a hacked site's people are told that it was hacked.
"""

from typing import Final

_Texts = tuple[str, str, str, str, str]

SUBJECTS: Final[dict[str, _Texts]] = {
    "registrar": (
        "Abuse notice: {name} (case {ref})",
        "Уведомление о злоупотреблении: {name} (дело {ref})",
        "Апавяшчэнне аб злоўжыванні: {name} (справа {ref})",
        "Thông báo về lạm dụng: {name} (vụ việc {ref})",
        "滥用通知：{name}（案件 {ref}）",
    ),
    "host": (
        "Please look at a website that you host: {name} (case {ref})",
        "Просим проверить сайт на вашем хостинге: {name} (дело {ref})",
        "Просім праверыць сайт на вашым хостынгу: {name} (справа {ref})",
        "Đề nghị kiểm tra trang web do quý vị lưu trữ: {name} (vụ việc {ref})",
        "请检查贵方托管的网站：{name}（案件 {ref}）",
    ),
    "registrant": (
        "About your domain {name} (case {ref})",
        "О вашем домене {name} (дело {ref})",
        "Пра ваш дамен {name} (справа {ref})",
        "Về tên miền {name} của quý vị (vụ việc {ref})",
        "关于您的域名 {name}（案件 {ref}）",
    ),
    "hold": (
        "Your domain {name} is on hold (case {ref})",
        "Делегирование вашего домена {name} приостановлено (дело {ref})",
        "Дэлегаванне вашага дамена {name} прыпынена (справа {ref})",
        "Tên miền {name} của quý vị đang bị tạm giữ (vụ việc {ref})",
        "您的域名 {name} 已被暂停（案件 {ref}）",
    ),
    "pass-on": (
        "Please pass this on to the holder of {name} (case {ref})",
        "Просим передать администратору домена {name} (дело {ref})",
        "Просім перадаць уладальніку дамена {name} (справа {ref})",
        "Đề nghị chuyển cho chủ thể tên miền {name} (vụ việc {ref})",
        "请转交域名 {name} 的持有者（案件 {ref}）",
    ),
}

OPENINGS: Final[dict[str, _Texts]] = {
    "registrar": (
        (
            "{party}, the registry, has confirmed that the domain {name}, which is registered through you, is used "
            "as follows."
        ),
        (
            "Регистратура {party} подтвердила, что домен {name}, зарегистрированный через вас, используется "
            "следующим образом."
        ),
        (
            "Рэгістратура {party} пацвердзіла, што дамен {name}, зарэгістраваны праз вас, выкарыстоўваецца наступным "
            "чынам."
        ),
        "Tổ chức quản lý {party} đã xác nhận tên miền {name}, đăng ký qua quý vị, đang bị sử dụng như sau.",
        "注册管理机构 {party} 已核实：经贵方注册的域名 {name} 存在以下使用情况。",
    ),
    "host": (
        (
            "{party}, the registry of the domain, has confirmed that the website under {name}, which you host, is "
            "abused as follows. Its owner may not know of it."
        ),
        (
            "Регистратура {party} подтвердила, что сайт {name} на вашем хостинге используется во вред следующим "
            "образом. Его владелец может об этом не знать."
        ),
        (
            "Рэгістратура {party} пацвердзіла, што сайт {name} на вашым хостынгу выкарыстоўваецца на шкоду наступным "
            "чынам. Яго ўладальнік можа пра гэта не ведаць."
        ),
        (
            "Tổ chức quản lý {party} đã xác nhận trang web tại {name}, do quý vị lưu trữ, đang bị lạm dụng như sau. "
            "Chủ trang web có thể chưa biết."
        ),
        "注册管理机构 {party} 已核实：贵方托管的网站 {name} 正被滥用，情况如下。网站所有者可能并不知情。",
    ),
    "registrant": (
        (
            "{party}, the registry of your domain, has confirmed that {name} is used as follows. If you did not do "
            "this, somebody may have broken into your website."
        ),
        (
            "Регистратура {party} подтвердила, что домен {name} используется следующим образом. Если это делали не "
            "вы, ваш сайт могли взломать."
        ),
        (
            "Рэгістратура {party} пацвердзіла, што дамен {name} выкарыстоўваецца наступным чынам. Калі гэта рабілі "
            "не вы, ваш сайт маглі ўзламаць."
        ),
        (
            "Tổ chức quản lý {party} đã xác nhận tên miền {name} đang bị sử dụng như sau. Nếu không phải do quý vị "
            "thực hiện, trang web có thể đã bị xâm nhập."
        ),
        "注册管理机构 {party} 已核实：域名 {name} 存在以下使用情况。若非您本人所为，您的网站可能已被入侵。",
    ),
    "hold": (
        (
            "{party}, the registry of your domain, has put {name} on hold. While the hold lasts, the website, mail "
            "and everything else under this name cannot be reached. The registration stays yours."
        ),
        (
            "Регистратура {party} приостановила делегирование домена {name}. Пока это так, сайт, почта и всё "
            "остальное под этим именем недоступны. Домен остаётся за вами."
        ),
        (
            "Рэгістратура {party} прыпыніла дэлегаванне дамена {name}. Пакуль гэта так, сайт, пошта і ўсё астатняе "
            "пад гэтым імем недаступныя. Дамен застаецца за вамі."
        ),
        (
            "Tổ chức quản lý {party} đã tạm giữ tên miền {name}. Trong thời gian này, trang web, thư điện tử và mọi "
            "dịch vụ dưới tên miền này không truy cập được. Quý vị vẫn là chủ thể đăng ký."
        ),
        "注册管理机构 {party} 已暂停域名 {name}。暂停期间，该域名下的网站、邮件及其他服务均无法访问。域名仍归您所有。",
    ),
}

HEADINGS: Final[dict[str, _Texts]] = {
    "found": ("What was found", "Что установлено", "Што ўстаноўлена", "Nội dung phát hiện", "核实情况"),
    "addresses": ("Addresses", "Адреса", "Адрасы", "Địa chỉ", "地址"),
    "claim": (
        "What was reported, in the words of the report",
        "Что сообщено, словами обращения",
        "Што паведамлена, словамі звароту",
        "Nội dung báo cáo, nguyên văn",
        "举报内容（原文）",
    ),
    "evidence": ("Evidence", "Подтверждающие материалы", "Пацвярджальныя матэрыялы", "Bằng chứng", "证据"),
    "basis": ("Basis", "Основание", "Падстава", "Căn cứ", "依据"),
    "reason": ("Reason", "Причина", "Прычына", "Lý do", "原因"),
    "asked": ("What we ask", "О чём просим", "Пра што просім", "Đề nghị", "请求事项"),
    "due": ("Until when", "Срок", "Тэрмін", "Thời hạn", "期限"),
    "cure": ("How to put it right", "Как устранить", "Як выправіць", "Cách khắc phục", "如何整改"),
    "contest": ("If this is a mistake", "Если это ошибка", "Калі гэта памылка", "Nếu có nhầm lẫn", "如有误判"),
    "answer": ("Your answer", "Ваш ответ", "Ваш адказ", "Trả lời", "答复"),
}

LINES: Final[dict[str, _Texts]] = {
    "category": ("Category: {}", "Категория: {}", "Катэгорыя: {}", "Loại vi phạm: {}", "类别：{}"),
    "disposition": ("Assessment: {}", "Оценка: {}", "Ацэнка: {}", "Đánh giá: {}", "研判：{}"),
    "observed": ("Observed: {}", "Наблюдалось: {}", "Назіралася: {}", "Thời điểm ghi nhận: {}", "观察时间：{}"),
    "none-told": (
        "The exact address is not known; the whole name is meant.",
        "Точный адрес неизвестен; речь обо всём имени.",
        "Дакладны адрас невядомы; гаворка пра ўсё імя.",
        "Chưa rõ địa chỉ cụ thể; thông báo này nói về toàn bộ tên miền.",
        "具体地址未知；本通知针对整个域名。",
    ),
    "defanged": (
        "Dots are written as [.] and http as hxxp, so that nobody opens these addresses by accident.",
        "Точки записаны как [.], а http как hxxp, чтобы никто не открыл эти адреса случайно.",
        "Кропкі запісаны як [.], а http як hxxp, каб ніхто не адкрыў гэтыя адрасы выпадкова.",
        "Dấu chấm được viết là [.] và http viết là hxxp để không ai vô tình mở các địa chỉ này.",
        "为防止误点，点号写作 [.]，http 写作 hxxp。",
    ),
    "no-evidence": (
        "No files; the registry has looked at the name itself.",
        "Файлов нет; регистратура проверила имя сама.",
        "Файлаў няма; рэгістратура праверыла імя сама.",
        "Không có tệp; tổ chức quản lý đã tự kiểm tra tên miền.",
        "无文件；注册管理机构已自行核查该域名。",
    ),
    "pass-on": (
        (
            "To the registrar: we know no address of the holder of {name}. Please pass this letter on to the holder "
            "today, as it is. The link in it is for the holder and not for you."
        ),
        (
            "Регистратору: адрес администратора домена {name} нам неизвестен. Просим сегодня же передать ему это "
            "письмо без изменений. Ссылка в письме предназначена администратору домена, а не вам."
        ),
        (
            "Рэгістратару: адрас уладальніка дамена {name} нам невядомы. Просім сёння ж перадаць яму гэты ліст без "
            "змен. Спасылка ў лісце прызначана ўладальніку дамена, а не вам."
        ),
        (
            "Gửi nhà đăng ký: chúng tôi không biết địa chỉ của chủ thể tên miền {name}. Đề nghị quý vị chuyển nguyên "
            "văn thư này cho chủ thể ngay trong hôm nay. Liên kết trong thư dành cho chủ thể, không dành cho quý vị."
        ),
        (
            "致注册服务机构：我们没有域名 {name} 持有者的联系地址。请于今日将本邮件原文转交持有者。"
            "邮件中的链接供持有者使用，而非贵方。"
        ),
    ),
    "due": (
        "Please act and answer by {due}.",
        "Просим принять меры и ответить до {due}.",
        "Просім прыняць меры і адказаць да {due}.",
        "Đề nghị xử lý và trả lời trước {due}.",
        "请于 {due} 前处理并答复。",
    ),
    "until": (
        "The hold ends by itself on {until}, unless it is decided anew.",
        "Приостановка закончится сама {until}, если не будет нового решения.",
        "Прыпыненне скончыцца само {until}, калі не будзе новага рашэння.",
        "Việc tạm giữ tự kết thúc vào {until}, trừ khi có quyết định mới.",
        "暂停将于 {until} 自动结束，除非另作决定。",
    ),
    "no-end": (
        "The hold has no set end; it ends when the matter is put right or an appeal is granted.",
        "Срок приостановки не установлен; она закончится, когда причина будет устранена или жалоба удовлетворена.",
        "Тэрмін прыпынення не вызначаны; яно скончыцца, калі прычына будзе ліквідавана або скарга задаволена.",
        "Việc tạm giữ không có thời hạn định trước; sẽ kết thúc khi đã khắc phục hoặc khiếu nại được chấp nhận.",
        "暂停无固定期限；整改完成或申诉成立后即结束。",
    ),
    "answer": (
        "Answer on this page, without an account. The link is for you alone, works once, and ends on {until}:",
        "Ответьте на этой странице, учётная запись не нужна. Ссылка только для вас, действует один раз и до {until}:",
        (
            "Адкажыце на гэтай старонцы, уліковы запіс не патрэбны. Спасылка толькі для вас, дзейнічае адзін раз і "
            "да {until}:"
        ),
        (
            "Trả lời trên trang này, không cần tài khoản. Liên kết chỉ dành cho quý vị, dùng một lần và hết hạn ngày "
            "{until}:"
        ),
        "请在此页面答复，无需账号。链接仅供您使用，一次有效，有效期至 {until}：",
    ),
    "xarf": (
        "The same is attached for machines, as a XARF report (xarf.json).",
        "То же для программ приложено в формате XARF (xarf.json).",
        "Тое ж для праграм дададзена ў фармаце XARF (xarf.json).",
        "Nội dung tương tự dành cho máy được đính kèm theo định dạng XARF (xarf.json).",
        "附件 xarf.json 为同一内容的机读 XARF 报告。",
    ),
    "footer": (
        "This letter was sent by a program of {party}. Marking: {tlp}.",
        "Письмо отправлено программой {party}. Маркировка: {tlp}.",
        "Ліст адпраўлены праграмай {party}. Маркіроўка: {tlp}.",
        "Thư này do chương trình của {party} gửi. Nhãn: {tlp}.",
        "本邮件由 {party} 的程序发送。标记：{tlp}。",
    ),
}

# Reasons of a hold that the program gives by itself; what a person wrote stands as it was written.
REASONS: Final[dict[str, _Texts]] = {
    "act-deadline-passed": (
        "The time to act after the notice has passed.",
        "Срок для принятия мер после уведомления истёк.",
        "Тэрмін для прыняцця мер пасля апавяшчэння скончыўся.",
        "Thời hạn xử lý sau thông báo đã hết.",
        "通知后的处理期限已过。",
    ),
}
