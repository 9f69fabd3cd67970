"""The texts of letters to people without an account, in five languages; `comity.wire.letters` fills and writes them.

A letter is a subject and a text with places in braces.  Terms are those of the programme's glossary.
"""

from typing import Final

from comity.wire.decision_texts import Language

_Letters = dict[Language, tuple[str, str]]

LETTERS: Final[dict[str, _Letters]] = {
    "confirm-filing": {
        "en": (
            "Confirm your report",
            (
                "Somebody reported {name} at {registry} and gave this address.\n\n"
                "If it was you, open this page and confirm. Nothing is taken in before:\n{link}\n\n"
                "The page is open for {hours} hours. If it was not you, do nothing: the report is then thrown away."
            ),
        ),
        "ru": (
            "Подтвердите обращение",
            (
                "Кто-то подал в {registry} обращение о {name} и указал этот адрес.\n\n"
                "Если это были вы, откройте страницу и подтвердите. До этого обращение не принято:\n{link}\n\n"
                "Страница открыта {hours} ч. Если это были не вы, ничего не делайте: обращение будет удалено."
            ),
        ),
        "be": (
            "Пацвердзіце зварот",
            (
                "Нехта падаў у {registry} зварот пра {name} і пазначыў гэты адрас.\n\n"
                "Калі гэта былі вы, адкрыйце старонку і пацвердзіце. Да гэтага зварот не прыняты:\n{link}\n\n"
                "Старонка адкрыта {hours} гадз. Калі гэта былі не вы, нічога не рабіце: зварот будзе выдалены."
            ),
        ),
        "vi": (
            "Xác nhận báo cáo của bạn",
            (
                "Có người đã báo cáo {name} tại {registry} và ghi địa chỉ thư này.\n\n"
                "Nếu đó là bạn, hãy mở trang sau và xác nhận. "
                "Trước khi xác nhận, báo cáo chưa được tiếp nhận:\n{link}\n\n"
                "Trang có hiệu lực trong {hours} giờ. Nếu không phải bạn, xin bỏ qua: báo cáo sẽ bị xóa."
            ),
        ),
        "zh-hans": (
            "请确认您的举报",
            (
                "有人向 {registry} 举报了 {name}，并填写了本邮箱地址。\n\n"
                "如果是您本人，请打开以下页面确认。确认之前，举报不会被受理：\n{link}\n\n"
                "该页面在 {hours} 小时内有效。如果不是您本人，请不要操作：该举报将被删除。"
            ),
        ),
    },
    "filed": {
        "en": (
            "Your report was received: {reference}",
            (
                "Your report about {name} was received. Its reference is {reference}.\n\n"
                "This page shows what becomes of it, and lets you add to it or withdraw it:\n{link}\n\n"
                "Whoever knows the address of the page can read it; keep it to yourself. "
                "You will hear the outcome once."
            ),
        ),
        "ru": (
            "Обращение получено: {reference}",
            (
                "Ваше обращение о {name} получено. Его номер: {reference}.\n\n"
                "На этой странице видно, что с ним происходит; там же можно дополнить или отозвать его:\n{link}\n\n"
                "Страницу может прочитать любой, кто знает её адрес: не передавайте его. О результате сообщим один раз."
            ),
        ),
        "be": (
            "Зварот атрыманы: {reference}",
            (
                "Ваш зварот пра {name} атрыманы. Яго нумар: {reference}.\n\n"
                "На гэтай старонцы відаць, што з ім адбываецца; там жа можна дапоўніць або адклікаць яго:\n{link}\n\n"
                "Старонку можа прачытаць кожны, хто ведае яе адрас: не перадавайце яго. Пра вынік паведамім адзін раз."
            ),
        ),
        "vi": (
            "Đã tiếp nhận báo cáo: {reference}",
            (
                "Báo cáo của bạn về {name} đã được tiếp nhận. Mã số: {reference}.\n\n"
                "Trang sau cho biết báo cáo được xử lý ra sao; tại đó bạn có thể bổ sung hoặc rút báo cáo:\n{link}\n\n"
                "Ai biết địa chỉ trang đều đọc được; xin giữ kín. Chúng tôi sẽ báo kết quả một lần."
            ),
        ),
        "zh-hans": (
            "举报已收到：{reference}",
            (
                "您关于 {name} 的举报已收到，编号：{reference}。\n\n"
                "在以下页面可以查看处理进展，也可以补充或撤回举报：\n{link}\n\n"
                "知道该页面地址的人都能阅读，请勿转告他人。处置结果将通知您一次。"
            ),
        ),
    },
    "question": {
        "en": (
            "A question about your report: {reference}",
            (
                "The registry asks you something about your report of {name} ({reference}). The question stands on "
                "this page, and you can answer there:\n{link}\n\nWithout an answer within five days the case is closed."
            ),
        ),
        "ru": (
            "Вопрос по обращению {reference}",
            (
                "У регистратуры есть вопрос по вашему обращению о {name} ({reference}). Он стоит на этой странице, там "
                "же можно ответить:\n{link}\n\nЕсли за пять дней ответа не будет, дело закроют."
            ),
        ),
        "be": (
            "Пытанне па звароце {reference}",
            (
                "У рэгістратуры ёсць пытанне па вашым звароце пра {name} ({reference}). Яно стаіць на гэтай старонцы, "
                "там жа можна адказаць:\n{link}\n\nКалі за пяць дзён адказу не будзе, справу закрыюць."
            ),
        ),
        "vi": (
            "Câu hỏi về báo cáo {reference}",
            (
                "Tổ chức quản lý tên miền có câu hỏi về báo cáo của bạn về {name} ({reference}). Câu hỏi ở trang sau, "
                "bạn có thể trả lời tại đó:\n{link}\n\nNếu không có câu trả lời trong năm ngày, vụ việc sẽ được đóng."
            ),
        ),
        "zh-hans": (
            "关于举报 {reference} 的问题",
            (
                "注册管理机构就您关于 {name}（{reference}）的举报有问题要问。问题见以下页面，可在该页答复：\n"
                "{link}\n\n五日内未答复的，案件将结案。"
            ),
        ),
    },
    "outcome": {
        "en": (
            "What became of your report: {reference}",
            ("Your report about {name} ({reference}) is closed.\n\n{outcome}\n\nThe whole story:\n{link}"),
        ),
        "ru": (
            "Результат по обращению {reference}",
            ("Дело по вашему обращению о {name} ({reference}) закрыто.\n\n{outcome}\n\nПодробности:\n{link}"),
        ),
        "be": (
            "Вынік па звароце {reference}",
            ("Справа па вашым звароце пра {name} ({reference}) закрыта.\n\n{outcome}\n\nПадрабязнасці:\n{link}"),
        ),
        "vi": (
            "Kết quả xử lý báo cáo {reference}",
            ("Vụ việc theo báo cáo của bạn về {name} ({reference}) đã đóng.\n\n{outcome}\n\nChi tiết:\n{link}"),
        ),
        "zh-hans": (
            "举报 {reference} 的处置结果",
            "您关于 {name}（{reference}）的举报已结案。\n\n{outcome}\n\n详情：\n{link}",
        ),
    },
    "asked": {
        "en": (
            "Your answer is asked: {name}, case {reference}",
            (
                "{registry} asks for your answer about {name} (case {reference}).\n\n"
                "The page shows what is claimed and what is asked. It needs no account. "
                "You can say what was done, contest, "
                "attach evidence, or appeal:\n{link}\n\n"
                "The address is for you alone and for this case alone. It is open until {until} UTC."
            ),
        ),
        "ru": (
            "Просим ответить: {name}, дело {reference}",
            (
                "{registry} просит вашего ответа о {name} (дело {reference}).\n\n"
                "На странице видно, что утверждается и что от вас требуется. "
                "Учётная запись не нужна. Можно сообщить, что "
                "сделано, возразить, приложить подтверждающие материалы или обжаловать:\n{link}\n\n"
                "Этот адрес только для вас и только для этого дела. Он действует до {until} UTC."
            ),
        ),
        "be": (
            "Просім адказаць: {name}, справа {reference}",
            (
                "{registry} просіць вашага адказу пра {name} (справа {reference}).\n\n"
                "На старонцы відаць, што сцвярджаецца і што ад вас патрабуецца. "
                "Уліковы запіс не патрэбны. Можна паведаміць, "
                "што зроблена, запярэчыць, далучыць пацвярджальныя матэрыялы або абскардзіць:\n{link}\n\n"
                "Гэты адрас толькі для вас і толькі для гэтай справы. Ён дзейнічае да {until} UTC."
            ),
        ),
        "vi": (
            "Đề nghị trả lời: {name}, vụ việc {reference}",
            (
                "{registry} đề nghị bạn trả lời về {name} (vụ việc {reference}).\n\n"
                "Trang sau nêu nội dung báo cáo và yêu cầu đối với bạn; không cần tài khoản. "
                "Bạn có thể cho biết đã làm gì, "
                "phản đối, gửi kèm bằng chứng hoặc khiếu nại:\n{link}\n\n"
                "Địa chỉ này chỉ dành cho bạn và cho vụ việc này, có hiệu lực đến {until} UTC."
            ),
        ),
        "zh-hans": (
            "请您答复：{name}，案件 {reference}",
            (
                "{registry} 请您就 {name}（案件 {reference}）作出答复。\n\n"
                "页面列出举报内容和对您的要求，无需账号。"
                "您可以说明已采取的措施、提出异议、附上证据或提出申诉：\n{link}\n\n"
                "该地址仅供您本人用于本案，有效期至 {until} UTC。"
            ),
        ),
    },
    "appeal-filed": {
        "en": (
            "Your appeal was received: {name}, case {reference}",
            (
                "Your appeal about {name} (case {reference}) was received by {registry}.\n\n"
                "Somebody decides it who has not worked on the case. You will be told the decision and its reasons."
            ),
        ),
        "ru": (
            "Жалоба получена: {name}, дело {reference}",
            (
                "{registry}: ваша жалоба о {name} (дело {reference}) получена.\n\n"
                "Её рассмотрит сотрудник, который не занимался этим делом. Вам сообщат решение и его причины."
            ),
        ),
        "be": (
            "Скарга атрымана: {name}, справа {reference}",
            (
                "{registry}: ваша скарга пра {name} (справа {reference}) атрымана.\n\n"
                "Яе разгледзіць супрацоўнік, які не займаўся гэтай справай. Вам паведамяць рашэнне і яго прычыны."
            ),
        ),
        "vi": (
            "Đã nhận khiếu nại: {name}, vụ việc {reference}",
            (
                "{registry} đã nhận khiếu nại của bạn về {name} (vụ việc {reference}).\n\n"
                "Người quyết định là người chưa từng xử lý vụ việc này. Bạn sẽ được thông báo quyết định và lý do."
            ),
        ),
        "zh-hans": (
            "申诉已收到：{name}，案件 {reference}",
            (
                "{registry} 已收到您就 {name}（案件 {reference}）提出的申诉。\n\n"
                "申诉由未参与本案的人员裁定。裁定及理由将通知您。"
            ),
        ),
    },
    "appeal-granted": {
        "en": (
            "Your appeal was granted: {name}",
            (
                "Your appeal about {name} (case {reference}) was granted. What was "
                "done to the name is being undone.\n\nReasons:\n{reasons}"
            ),
        ),
        "ru": (
            "Жалоба удовлетворена: {name}",
            (
                "Ваша жалоба о {name} (дело {reference}) удовлетворена. Принятые к "
                "домену меры отменяются.\n\nПричины:\n{reasons}"
            ),
        ),
        "be": (
            "Скарга задаволена: {name}",
            (
                "Ваша скарга пра {name} (справа {reference}) задаволена. Прынятыя да "
                "дамена меры адмяняюцца.\n\nПрычыны:\n{reasons}"
            ),
        ),
        "vi": (
            "Khiếu nại được chấp nhận: {name}",
            (
                "Khiếu nại của bạn về {name} (vụ việc {reference}) được chấp nhận. "
                "Các biện pháp đã áp dụng với tên miền đang được hủy bỏ.\n\nLý do:\n{reasons}"
            ),
        ),
        "zh-hans": (
            "申诉成立：{name}",
            "您就 {name}（案件 {reference}）提出的申诉成立，对该域名采取的措施正在撤销。\n\n理由：\n{reasons}",
        ),
    },
    "appeal-upheld": {
        "en": (
            "Your appeal was decided: {name}",
            ("The decision about {name} (case {reference}) stands.\n\nReasons:\n{reasons}"),
        ),
        "ru": (
            "Решение по жалобе: {name}",
            ("Решение о {name} (дело {reference}) оставлено в силе.\n\nПричины:\n{reasons}"),
        ),
        "be": (
            "Рашэнне па скарзе: {name}",
            ("Рашэнне пра {name} (справа {reference}) пакінута ў сіле.\n\nПрычыны:\n{reasons}"),
        ),
        "vi": (
            "Kết quả khiếu nại: {name}",
            ("Quyết định về {name} (vụ việc {reference}) được giữ nguyên.\n\nLý do:\n{reasons}"),
        ),
        "zh-hans": ("申诉裁定：{name}", "关于 {name}（案件 {reference}）的决定维持不变。\n\n理由：\n{reasons}"),
    },
    "appeal-interim": {
        "en": (
            "Restored until your appeal is decided: {name}",
            ("{name} (case {reference}) is restored until your appeal is decided.\n\nReasons:\n{reasons}"),
        ),
        "ru": (
            "Восстановлено до решения по жалобе: {name}",
            ("{name} (дело {reference}) восстанавливается до решения по вашей жалобе.\n\nПричины:\n{reasons}"),
        ),
        "be": (
            "Адноўлена да рашэння па скарзе: {name}",
            ("{name} (справа {reference}) аднаўляецца да рашэння па вашай скарзе.\n\nПрычыны:\n{reasons}"),
        ),
        "vi": (
            "Khôi phục trong khi chờ giải quyết khiếu nại: {name}",
            (
                "{name} (vụ việc {reference}) được khôi phục cho "
                "đến khi có quyết định về khiếu nại của bạn.\n\nLý do:\n{reasons}"
            ),
        ),
        "zh-hans": (
            "申诉裁定前先行恢复：{name}",
            "在您的申诉裁定之前，{name}（案件 {reference}）先行恢复。\n\n理由：\n{reasons}",
        ),
    },
}
