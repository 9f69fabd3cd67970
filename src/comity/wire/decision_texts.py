"""What a decision says to a person, in five languages: verdicts, questions and reasons by their codes.

Terms are those of the programme's glossary.  A code that has no text here is shown as it is; the tests see to it that
there is none.  Pure data and one look-up; TLP labels are never translated.
"""

from typing import Final, Literal

from comity.core.disclosure import Decision, TraceStep
from comity.wire.warning_texts import WARNING_QUESTIONS, WARNING_REASONS

Language = Literal["en", "ru", "be", "vi", "zh-hans"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "ru", "be", "vi", "zh-hans")
_Texts = tuple[str, str, str, str, str]

VERDICTS: Final[dict[str, _Texts]] = {
    "send": ("Sent", "Передаётся", "Перадаецца", "Được gửi", "发送"),
    "send-redacted": (
        "Sent without some data",
        "Передаётся с изъятиями",
        "Перадаецца з выключэннямі",
        "Được gửi sau khi lược bỏ",
        "删减后发送",
    ),
    "hold": (
        "Held for a person's decision",
        "Задержано до решения сотрудника",
        "Затрымана да рашэння супрацоўніка",
        "Tạm giữ chờ người có thẩm quyền quyết định",
        "暂留，待人工决定",
    ),
    "refuse": ("Not sent", "Не передаётся", "Не перадаецца", "Không được gửi", "不予发送"),
}

WORDS: Final[dict[str, _Texts]] = {
    "clause": ("clause {}", "пункт {}", "пункт {}", "điều {}", "第 {} 条"),
    "no-clause": ("no clause", "пункта нет", "пункта няма", "không có điều khoản", "无条款"),
    "taken-out": ("taken out", "изъято", "выключана", "đã lược bỏ", "已删减"),
    "yes": ("yes", "да", "так", "có", "是"),
    "hold-for-dpo": (
        "for the data protection officer",
        "для ответственного за персональные данные",
        "для адказнага за персанальныя даныя",
        "chờ người phụ trách bảo vệ dữ liệu cá nhân",
        "待个人信息保护负责人决定",
    ),
    "hold-for-supervisor": (
        "for a supervisor",
        "для руководителя",
        "для кіраўніка",
        "chờ người giám sát",
        "待主管决定",
    ),
}

QUESTIONS: Final[dict[str, _Texts]] = {
    "in-force": (
        "Is the memorandum in force and signed by all?",
        "Меморандум действует и подписан всеми сторонами?",
        "Мемарандум дзейнічае і падпісаны ўсімі бакамі?",
        "Biên bản ghi nhớ có hiệu lực và được các bên ký đầy đủ không?",
        "备忘录是否已由各方签署并生效？",
    ),
    "parties": (
        "Are sender and recipient parties to it?",
        "Отправитель и получатель являются его сторонами?",
        "Адпраўнік і атрымальнік з’яўляюцца яго бакамі?",
        "Bên gửi và bên nhận có phải là các bên tham gia không?",
        "发送方与接收方是否均为缔约方？",
    ),
    "kind": (
        "Is this kind of exchange allowed and within its daily limit?",
        "Такой вид обмена разрешён и суточный предел не исчерпан?",
        "Такі від абмену дазволены і сутачны ліміт не вычарпаны?",
        "Loại trao đổi này có được phép và còn trong hạn mức ngày không?",
        "此类交换是否允许且未超出每日限额？",
    ),
    "zone": (
        "Is the name in a zone that this exchange covers?",
        "Имя относится к зоне, о которой разрешён обмен?",
        "Імя належыць да зоны, пра якую дазволены абмен?",
        "Tên miền có thuộc vùng tên miền được phép trao đổi không?",
        "该域名是否属于可交换的顶级域？",
    ),
    "category": (
        "Is the category allowed and not excluded?",
        "Категория разрешена и не исключена?",
        "Катэгорыя дазволена і не выключана?",
        "Loại vi phạm có được phép và không bị loại trừ không?",
        "该类别是否允许且未被排除？",
    ),
    "evidence": (
        "Is the evidence complete, fresh and strong enough?",
        "Подтверждающие материалы полны, свежи и достаточны?",
        "Пацвярджальныя матэрыялы поўныя, свежыя і дастатковыя?",
        "Bằng chứng có đầy đủ, còn mới và đủ mạnh không?",
        "证据是否完整、及时且充分？",
    ),
    "marking": (
        "Is the TLP marking within what is accepted?",
        "Метка TLP не строже допустимой?",
        "Метка TLP не стражэйшая за дапушчальную?",
        "Nhãn TLP có nằm trong mức được chấp nhận không?",
        "TLP 标记是否在可接受范围内？",
    ),
    "safeguards": (
        "Do the safeguards allow it?",
        "Защитные меры это допускают?",
        "Ахоўныя меры гэта дапускаюць?",
        "Các biện pháp bảo đảm có cho phép không?",
        "保障措施是否允许？",
    ),
    "personal-data": (
        "Is it free of personal data that stays home?",
        "Нет персональных данных, которые не передаются?",
        "Няма персанальных даных, якія не перадаюцца?",
        "Có dữ liệu cá nhân không được chuyển đi không?",
        "是否不含不得外传的个人信息？",
    ),
    "protected-name": (
        "Is the name free of special protection?",
        "Имя не относится к защищаемым?",
        "Імя не належыць да абароненых?",
        "Tên miền có thuộc danh sách được bảo vệ đặc biệt không?",
        "该域名是否不在受保护名单内？",
    ),
}

REASONS: Final[dict[str, _Texts]] = {
    "allowed": (
        "Everything that was asked is in order.",
        "Все условия соблюдены.",
        "Усе ўмовы выкананы.",
        "Mọi điều kiện đều được đáp ứng.",
        "各项条件均已满足。",
    ),
    "allowed-without-personal-data": (
        "It may go once the personal data named here is taken out.",
        "Можно передать после изъятия указанных персональных данных.",
        "Можна перадаць пасля выключэння названых персанальных даных.",
        "Được gửi sau khi lược bỏ dữ liệu cá nhân nêu tại đây.",
        "删去所列个人信息后可以发送。",
    ),
    "personal-data-withheld": (
        "The personal data named here stays with us.",
        "Указанные персональные данные остаются у нас.",
        "Названыя персанальныя даныя застаюцца ў нас.",
        "Dữ liệu cá nhân nêu tại đây được giữ lại.",
        "所列个人信息不外传。",
    ),
    "no-memorandum": (
        "No memorandum with this partner is in force.",
        "С этим партнёром нет действующего меморандума.",
        "З гэтым партнёрам няма дзейнага мемарандума.",
        "Không có biên bản ghi nhớ nào đang có hiệu lực với đối tác này.",
        "与该合作方没有生效的备忘录。",
    ),
    "no-memorandum-own-choice": (
        "Without a memorandum only an early warning at TLP:CLEAR may be told, by a person's own choice.",
        "Без меморандума возможно только раннее предупреждение с меткой TLP:CLEAR по решению сотрудника.",
        "Без мемарандума магчыма толькі ранняе папярэджанне з меткай TLP:CLEAR паводле рашэння супрацоўніка.",
        "Khi không có biên bản ghi nhớ, chỉ có thể gửi cảnh báo sớm mức TLP:CLEAR theo quyết định của người phụ trách.",
        "没有备忘录时，仅可由人工决定发出 TLP:CLEAR 预警。",
    ),
    "time-without-zone": (
        "The time of the decision is not known with its zone.",
        "Время решения указано без часового пояса.",
        "Час рашэння пазначаны без часавога пояса.",
        "Thời điểm quyết định không có múi giờ.",
        "决定时间缺少时区。",
    ),
    "suspended": (
        "The memorandum is suspended.",
        "Действие меморандума приостановлено.",
        "Дзеянне мемарандума прыпынена.",
        "Biên bản ghi nhớ đang bị tạm đình chỉ.",
        "备忘录已中止。",
    ),
    "terminated": (
        "The memorandum has ended.",
        "Действие меморандума прекращено.",
        "Дзеянне мемарандума спынена.",
        "Biên bản ghi nhớ đã chấm dứt.",
        "备忘录已终止。",
    ),
    "not-signed-by-all": (
        "Not all parties have signed.",
        "Подписали не все стороны.",
        "Падпісалі не ўсе бакі.",
        "Chưa đủ chữ ký của các bên.",
        "尚未由各方签署。",
    ),
    "not-yet-effective": (
        "The memorandum is not in force yet.",
        "Меморандум ещё не вступил в силу.",
        "Мемарандум яшчэ не набыў моцы.",
        "Biên bản ghi nhớ chưa có hiệu lực.",
        "备忘录尚未生效。",
    ),
    "expired": (
        "The memorandum's term is over.",
        "Срок действия меморандума истёк.",
        "Тэрмін дзеяння мемарандума скончыўся.",
        "Biên bản ghi nhớ đã hết hạn.",
        "备忘录已到期。",
    ),
    "not-a-party": (
        "Sender or recipient is not a party.",
        "Отправитель или получатель не является стороной.",
        "Адпраўнік або атрымальнік не з’яўляецца бокам.",
        "Bên gửi hoặc bên nhận không phải là bên tham gia.",
        "发送方或接收方不是缔约方。",
    ),
    "kind-not-allowed": (
        "The memorandum does not allow this kind of exchange.",
        "Меморандум не предусматривает такой вид обмена.",
        "Мемарандум не прадугледжвае такі від абмену.",
        "Biên bản ghi nhớ không cho phép loại trao đổi này.",
        "备忘录不允许此类交换。",
    ),
    "wrong-direction": (
        "This kind is sent only by the other party.",
        "Такой вид обмена направляет только другая сторона.",
        "Такі від абмену накіроўвае толькі другі бок.",
        "Loại này chỉ do bên kia gửi.",
        "此类信息仅由对方发送。",
    ),
    "over-daily-cap": (
        "The daily limit is used up (counted by both parties for the UTC day of the decision).",
        "Суточный предел исчерпан (обе стороны считают по дню решения, UTC).",
        "Сутачны ліміт вычарпаны (абодва бакі лічаць па дні рашэння, UTC).",
        "Đã hết hạn mức trong ngày (hai bên cùng tính theo ngày quyết định, UTC).",
        "已达每日限额（双方均按作出决定的 UTC 日期计算）。",
    ),
    "decided-out-of-order": (
        "It says it was decided more than two days before what came earlier; old days give no further limit.",
        "Указанное время решения более чем на двое суток раньше уже полученного; прошедшие дни предел не увеличивают.",
        "Пазначаны час рашэння больш чым на двое сутак раней за ўжо атрыманае; мінулыя дні ліміт не павялічваюць.",
        "Thời điểm quyết định sớm hơn hai ngày so với nội dung đã nhận; ngày cũ không cho thêm hạn mức.",
        "所称决定时间比已收到的内容早两天以上；过去的日期不增加限额。",
    ),
    "no-zone": (
        "It is not said which zone it is about.",
        "Не указана доменная зона.",
        "Не пазначана даменная зона.",
        "Không nêu vùng tên miền.",
        "未说明顶级域。",
    ),
    "not-the-recipients-zone": (
        "The name is not in the recipient's zones.",
        "Имя не относится к зонам получателя.",
        "Імя не належыць да зон атрымальніка.",
        "Tên miền không thuộc vùng tên miền của bên nhận.",
        "该域名不属于接收方的顶级域。",
    ),
    "zone-of-no-party": (
        "The name is in no zone of the parties.",
        "Имя не относится к зонам сторон.",
        "Імя не належыць да зон бакоў.",
        "Tên miền không thuộc vùng tên miền của các bên.",
        "该域名不属于各方的顶级域。",
    ),
    "no-category": (
        "It has no category.",
        "Категория не указана.",
        "Катэгорыя не пазначана.",
        "Không có loại vi phạm.",
        "没有类别。",
    ),
    "excluded-category": (
        "The memorandum excludes this category.",
        "Меморандум исключает эту категорию.",
        "Мемарандум выключае гэту катэгорыю.",
        "Biên bản ghi nhớ loại trừ loại này.",
        "备忘录排除此类别。",
    ),
    "category-not-allowed": (
        "The memorandum does not name this category.",
        "Меморандум не называет эту категорию.",
        "Мемарандум не называе гэтай катэгорыі.",
        "Biên bản ghi nhớ không nêu loại này.",
        "备忘录未列入此类别。",
    ),
    "only-with-another-category": (
        "This category may be told of only together with another one.",
        "О такой категории сообщают только вместе с другой.",
        "Пра такую катэгорыю паведамляюць толькі разам з іншай.",
        "Loại này chỉ được báo kèm với một loại khác.",
        "此类别只能与其他类别一并通报。",
    ),
    "machine-only": (
        "A machine's finding may go only as an early warning.",
        "Найденное автоматически передаётся только как раннее предупреждение.",
        "Знойдзенае аўтаматычна перадаецца толькі як ранняе папярэджанне.",
        "Phát hiện tự động chỉ được gửi dưới dạng cảnh báo sớm.",
        "机器发现的情况只能作为预警发送。",
    ),
    "single-blocklist": (
        "One blocklist alone is not enough.",
        "Одного списка блокировки недостаточно.",
        "Аднаго спіса блакіроўкі недастаткова.",
        "Chỉ một danh sách chặn là chưa đủ.",
        "仅凭一份黑名单不足为据。",
    ),
    "category-without-terms": (
        "The memorandum does not say what evidence this category needs.",
        "Меморандум не определяет, какие материалы нужны для этой категории.",
        "Мемарандум не вызначае, якія матэрыялы патрэбны для гэтай катэгорыі.",
        "Biên bản ghi nhớ không quy định bằng chứng cho loại này.",
        "备忘录未规定此类别所需证据。",
    ),
    "evidence-incomplete": (
        "Evidence is missing.",
        "Не хватает подтверждающих материалов.",
        "Не хапае пацвярджальных матэрыялаў.",
        "Thiếu bằng chứng.",
        "证据不完整。",
    ),
    "evidence-too-old": (
        "It was last verified too long ago.",
        "Последняя проверка была слишком давно.",
        "Апошняя праверка была занадта даўно.",
        "Lần xác minh gần nhất đã quá lâu.",
        "最近一次核实已过时限。",
    ),
    "verified-in-the-future": (
        "It says that it was verified at a time that has not come.",
        "Указанное время проверки ещё не наступило.",
        "Пазначаны час праверкі яшчэ не наступіў.",
        "Thời điểm xác minh ghi nhận nằm trong tương lai.",
        "所载核实时间尚未到来。",
    ),
    "score-too-low": (
        "The evidence score is below the memorandum's minimum.",
        "Оценка материалов ниже установленной меморандумом.",
        "Ацэнка матэрыялаў ніжэйшая за вызначаную мемарандумам.",
        "Điểm bằng chứng thấp hơn mức tối thiểu của biên bản ghi nhớ.",
        "证据评分低于备忘录规定的最低值。",
    ),
    "unknown-marking": (
        "The marking is not a TLP 2.0 label.",
        "Метка не относится к TLP 2.0.",
        "Метка не належыць да TLP 2.0.",
        "Nhãn không thuộc TLP 2.0.",
        "该标记不是 TLP 2.0 标签。",
    ),
    "tlp-red-never-leaves": (
        "TLP:RED never leaves a node.",
        "TLP:RED никогда не покидает узел.",
        "TLP:RED ніколі не пакідае вузел.",
        "TLP:RED không bao giờ rời khỏi nút.",
        "TLP:RED 绝不离开节点。",
    ),
    "marking-above-limit": (
        "The marking is stricter than the memorandum accepts.",
        "Метка строже, чем допускает меморандум.",
        "Метка стражэйшая, чым дапускае мемарандум.",
        "Nhãn nghiêm ngặt hơn mức biên bản ghi nhớ chấp nhận.",
        "该标记严于备忘录可接受的上限。",
    ),
    "protected-name-refused": (
        "The name is protected; the memorandum does not let it be told of.",
        "Имя относится к защищаемым; меморандум не допускает передачи.",
        "Імя належыць да абароненых; мемарандум не дапускае перадачы.",
        "Tên miền được bảo vệ; biên bản ghi nhớ không cho phép gửi.",
        "该域名受保护，备忘录不允许通报。",
    ),
    "quality-suspended": (
        "Too many of the sender's reports were wrong; its reports are suspended.",
        "Слишком много обращений отправителя оказались ошибочными; их приём приостановлен.",
        "Занадта шмат зваротаў адпраўніка аказаліся памылковымі; іх прыём прыпынены.",
        "Quá nhiều báo cáo của bên gửi bị sai; việc nhận báo cáo tạm dừng.",
        "发送方举报错误过多，其举报已暂停受理。",
    ),
    "second-source-needed": (
        "A second independent source is needed for now.",
        "Пока требуется второй независимый источник.",
        "Пакуль патрабуецца другая незалежная крыніца.",
        "Hiện cần thêm một nguồn độc lập thứ hai.",
        "目前需要第二个独立来源。",
    ),
    "approval-missing": (
        "It has personal data and nobody approved yet.",
        "Содержит персональные данные, разрешения пока нет.",
        "Змяшчае персанальныя даныя, дазволу пакуль няма.",
        "Có dữ liệu cá nhân và chưa được phê duyệt.",
        "含有个人信息，尚未获批准。",
    ),
    "protected-name": (
        "The name is protected; two persons must agree.",
        "Имя относится к защищаемым; нужно согласие двух сотрудников.",
        "Імя належыць да абароненых; патрэбна згода двух супрацоўнікаў.",
        "Tên miền được bảo vệ; cần hai người đồng ý.",
        "该域名受保护，须经两人同意。",
    ),
}


def reason_text(code: str, language: Language) -> str:
    """A reason in a language; the code itself where there is no text."""
    return _pick(REASONS if code in REASONS else WARNING_REASONS, code, language)


def question_text(code: str, language: Language) -> str:
    """A question in a language."""
    return _pick(QUESTIONS if code in QUESTIONS else WARNING_QUESTIONS, code, language)


def verdict_text(code: str, language: Language) -> str:
    """A verdict in a language."""
    return _pick(VERDICTS, code, language)


def clause_text(clause: str, language: Language) -> str:
    """How a clause is cited."""
    return _pick(WORDS, "clause", language).format(clause) if clause else _pick(WORDS, "no-clause", language)


def explain(decision: Decision, language: Language) -> list[str]:
    """The decision as lines for a person: the answer, then each clause visited."""
    head = (
        f"{verdict_text(decision.verdict, language)} · {clause_text(decision.clause, language)} · "
        f"{reason_text(decision.reason, language)}"
    )
    if decision.hold_for:
        head += f" ({_pick(WORDS, f'hold-for-{decision.hold_for}', language)})"
    lines = [head]
    if decision.redact:
        lines.append(f"  {_pick(WORDS, 'taken-out', language)}: {', '.join(decision.redact)}")
    return [*lines, *(f"  {step_text(step, language)}" for step in decision.trace)]


def step_text(step: TraceStep, language: Language) -> str:
    """One clause visited, as a line."""
    answer = _pick(WORDS, "yes", language) if step.answer == "yes" else reason_text(step.answer, language)
    detail = f" [{', '.join(step.detail)}]" if step.detail else ""
    return f"{clause_text(step.clause, language)}: {question_text(step.question, language)} {answer}{detail}"


def _pick(texts: dict[str, _Texts], code: str, language: Language) -> str:
    found = texts.get(code)
    return code if found is None else found[LANGUAGES.index(language)]
