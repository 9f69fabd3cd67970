"""What notices by mail ask and advise, in five languages: what to do, how to put it right, how to contest.

Pure data.  An ask is a code that an authority profile may name; a cure belongs to a category; the words for kinds of
evidence are those of the list in a notice.
"""

from typing import Final

_Texts = tuple[str, str, str, str, str]

# What is asked of a recipient.  An authority profile chooses among them; without one it is chosen by the assessment.
ASKS: Final[dict[str, _Texts]] = {
    "check-and-end-delegation": (
        (
            "Please check this. If you find the same, end the delegation of the name or put it on clientHold, as "
            "your rules provide, and tell its holder why."
        ),
        (
            "Просим проверить изложенное. Если оно подтвердится, прекратите делегирование имени или установите "
            "clientHold по вашим правилам и сообщите администратору домена причину."
        ),
        (
            "Просім праверыць выкладзенае. Калі яно пацвердзіцца, спыніце дэлегаванне імя або ўсталюйце clientHold "
            "паводле вашых правіл і паведаміце ўладальніку дамена прычыну."
        ),
        (
            "Đề nghị kiểm tra. Nếu đúng như vậy, đề nghị tạm ngừng hoạt động tên miền hoặc đặt clientHold theo quy "
            "định của quý vị và thông báo lý do cho chủ thể."
        ),
        "请予核查。如情况属实，请依贵方规则暂停解析或设置 clientHold，并将原因告知域名持有者。",
    ),
    "tell-holder-first": (
        (
            "This looks like a hacked website. Please tell its holder and its host at once and let them clean it. Do "
            "not end the delegation before the time below has passed: the site and its mail belong to somebody who "
            "did no harm."
        ),
        (
            "Похоже, сайт взломан. Просим сразу сообщить администратору домена и хостинг-провайдеру и дать им его "
            "очистить. Не прекращайте делегирование до указанного ниже срока: сайт и почта принадлежат тому, кто не "
            "сделал ничего дурного."
        ),
        (
            "Падобна, сайт узламаны. Просім адразу паведаміць уладальніку дамена і хостынг-правайдару і даць ім яго "
            "ачысціць. Не спыняйце дэлегаванне да ўказанага ніжэй тэрміну: сайт і пошта належаць таму, хто не зрабіў "
            "нічога дрэннага."
        ),
        (
            "Có vẻ trang web đã bị xâm nhập. Đề nghị báo ngay cho chủ thể và nhà cung cấp dịch vụ lưu trữ để họ làm "
            "sạch. Không tạm ngừng tên miền trước thời hạn dưới đây: trang web và thư thuộc về người không có lỗi."
        ),
        (
            "该网站疑似被入侵。请立即通知域名持有者和托管服务商进行清理。在下述期限之前请勿暂停解析："
            "网站和邮件属于无过错者。"
        ),
    ),
    "check-and-answer": (
        "Please check this and tell us what you found and what you have done.",
        "Просим проверить изложенное и сообщить, что вы установили и что сделали.",
        "Просім праверыць выкладзенае і паведаміць, што вы ўстанавілі і што зрабілі.",
        "Đề nghị kiểm tra và cho biết kết quả cùng biện pháp đã thực hiện.",
        "请予核查，并告知核查结果和已采取的措施。",
    ),
    "clean": (
        "Please remove what is described above, close the way by which it came in, and tell us when it is done.",
        "Просим удалить описанное выше, закрыть путь, которым оно попало на сайт, и сообщить об этом.",
        "Просім выдаліць апісанае вышэй, закрыць шлях, якім яно трапіла на сайт, і паведаміць пра гэта.",
        "Đề nghị gỡ bỏ nội dung nêu trên, khắc phục lỗ hổng đã bị lợi dụng và thông báo khi hoàn tất.",
        "请清除上述内容，封堵入侵途径，并在完成后告知我们。",
    ),
}

CURES: Final[dict[str, _Texts]] = {
    "phishing": (
        (
            "Take the page down with all its files, change every password of the site and its server, and update its "
            "software."
        ),
        "Удалите страницу со всеми файлами, смените все пароли сайта и сервера и обновите программы.",
        "Выдаліце старонку з усімі файламі, змяніце ўсе паролі сайта і сервера і абнавіце праграмы.",
        "Gỡ trang cùng mọi tệp liên quan, đổi tất cả mật khẩu của trang web và máy chủ, cập nhật phần mềm.",
        "删除该页面及其全部文件，更换网站和服务器的所有密码，并更新软件。",
    ),
    "malware": (
        (
            "Remove the file and what put it there, look for further ones, change passwords, and update the site's "
            "software."
        ),
        "Удалите файл и то, что его поместило, поищите другие, смените пароли и обновите программы сайта.",
        "Выдаліце файл і тое, што яго змясціла, пашукайце іншыя, змяніце паролі і абнавіце праграмы сайта.",
        "Gỡ tệp và nguồn đã đưa tệp vào, tìm các tệp khác, đổi mật khẩu và cập nhật phần mềm của trang web.",
        "删除该文件及其投放来源，查找其他可疑文件，更换密码并更新网站软件。",
    ),
    "botnet-c2": (
        (
            "Stop the controller, keep its traces for an investigation, and take the machine out of the net until it "
            "is clean."
        ),
        "Остановите контроллер, сохраните следы для расследования и отключите машину от сети, пока она не очищена.",
        "Спыніце кантролер, захавайце сляды для расследавання і адключыце машыну ад сеткі, пакуль яна не ачышчана.",
        "Dừng máy chủ điều khiển, giữ lại dấu vết để điều tra và ngắt máy khỏi mạng cho đến khi làm sạch.",
        "停用控制端，保留痕迹以供调查，清理完成前将主机断网。",
    ),
    "unauthorized-access": (
        "Stop what attacks others, find who uses the machine, and close the access.",
        "Прекратите то, что атакует других, выясните, кто пользуется машиной, и закройте доступ.",
        "Спыніце тое, што атакуе іншых, высветліце, хто карыстаецца машынай, і закрыйце доступ.",
        "Dừng hoạt động tấn công, xác định ai đang sử dụng máy và chặn truy cập.",
        "停止对外攻击，查明主机使用者，并关闭其访问。",
    ),
    "spam-vector": (
        "Stop the sending, find the account or program that sends, and close it.",
        "Остановите рассылку, найдите отправляющую запись или программу и закройте её.",
        "Спыніце рассылку, знайдзіце запіс або праграму, што адпраўляе, і закрыйце.",
        "Dừng việc gửi thư, tìm tài khoản hoặc chương trình gửi và khóa lại.",
        "停止发送，找出发送账号或程序并予以关闭。",
    ),
}

CONTESTS: Final[dict[str, _Texts]] = {
    "notice": (
        (
            "Say so on the answer page, with your reasons. If you disagree with what is decided then, you may appeal "
            "there within 30 days; somebody who has not worked on the case decides."
        ),
        (
            "Сообщите об этом на странице ответа и укажите причины. Если вы не согласны с решением, его можно "
            "обжаловать там же в течение 30 дней; решает тот, кто не занимался этим делом."
        ),
        (
            "Паведаміце пра гэта на старонцы адказу і ўкажыце прычыны. Калі вы не згодныя з рашэннем, яго можна "
            "абскардзіць там жа на працягу 30 дзён; вырашае той, хто не займаўся гэтай справай."
        ),
        (
            "Hãy nêu ý kiến kèm lý do trên trang trả lời. Nếu không đồng ý với quyết định, quý vị có thể khiếu nại "
            "tại đó trong 30 ngày; người chưa tham gia vụ việc sẽ quyết định."
        ),
        "请在答复页面说明理由。如对决定有异议，可在 30 日内在该页面申诉，由未参与本案的人员裁决。",
    ),
    "hold": (
        (
            "You may appeal on the answer page within 30 days. Somebody who has not worked on the case decides "
            "within 10 days."
        ),
        (
            "Решение можно обжаловать на странице ответа в течение 30 дней. Жалобу в течение 10 дней рассмотрит тот, "
            "кто не занимался этим делом."
        ),
        (
            "Рашэнне можна абскардзіць на старонцы адказу на працягу 30 дзён. Скаргу на працягу 10 дзён разгледзіць "
            "той, хто не займаўся гэтай справай."
        ),
        (
            "Quý vị có thể khiếu nại trên trang trả lời trong 30 ngày. Người chưa tham gia vụ việc sẽ quyết định "
            "trong 10 ngày."
        ),
        "您可在 30 日内在答复页面申诉，由未参与本案的人员在 10 日内裁决。",
    ),
}

EVIDENCE_KINDS: Final[dict[str, _Texts]] = {
    "screenshot": ("screenshot", "снимок экрана", "здымак экрана", "ảnh chụp màn hình", "屏幕截图"),
    "message": ("message", "письмо", "ліст", "thư", "邮件"),
    "sandbox-report": ("sandbox report", "отчёт песочницы", "справаздача пясочніцы", "báo cáo sandbox", "沙箱报告"),
    "file-hash": ("file", "файл", "файл", "tệp", "文件"),
    "traffic": ("traffic", "трафик", "трафік", "lưu lượng mạng", "流量"),
    "log-extract": ("log extract", "выписка из журнала", "вынятка з журнала", "trích nhật ký", "日志摘录"),
    "second-source": ("second source", "второй источник", "другая крыніца", "nguồn thứ hai", "第二来源"),
    "live-check": (
        "check of the live page",
        "проверка страницы",
        "праверка старонкі",
        "kiểm tra trực tiếp",
        "现场核查",
    ),
    "note": ("note", "примечание", "заўвага", "ghi chú", "备注"),
}
