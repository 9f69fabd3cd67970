"""What is answered to a mail that reported abuse: that it was taken, waits for a person, or is nobody's matter here."""

from typing import Final

from comity.core.harmless import defang, show_unseen
from comity.wire.decision_texts import Language
from comity.wire.letters import Written, letter_language

_Texts = dict[Language, tuple[str, str]]

# kind: language -> subject and text; places: reference, names, registry, reason
ANSWERS: Final[dict[str, _Texts]] = {
    "taken": {
        "en": (
            "Your report was received: {reference}",
            ("Your mail to {registry} was received as a report about {names}. Its reference is {reference}.\n\n"
            "Answer this letter to add to it. You will hear the outcome once."),
        ),
        "ru": (
            "Обращение получено: {reference}",
            ("Ваше письмо в {registry} принято как обращение о {names}. Его номер: {reference}.\n\n"
            "Чтобы дополнить его, ответьте на это письмо. О результате сообщим один раз."),
        ),
        "be": (
            "Зварот атрыманы: {reference}",
            ("Ваш ліст у {registry} прыняты як зварот пра {names}. Яго нумар: {reference}.\n\n"
            "Каб дапоўніць яго, адкажыце на гэты ліст. Пра вынік паведамім адзін раз."),
        ),
        "vi": (
            "Đã nhận báo cáo của bạn: {reference}",
            ("Thư của bạn gửi {registry} đã được tiếp nhận là báo cáo về {names}. Số tham chiếu: {reference}.\n\n"
            "Hãy trả lời thư này để bổ sung. Bạn sẽ được báo kết quả một lần."),
        ),
        "zh-hans": (
            "已收到您的举报：{reference}",
            ("您发给 {registry} 的邮件已作为对 {names} 的举报受理。编号：{reference}。\n\n"
            "如需补充，请回复本邮件。处理结果将通知您一次。"),
        ),
    },
    "taken-unproven": {
        "en": (
            "Your report was received: {reference}",
            ("Your mail to {registry} was received as a report about {names}. Its reference is {reference}.\n\n"
            "Answer this letter to add to it and to hear the outcome: the answer shows that the address is yours."),
        ),
        "ru": (
            "Обращение получено: {reference}",
            ("Ваше письмо в {registry} принято как обращение о {names}. Его номер: {reference}.\n\n"
            "Чтобы дополнить его и узнать результат, ответьте на это письмо: так мы узнаем, что адрес ваш."),
        ),
        "be": (
            "Зварот атрыманы: {reference}",
            ("Ваш ліст у {registry} прыняты як зварот пра {names}. Яго нумар: {reference}.\n\n"
            "Каб дапоўніць яго і даведацца пра вынік, адкажыце на гэты ліст: так мы даведаемся, што адрас ваш."),
        ),
        "vi": (
            "Đã nhận báo cáo của bạn: {reference}",
            ("Thư của bạn gửi {registry} đã được tiếp nhận là báo cáo về {names}. Số tham chiếu: {reference}.\n\n"
            "Hãy trả lời thư này để bổ sung và được báo kết quả: nhờ đó chúng tôi biết địa chỉ là của bạn."),
        ),
        "zh-hans": (
            "已收到您的举报：{reference}",
            ("您发给 {registry} 的邮件已作为对 {names} 的举报受理。编号：{reference}。\n\n"
            "如需补充或获知处理结果，请回复本邮件：由此可确认该地址属于您。"),
        ),
    },
    "held": {
        "en": (
            "Your mail was received: {reference}",
            ("Your mail to {registry} was received under {reference}. A person will read it, because it is not certain "
            "which name it is about.\n\nIt helps to write the reported address alone on a line, "
            "beginning with \"URL:\", and to name the abuse in the subject."),
        ),
        "ru": (
            "Письмо получено: {reference}",
            ("Ваше письмо в {registry} получено под номером {reference}. Его прочтёт человек: "
            "неясно, о каком имени оно.\n\nБыстрее будет, если написать адрес отдельной строкой, начиная с «URL:», "
            "а в теме назвать вид злоупотребления."),
        ),
        "be": (
            "Ліст атрыманы: {reference}",
            ("Ваш ліст у {registry} атрыманы пад нумарам {reference}. Яго прачытае чалавек: няясна, пра якое імя ён."
            "\n\nХутчэй будзе, калі напісаць адрас асобным радком, пачынаючы з «URL:», "
            "а ў тэме назваць від злоўжывання."),
        ),
        "vi": (
            "Đã nhận thư của bạn: {reference}",
            ("Thư của bạn gửi {registry} đã được nhận với số {reference}. Sẽ có người đọc thư, "
            "vì chưa chắc thư nói về tên nào.\n\nNên ghi địa chỉ bị báo cáo riêng một dòng, bắt đầu bằng \"URL:\", "
            "và nêu loại lạm dụng trong tiêu đề."),
        ),
        "zh-hans": (
            "已收到您的邮件：{reference}",
            ("您发给 {registry} 的邮件已收到，编号 {reference}。因不能确定所指域名，将由工作人员阅读。\n\n"
            "请将被举报的网址单独写成一行，以“URL:”开头，并在主题中写明滥用类型。"),
        ),
    },
    "elsewhere": {
        "en": (
            "Your mail is not a matter of this registry",
            "Your mail to {registry} was read and nothing of it was taken in: {reason}.",
        ),
        "ru": (
            "Ваше письмо не относится к ведению этого реестра",
            "Ваше письмо в {registry} прочитано, обращением оно не стало. Причина (по-английски): {reason}.",
        ),
        "be": (
            "Ваш ліст не датычыць гэтага рэестра",
            "Ваш ліст у {registry} прачытаны, зваротам ён не стаў. Прычына (па-англійску): {reason}.",
        ),
        "vi": (
            "Thư của bạn không thuộc thẩm quyền của cơ quan đăng ký này",
            "Thư của bạn gửi {registry} đã được đọc nhưng không được tiếp nhận. Lý do (tiếng Anh): {reason}.",
        ),
        "zh-hans": (
            "您的邮件不属于本注册管理机构的受理范围",
            "您发给 {registry} 的邮件已阅读，未予受理。原因（英文）：{reason}。",
        ),
    },
}  # fmt: skip
_MOST_NAMES: Final = 5


def write_answer(
    kind: str, language: str, *, registry: str, reference: str = "", names: tuple[str, ...] = (), reason: str = ""
) -> Written:
    """Write an answer; names are made harmless, and what came from outside is one line."""
    subject, text = ANSWERS[kind][letter_language(language)]
    shown = ", ".join(defang(show_unseen(name)) for name in names[:_MOST_NAMES])
    shown += " …" if len(names) > _MOST_NAMES else ""
    places = {
        "registry": registry, "reference": reference, "names": shown, "reason": " ".join(show_unseen(reason).split()),
    }  # fmt: skip
    return Written(" ".join(subject.format_map(places).split()), text.format_map(places) + "\n")


def guess_language(text: str) -> str:
    """The language of a text where its letters tell it; empty where they do not."""
    letters = text[:20_000].lower()
    if any("\u4e00" <= letter <= "\u9fff" for letter in letters):
        return "zh-hans"
    if any(letter in "ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ" for letter in letters):
        return "vi"
    cyrillic = sum(1 for letter in letters if "\u0400" <= letter <= "\u04ff")
    if cyrillic * 4 < sum(map(str.isalpha, letters)) or not cyrillic:
        return "en" if letters.isascii() and any(map(str.isalpha, letters)) else ""
    return "be" if "ў" in letters or ("і" in letters and "и" not in letters) else "ru"
