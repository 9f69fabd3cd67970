"""What a decision about a warning or an intersection says to a person, in five languages, by its codes.

The codes are those of `core.warning_terms`; `wire.decision_texts` looks here for what it does not know.
"""

from typing import Final

Texts = tuple[str, str, str, str, str]

WARNING_QUESTIONS: Final[dict[str, Texts]] = {
    "warning-signs": (
        "Does the clause of warnings let these signs out?",
        "Пункт о предупреждениях разрешает передать эти признаки?",
        "Пункт аб папярэджаннях дазваляе перадаць гэтыя прыкметы?",
        "Điều khoản về cảnh báo có cho phép gửi các dấu hiệu này không?",
        "预警条款是否允许发送这些特征？",
    ),
    "warning-answer": (
        "Does the clause of warnings let this answer out?",
        "Пункт о предупреждениях разрешает такой ответ?",
        "Пункт аб папярэджаннях дазваляе такі адказ?",
        "Điều khoản về cảnh báo có cho phép trả lời như vậy không?",
        "预警条款是否允许这样答复？",
    ),
    "intersection": (
        "Does the clause of warnings allow this comparison of sets?",
        "Пункт о предупреждениях разрешает такое сравнение множеств?",
        "Пункт аб папярэджаннях дазваляе такое параўнанне мностваў?",
        "Điều khoản về cảnh báo có cho phép so sánh tập hợp này không?",
        "预警条款是否允许此项集合比对？",
    ),
}

WARNING_REASONS: Final[dict[str, Texts]] = {
    "no-clause-of-warnings": (
        "The memorandum has no clause of warnings.",
        "В меморандуме нет пункта о предупреждениях.",
        "У мемарандуме няма пункта аб папярэджаннях.",
        "Biên bản ghi nhớ không có điều khoản về cảnh báo.",
        "备忘录没有预警条款。",
    ),
    "signs-not-allowed": (
        "The clause lets none of these signs out.",
        "Пункт не разрешает передать ни один из этих признаков.",
        "Пункт не дазваляе перадаць ніводную з гэтых прыкмет.",
        "Điều khoản không cho phép gửi dấu hiệu nào trong số này.",
        "该条款不允许发送其中任何特征。",
    ),
    "signs-withheld": (
        "The signs named here stay with us.",
        "Указанные признаки остаются у нас.",
        "Названыя прыкметы застаюцца ў нас.",
        "Các dấu hiệu nêu tại đây được giữ lại.",
        "所列特征不外传。",
    ),
    "allowed-without-some-signs": (
        "It may go without the signs named here.",
        "Можно передать без указанных признаков.",
        "Можна перадаць без названых прыкмет.",
        "Được gửi nhưng không kèm các dấu hiệu nêu tại đây.",
        "去掉所列特征后可以发送。",
    ),
    "names-not-allowed": (
        "The clause lets counts out and no names.",
        "Пункт разрешает передать количества, но не имена.",
        "Пункт дазваляе перадаць колькасці, але не імёны.",
        "Điều khoản chỉ cho phép gửi số lượng, không gửi tên miền.",
        "该条款只允许发送数量，不允许发送域名。",
    ),
    "needs-release": (
        "A supervisor must release this answer.",
        "Этот ответ должен разрешить руководитель.",
        "Гэты адказ павінен дазволіць кіраўнік.",
        "Người giám sát phải cho phép gửi câu trả lời này.",
        "此答复须经主管放行。",
    ),
    "intersection-not-allowed": (
        "The clause does not allow sets of this kind to be compared.",
        "Пункт не разрешает сравнивать такие множества.",
        "Пункт не дазваляе параўноўваць такія мноствы.",
        "Điều khoản không cho phép so sánh loại tập hợp này.",
        "该条款不允许比对此类集合。",
    ),
    "set-too-large": (
        "The set is larger than the clause allows.",
        "Множество больше, чем разрешает пункт.",
        "Мноства большае, чым дазваляе пункт.",
        "Tập hợp lớn hơn mức điều khoản cho phép.",
        "集合超出该条款允许的规模。",
    ),
}
