"""What a checked evidence package says to a person, in five languages: the sentences of `wire.evidence_account`.

Braces are filled in by their number.  Pure data and one look-up; names of parties, ledgers and keys are never
translated, so that two readers of two languages speak of the same thing.
"""

from typing import Final

from comity.wire.decision_texts import LANGUAGES, Language

_Texts = tuple[str, str, str, str, str]

WORDS: Final[dict[str, _Texts]] = {
    "good": (
        "This evidence package is in order: every hash, signature and proof in it is good.",
        "Пакет подтверждающих материалов в порядке: все хеши, подписи и доказательства верны.",
        "Пакет пацвярджальных матэрыялаў у парадку: усе хэшы, подпісы і доказы правільныя.",
        "Gói bằng chứng hợp lệ: mọi giá trị băm, chữ ký và chứng minh đều đúng.",
        "本证据包完好：其中所有哈希值、签名和证明均正确。",
    ),
    "bad": (
        "This evidence package is NOT in order. Faults: {0}",
        "Пакет подтверждающих материалов НЕ в порядке. Нарушений: {0}",
        "Пакет пацвярджальных матэрыялаў НЕ ў парадку. Парушэнняў: {0}",
        "Gói bằng chứng KHÔNG hợp lệ. Số lỗi: {0}",
        "本证据包存在问题。问题数：{0}",
    ),
    "case": (
        "Case {0}: {1}, {2}",
        "Дело {0}: {1}, {2}",
        "Справа {0}: {1}, {2}",
        "Vụ việc {0}: {1}, {2}",
        "案件 {0}：{1}，{2}",
    ),
    "made": (
        "Put together by {0} on {1}; signed with its key {2}",
        "Составил {0}, {1}; подписано его ключом {2}",
        "Склаў {0}, {1}; падпісана яго ключом {2}",
        "Do {0} lập ngày {1}; ký bằng khóa {2}",
        "由 {0} 于 {1} 制作；以其密钥 {2} 签名",
    ),
    "believed": (
        "Whose keys were believed, and why",
        "Чьим ключам поверено и почему",
        "Чыім ключам паверана і чаму",
        "Khóa nào được tin cậy và vì sao",
        "采信哪些密钥及其理由",
    ),
    "memorandum": (
        "Memorandum {0}, version {1}: {2}",
        "Меморандум {0}, версия {1}: {2}",
        "Мемарандум {0}, версія {1}: {2}",
        "Biên bản ghi nhớ {0}, phiên bản {1}: {2}",
        "备忘录 {0}，第 {1} 版：{2}",
    ),
    "signed": (
        "signed by {0} with key {1} on {2}",
        "подписал {0} ключом {1}, {2}",
        "падпісаў {0} ключом {1}, {2}",
        "{0} ký bằng khóa {1} ngày {2}",
        "{0} 于 {2} 以密钥 {1} 签名",
    ),
    "why-pinned": (
        "believed: its digest is the one you gave",
        "поверено: хеш совпадает с указанным вами",
        "паверана: хэш супадае з указаным вамі",
        "được tin cậy: giá trị băm trùng với giá trị bạn đưa ra",
        "采信：摘要与您提供的一致",
    ),
    "why-named-by-pinned": (
        "believed: a memorandum whose digest you gave names it as the version it replaces",
        "поверено: меморандум с указанным вами хешем называет его заменяемой версией",
        "паверана: мемарандум з указаным вамі хэшам называе яго версіяй, якую ён замяняе",
        "được tin cậy: biên bản có giá trị băm bạn đưa ra nêu đây là phiên bản mà nó thay thế",
        "采信：您提供摘要的备忘录指明它为被替代版本",
    ),
    "why-signed-by-all": (
        (
            "believed because all its parties signed it. This program cannot know whether the text is genuine: "
            "compare its digest with the one you know, or give it with --memorandum"
        ),
        (
            "поверено, так как подписали все стороны. Подлинность текста программа знать не может: сравните хеш с "
            "известным вам или укажите его в --memorandum"
        ),
        (
            "паверана, бо падпісалі ўсе бакі. Сапраўднасць тэксту праграма ведаць не можа: параўнайце хэш з вядомым "
            "вам або ўкажыце яго ў --memorandum"
        ),
        (
            "được tin cậy vì mọi bên đã ký. Chương trình không thể biết văn bản có xác thực không: hãy so giá trị băm "
            "với giá trị bạn biết hoặc nêu nó bằng --memorandum"
        ),
        "采信：各方均已签署。本程序无法判断文本真伪：请将摘要与您所知的摘要核对，或用 --memorandum 指定",
    ),
    "not-believed": (
        "not believed: its digest is not one that you gave",
        "не поверено: хеш не из указанных вами",
        "не паверана: хэш не з указаных вамі",
        "không được tin cậy: giá trị băm không nằm trong số bạn đưa ra",
        "未采信：其摘要不在您提供的摘要之中",
    ),
    "said": (
        "Who said what, and when",
        "Кто, что и когда сообщил",
        "Хто, што і калі паведаміў",
        "Ai đã nói gì, khi nào",
        "何方于何时作何陈述",
    ),
    "proven": (
        "proven: entry {0} of {1}; {2} confirmed with its key {3} at {4} at the latest that it holds it",
        "доказано: запись {0} журнала {1}; {2} ключом {3} не позднее {4} подтвердил, что хранит её",
        "даказана: запіс {0} журнала {1}; {2} ключом {3} не пазней за {4} пацвердзіў, што захоўвае яго",
        "đã chứng minh: mục {0} của sổ {1}; {2} dùng khóa {3} xác nhận đang lưu mục này, chậm nhất lúc {4}",
        "已证明：账本 {1} 第 {0} 条；{2} 最迟于 {4} 以密钥 {3} 确认持有该条",
    ),
    "unproven": (
        "NOT proven: entry {0} of {1}; see the faults",
        "НЕ доказано: запись {0} журнала {1}; см. нарушения",
        "НЕ даказана: запіс {0} журнала {1}; гл. парушэнні",
        "CHƯA được chứng minh: mục {0} của sổ {1}; xem các lỗi",
        "未获证明：账本 {1} 第 {0} 条；见所列问题",
    ),
    "report": (
        "{0} reported to {1}: {2}, {3}",
        "{0} сообщил для {1}: {2}, {3}",
        "{0} паведаміў для {1}: {2}, {3}",
        "{0} báo cáo cho {1}: {2}, {3}",
        "{0} 向 {1} 举报：{2}，{3}",
    ),
    "early-warning": (
        "{0} gave an early warning to {1}: {2}, {3}",
        "{0} направил раннее предупреждение для {1}: {2}, {3}",
        "{0} накіраваў ранняе папярэджанне для {1}: {2}, {3}",
        "{0} gửi cảnh báo sớm cho {1}: {2}, {3}",
        "{0} 向 {1} 发出预警：{2}，{3}",
    ),
    "correction": (
        "{0} corrected for {1} what it had reported; now: {2}, {3}",
        "{0} исправил для {1} своё сообщение; теперь: {2}, {3}",
        "{0} выправіў для {1} сваё паведамленне; цяпер: {2}, {3}",
        "{0} đính chính với {1} báo cáo đã gửi; nay là: {2}, {3}",
        "{0} 向 {1} 更正其举报；现为：{2}，{3}",
    ),
    "marking": (
        "{0} told {1} that its report is {2} now",
        "{0} сообщил для {1}: метка его сообщения теперь {2}",
        "{0} паведаміў для {1}: метка яго паведамлення цяпер {2}",
        "{0} báo cho {1}: nhãn của báo cáo nay là {2}",
        "{0} 告知 {1}：其举报的标记现为 {2}",
    ),
    "erasure": (
        "{0} asked {1} to erase entry {2} of this ledger: {3}",
        "{0} попросил {1} стереть запись {2} этого журнала: {3}",
        "{0} папрасіў {1} сцерці запіс {2} гэтага журнала: {3}",
        "{0} yêu cầu {1} xóa mục {2} của sổ này: {3}",
        "{0} 请 {1} 删除本账本第 {2} 条：{3}",
    ),
    "erasure-answer": (
        "{0} answered {1} about erasing entry {2} of {3}: {4}",
        "{0} ответил для {1} о стирании записи {2} журнала {3}: {4}",
        "{0} адказаў для {1} пра сціранне запісу {2} журнала {3}: {4}",
        "{0} trả lời {1} về việc xóa mục {2} của sổ {3}: {4}",
        "{0} 就删除账本 {3} 第 {2} 条答复 {1}：{4}",
    ),
    "accepted": (
        "{0} told {1}: receipt is confirmed, the case is looked at",
        "{0} сообщил для {1}: получение подтверждено, дело рассматривается",
        "{0} паведаміў для {1}: атрыманне пацверджана, справа разглядаецца",
        "{0} báo cho {1}: đã xác nhận tiếp nhận, vụ việc đang được xem xét",
        "{0} 告知 {1}：已确认收到，案件处理中",
    ),
    "asked": (
        "{0} asked {1}",
        "{0} запросил сведения у {1}",
        "{0} запытаў звесткі ў {1}",
        "{0} hỏi {1}",
        "{0} 向 {1} 询问",
    ),
    "info": ("{0} answered {1}", "{0} ответил для {1}", "{0} адказаў для {1}", "{0} trả lời {1}", "{0} 答复 {1}"),
    "outcome": (
        "{0} told {1} the outcome: {2}",
        "{0} сообщил для {1} результат: {2}",
        "{0} паведаміў для {1} вынік: {2}",
        "{0} báo cho {1} kết quả xử lý: {2}",
        "{0} 告知 {1} 处置结果：{2}",
    ),
    "refused": (
        "{0} did not take the report of {1}: {2}",
        "{0} не принял сообщение от {1}: {2}",
        "{0} не прыняў паведамленне ад {1}: {2}",
        "{0} không tiếp nhận báo cáo của {1}: {2}",
        "{0} 未受理 {1} 的举报：{2}",
    ),
    "withdrawn": (
        "{0} withdrew what it had reported to {1}",
        "{0} отозвал своё сообщение для {1}",
        "{0} адклікаў сваё паведамленне для {1}",
        "{0} rút lại báo cáo đã gửi cho {1}",
        "{0} 撤回了向 {1} 的举报",
    ),
    "retracted": (
        "{0} took back the outcome it had told {1}",
        "{0} отозвал сообщённый {1} результат",
        "{0} адклікаў паведамлены {1} вынік",
        "{0} rút lại kết quả xử lý đã báo cho {1}",
        "{0} 撤回了告知 {1} 的处置结果",
    ),
    "other-event": (
        "{0} told {1} something that this program does not know: {2}",
        "{0} сообщил для {1} то, чего программа не знает: {2}",
        "{0} паведаміў для {1} тое, чаго праграма не ведае: {2}",
        "{0} báo cho {1} điều mà chương trình này không biết: {2}",
        "{0} 告知 {1} 的内容本程序无法识别：{2}",
    ),
    "erased": (
        "{0} told {1} something that was erased later; its SHA-256 is {2}",
        "{0} сообщил для {1} то, что позднее стёрто; SHA-256: {2}",
        "{0} паведаміў для {1} тое, што пазней сцёрта; SHA-256: {2}",
        "{0} báo cho {1} nội dung sau đó đã bị xóa; SHA-256: {2}",
        "{0} 告知 {1} 的内容后来已被删除；SHA-256：{2}",
    ),
    "unreadable": (
        "{0} sent {1} an entry of kind {2} that this program cannot read ({3})",
        "{0} передал для {1} запись вида {2}, которую программа не может прочитать ({3})",
        "{0} перадаў для {1} запіс віду {2}, які праграма не можа прачытаць ({3})",
        "{0} gửi cho {1} mục loại {2} mà chương trình này không đọc được ({3})",
        "{0} 发给 {1} 的 {2} 类条目本程序无法读取（{3}）",
    ),
    "clause": (
        "under {0} of memorandum version {1}",
        "основание: {0} меморандума, версия {1}",
        "падстава: {0} мемарандума, версія {1}",
        "căn cứ: {0} của biên bản ghi nhớ, phiên bản {1}",
        "依据备忘录第 {1} 版{0}",
    ),
    "clause-elsewhere": (
        "under {0} of a memorandum that is not enclosed: {1}",
        "основание: {0} меморандума, которого нет в пакете: {1}",
        "падстава: {0} мемарандума, якога няма ў пакеце: {1}",
        "căn cứ: {0} của biên bản ghi nhớ không có trong gói: {1}",
        "依据未附备忘录的{0}：{1}",
    ),
    "action": ("action: {0}", "мера: {0}", "мера: {0}", "biện pháp: {0}", "措施：{0}"),
    "disposition": ("judged as: {0}", "оценка: {0}", "ацэнка: {0}", "đánh giá: {0}", "判定：{0}"),
    "outcome-word": ("outcome: {0}", "результат: {0}", "вынік: {0}", "kết quả xử lý: {0}", "处置结果：{0}"),
    "words": ("in its words: “{0}”", "его словами: «{0}»", "яго словамі: «{0}»", "nguyên văn: “{0}”", "原文：“{0}”"),
    "attachment": (
        "names a file by hash: {0}, SHA-256 {1}",
        "называет файл по хешу: {0}, SHA-256 {1}",
        "называе файл паводле хэша: {0}, SHA-256 {1}",
        "nêu một tệp theo giá trị băm: {0}, SHA-256 {1}",
        "以哈希值指明文件：{0}，SHA-256 {1}",
    ),
    "attachment-given": (
        "you hold this file: {0}",
        "этот файл у вас есть: {0}",
        "гэты файл у вас ёсць: {0}",
        "bạn có tệp này: {0}",
        "您持有该文件：{0}",
    ),
    "waiting": (
        "Not yet receipted, and not claimed: entry {0} ({1}) of {2}",
        "Ещё без квитанции и не утверждается: запись {0} ({1}) журнала {2}",
        "Яшчэ без квітанцыі і не сцвярджаецца: запіс {0} ({1}) журнала {2}",
        "Chưa có biên nhận, không được khẳng định: mục {0} ({1}) của sổ {2}",
        "尚无回执，不作主张：账本 {2} 第 {0} 条（{1}）",
    ),
    "scope": (
        "The package proves what stands in it. That nothing else was said is the statement of {0} alone.",
        "Пакет доказывает то, что в нём содержится. Что больше ничего не сообщалось, утверждает только {0}.",
        "Пакет даказвае тое, што ў ім ёсць. Што больш нічога не паведамлялася, сцвярджае толькі {0}.",
        "Gói chứng minh những gì có trong đó. Việc không còn nội dung nào khác chỉ do {0} tuyên bố.",
        "证据包只证明其所载内容。“再无其他陈述”仅为 {0} 单方声明。",
    ),
}


def word(code: str, language: Language, *said: object) -> str:
    """A sentence of the account, filled in."""
    return WORDS[code][LANGUAGES.index(language)].format(*said)
