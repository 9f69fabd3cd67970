"""The sentences of reasons: why a name was found, in five languages, and the words of signs.

A table and nothing else; `wire.finding_texts` chooses and fills in.  Languages stand as in `decision_texts.LANGUAGES`.
The sentences of look-alikes name the parts that `core.lookalike_scores.REASONS` says.
"""

from typing import Final

Texts = tuple[str, str, str, str, str]

OTHER_SENTENCES: Final[dict[str, Texts]] = {
    "named-itself": (
        "Listed as an indicator itself: {first} ({source}, line {line}). Hosts: {hosts}; lines: {lines}.",
        "Само есть в списке индикаторов: {first} ({source}, строка {line}). Узлов: {hosts}; строк: {lines}.",
        "Само ёсць у спісе індыкатараў: {first} ({source}, радок {line}). Вузлоў: {hosts}; радкоў: {lines}.",
        "Chính tên này có trong danh sách chỉ báo: {first} ({source}, dòng {line}). Máy chủ: {hosts}; dòng: {lines}.",
        "本身列入指标清单：{first}（{source} 第 {line} 行）。主机数：{hosts}；行数：{lines}。",
    ),
    "named-below": (
        "A host below it is listed as an indicator: {first} ({source}, line {line}). Hosts: {hosts}; lines: {lines}.",
        "Узел под именем есть в списке индикаторов: {first} ({source}, строка {line}). Узлов: {hosts}; строк: {lines}.",
        "Вузел пад імем ёсць у спісе індыкатараў: {first} ({source}, радок {line}). Вузлоў: {hosts}; радкоў: {lines}.",
        "Máy chủ dưới tên có trong danh sách chỉ báo: {first} ({source}, dòng {line}). Số máy: {hosts}; dòng: {lines}.",
        "其下级主机列入指标清单：{first}（{source} 第 {line} 行）。主机数：{hosts}；行数：{lines}。",
    ),
    "named-below-shared": (
        "A host below it is listed as an indicator: {first} ({source}, line {line}). Many parties have names below it.",
        "Узел под именем есть в списке индикаторов: {first} ({source}, строка {line}). Имена под ним у многих.",
        "Вузел пад імем ёсць у спісе індыкатараў: {first} ({source}, радок {line}). Імёны пад ім у многіх асоб.",
        "Máy chủ dưới tên có trong danh sách chỉ báo: {first} ({source}, dòng {line}). Nhiều bên có tên dưới nó.",
        "其下级主机列入指标清单：{first}（{source} 第 {line} 行）。其下级域名属于多方。",
    ),
    "told-pattern": (
        "Matches the pattern of names {subject}.",
        "Подходит под шаблон имён {subject}.",
        "Падыходзіць пад шаблон імёнаў {subject}.",
        "Khớp với mẫu tên miền {subject}.",
        "符合域名模式 {subject}。",
    ),
    "partner-warned": (
        "{origin} warned of a campaign (its reference: {reference}). The name has these signs of it: {signs}.",
        "{origin} предупредил о кампании (его номер: {reference}). У имени есть её признаки: {signs}.",
        "{origin} папярэдзіў пра кампанію (яго нумар: {reference}). У імя ёсць яе прыкметы: {signs}.",
        "{origin} đã cảnh báo về một chiến dịch (mã của họ: {reference}). Tên này có các dấu hiệu sau: {signs}.",
        "{origin} 就一项攻击活动发出预警（对方编号：{reference}）。该域名具有以下特征：{signs}。",
    ),
    "warning-withdrawn": (
        "A partner warned of a campaign of which the name had signs, and took the warning back.",
        "Партнёр предупреждал о кампании, признаки которой были у имени, и отозвал предупреждение.",
        "Партнёр папярэджваў пра кампанію, прыкметы якой былі ў імя, і адклікаў папярэджанне.",
        "Đối tác từng cảnh báo về một chiến dịch mà tên này có dấu hiệu, rồi đã thu hồi cảnh báo.",
        "合作方曾就某攻击活动发出预警，该域名具有其特征；该预警现已撤回。",
    ),
    "signs-in-common": (
        "It has signs in common with {subject}, a confirmed name: {signs}.",
        "У него общие признаки с подтверждённым именем {subject}: {signs}.",
        "У яго агульныя прыкметы з пацверджаным імем {subject}: {signs}.",
        "Tên này có dấu hiệu chung với tên đã xác nhận {subject}: {signs}.",
        "与已确认的域名 {subject} 有共同特征：{signs}。",
    ),
}

# Signs of warnings and of campaigns.
SIGN_WORDS: Final[dict[str, Texts]] = {
    "pattern": ("pattern of names", "шаблон имён", "шаблон імёнаў", "mẫu tên miền", "域名模式"),
    "name-servers": (
        "set of name servers", "набор серверов имён", "набор сервераў імёнаў", "tập máy chủ tên miền", "域名服务器组",
    ),
    "label": ("looks like the label", "похоже на метку", "падобна да меткі", "giống nhãn", "与标签相似"),
    "name-token": ("token of the name", "токен имени", "токен імя", "mã của tên miền", "域名令牌"),
    "registrant-token": (
        "token of the registrant", "токен администратора домена", "токен адміністратара дамена",
        "mã của chủ thể đăng ký", "注册人令牌",
    ),
    "servers": (
        "same name servers", "те же серверы имён", "тыя ж серверы імёнаў", "cùng máy chủ tên miền", "相同的域名服务器",
    ),
    "burst": (
        "registered in the same days", "регистрация в те же дни", "рэгістрацыя ў тыя ж дні",
        "đăng ký trong cùng những ngày", "注册日期相同",
    ),
    "target": (
        "looks like the same protected label", "похоже на ту же защищаемую метку", "падобна да той жа абароненай меткі",
        "giống cùng một nhãn được bảo vệ", "与同一受保护标签相似",
    ),
    "registrar": ("same registrar", "тот же регистратор", "той жа рэгістратар", "cùng nhà đăng ký", "相同的注册商"),
    "registrant": (
        "same registrant", "тот же администратор домена", "той жа адміністратар дамена", "cùng chủ thể", "相同的注册人",
    ),
}  # fmt: skip

# What differs among names of a shape (core.campaign_patterns): `demo-‹digits 2›`.
PATTERN_WORDS: Final[dict[str, Texts]] = {
    "number": ("number", "число", "лік", "số", "数字"),
    "word": ("word", "слово", "слова", "từ", "单词"),
    "digits": ("digits", "цифры", "лічбы", "chữ số", "数字位"),
    "letters": ("letters", "буквы", "літары", "chữ cái", "字母"),
    "letters-or-digits": (
        "letters or digits", "буквы или цифры", "літары або лічбы", "chữ cái hoặc chữ số", "字母或数字",
    ),
    "drawn-digits": (
        "random digits", "случайные цифры", "выпадковыя лічбы", "chữ số ngẫu nhiên", "随机数字",
    ),
    "drawn-letters": (
        "random letters", "случайные буквы", "выпадковыя літары", "chữ cái ngẫu nhiên", "随机字母",
    ),
    "drawn-letters-or-digits": (
        "random letters or digits", "случайные буквы или цифры", "выпадковыя літары або лічбы",
        "chữ cái hoặc chữ số ngẫu nhiên", "随机字母或数字",
    ),
}  # fmt: skip

LOOKALIKE_SENTENCES: Final[dict[str, Texts]] = {
    "same-label": (
        "It is the protected label “{subject}” itself, in another zone.",
        "Это сама защищаемая метка «{subject}», но в другой зоне.",
        "Гэта сама абароненая метка «{subject}», але ў іншай зоне.",
        "Chính là nhãn được bảo vệ “{subject}”, ở một đuôi tên miền khác.",
        "就是受保护标签“{subject}”本身，位于另一顶级域。",
    ),
    "looks-alike": (
        "It reads like the protected label “{subject}”: {pairs}.",
        "Читается как защищаемая метка «{subject}»: {pairs}.",
        "Чытаецца як абароненая метка «{subject}»: {pairs}.",
        "Đọc giống nhãn được bảo vệ “{subject}”: {pairs}.",
        "看起来与受保护标签“{subject}”相同：{pairs}。",
    ),
    "other-layout": (
        "“{written}” is the protected label “{subject}” typed in the other keyboard layout.",
        "«{written}» — защищаемая метка «{subject}», набранная в другой раскладке клавиатуры.",
        "«{written}» — абароненая метка «{subject}», набраная ў іншай раскладцы клавіятуры.",
        "“{written}” là nhãn được bảo vệ “{subject}” gõ bằng bố cục bàn phím khác.",
        "“{written}”是用另一种键盘布局键入的受保护标签“{subject}”。",
    ),
    "same-word-other-script": (
        "“{written}” is the protected label “{subject}” in another script.",
        "«{written}» — защищаемая метка «{subject}» другим письмом.",
        "«{written}» — абароненая метка «{subject}» іншым пісьмом.",
        "“{written}” là nhãn được bảo vệ “{subject}” viết bằng hệ chữ khác.",
        "“{written}”是以另一种文字书写的受保护标签“{subject}”。",
    ),
    "hyphen-added": (
        "“{written}” is the protected label “{subject}” with a hyphen.",
        "«{written}» — защищаемая метка «{subject}» с дефисом.",
        "«{written}» — абароненая метка «{subject}» са злучком.",
        "“{written}” là nhãn được bảo vệ “{subject}” có thêm dấu gạch nối.",
        "“{written}”是加了连字符的受保护标签“{subject}”。",
    ),
    "hyphen-left-out": (
        "“{written}” is the protected label “{subject}” without its hyphen.",
        "«{written}» — защищаемая метка «{subject}» без дефиса.",
        "«{written}» — абароненая метка «{subject}» без злучка.",
        "“{written}” là nhãn được bảo vệ “{subject}” bỏ dấu gạch nối.",
        "“{written}”是去掉连字符的受保护标签“{subject}”。",
    ),
    "letter-doubled": (
        "The protected label “{subject}” with the letter “{typed}” doubled.",
        "Защищаемая метка «{subject}», буква «{typed}» удвоена.",
        "Абароненая метка «{subject}», літара «{typed}» падвоена.",
        "Nhãn được bảo vệ “{subject}” với chữ “{typed}” viết hai lần.",
        "受保护标签“{subject}”，其中字母“{typed}”重复。",
    ),
    "letter-added": (
        "The protected label “{subject}” with the letter “{typed}” added.",
        "Защищаемая метка «{subject}», добавлена буква «{typed}».",
        "Абароненая метка «{subject}», дададзена літара «{typed}».",
        "Nhãn được bảo vệ “{subject}” thêm chữ “{typed}”.",
        "受保护标签“{subject}”，多了字母“{typed}”。",
    ),
    "letter-left-out": (
        "The protected label “{subject}” with the letter “{meant}” left out.",
        "Защищаемая метка «{subject}», пропущена буква «{meant}».",
        "Абароненая метка «{subject}», прапушчана літара «{meant}».",
        "Nhãn được bảo vệ “{subject}” thiếu chữ “{meant}”.",
        "受保护标签“{subject}”，缺少字母“{meant}”。",
    ),
    "letter-replaced": (
        "The protected label “{subject}” with “{typed}” in place of “{meant}”.",
        "Защищаемая метка «{subject}», вместо «{meant}» стоит «{typed}».",
        "Абароненая метка «{subject}», замест «{meant}» стаіць «{typed}».",
        "Nhãn được bảo vệ “{subject}” với “{typed}” thay cho “{meant}”.",
        "受保护标签“{subject}”，“{meant}”被换成“{typed}”。",
    ),
    "neighbouring-key": (
        "The protected label “{subject}” with “{typed}” in place of “{meant}”; the keys are neighbours.",
        "Защищаемая метка «{subject}», вместо «{meant}» стоит «{typed}»: соседние клавиши.",
        "Абароненая метка «{subject}», замест «{meant}» стаіць «{typed}»: суседнія клавішы.",
        "Nhãn được bảo vệ “{subject}” với “{typed}” thay cho “{meant}”; hai phím nằm cạnh nhau.",
        "受保护标签“{subject}”，“{meant}”被换成“{typed}”；两键相邻。",
    ),
    "letters-swapped": (
        "The protected label “{subject}” with “{meant}” swapped to “{typed}”.",
        "Защищаемая метка «{subject}», вместо «{meant}» переставлено «{typed}».",
        "Абароненая метка «{subject}», замест «{meant}» перастаўлена «{typed}».",
        "Nhãn được bảo vệ “{subject}” với “{meant}” bị đảo thành “{typed}”.",
        "受保护标签“{subject}”，“{meant}”被调换为“{typed}”。",
    ),
    "lure-word-apart": (
        "The protected label “{subject}”{seen_as}; beside it, apart, words that lure: {words}.",
        "Защищаемая метка «{subject}»{seen_as}; рядом, отдельно, слова-приманки: {words}.",
        "Абароненая метка «{subject}»{seen_as}; побач, асобна, словы-прынады: {words}.",
        "Nhãn được bảo vệ “{subject}”{seen_as}; bên cạnh, tách riêng, có từ dụ dỗ: {words}.",
        "受保护标签“{subject}”{seen_as}；旁边有分开的诱导词：{words}。",
    ),
    "lure-word-joined": (
        "The protected label “{subject}”{seen_as}; joined to it, words that lure: {words}.",
        "Защищаемая метка «{subject}»{seen_as}; слитно с ней слова-приманки: {words}.",
        "Абароненая метка «{subject}»{seen_as}; разам з ёй словы-прынады: {words}.",
        "Nhãn được bảo vệ “{subject}”{seen_as}; viết liền với từ dụ dỗ: {words}.",
        "受保护标签“{subject}”{seen_as}；与之相连的诱导词：{words}。",
    ),
    "lure-and-other-apart": (
        "The protected label “{subject}”{seen_as}; beside it, apart, what lures, among others: {words}.",
        "Защищаемая метка «{subject}»{seen_as}; рядом слова-приманки и другие: {words}.",
        "Абароненая метка «{subject}»{seen_as}; побач словы-прынады і іншыя: {words}.",
        "Nhãn được bảo vệ “{subject}”{seen_as}; bên cạnh, tách riêng, có từ dụ dỗ cùng từ khác: {words}.",
        "受保护标签“{subject}”{seen_as}；旁边有分开的诱导词及其他词：{words}。",
    ),
    "domain-part-apart": (
        "The protected label “{subject}”{seen_as}; beside it, apart, parts of an address: {words}.",
        "Защищаемая метка «{subject}»{seen_as}; рядом, отдельно, части адреса: {words}.",
        "Абароненая метка «{subject}»{seen_as}; побач, асобна, часткі адраса: {words}.",
        "Nhãn được bảo vệ “{subject}”{seen_as}; bên cạnh, tách riêng, có thành phần địa chỉ: {words}.",
        "受保护标签“{subject}”{seen_as}；旁边有分开的地址成分：{words}。",
    ),
    "domain-part-joined": (
        "The protected label “{subject}”{seen_as}; joined to it, parts of an address: {words}.",
        "Защищаемая метка «{subject}»{seen_as}; слитно с ней части адреса: {words}.",
        "Абароненая метка «{subject}»{seen_as}; разам з ёй часткі адраса: {words}.",
        "Nhãn được bảo vệ “{subject}”{seen_as}; viết liền với thành phần địa chỉ: {words}.",
        "受保护标签“{subject}”{seen_as}；与之相连的地址成分：{words}。",
    ),
    "digits-apart": (
        "The protected label “{subject}”{seen_as}; beside it, apart, digits: {words}.",
        "Защищаемая метка «{subject}»{seen_as}; рядом, отдельно, цифры: {words}.",
        "Абароненая метка «{subject}»{seen_as}; побач, асобна, лічбы: {words}.",
        "Nhãn được bảo vệ “{subject}”{seen_as}; bên cạnh, tách riêng, có chữ số: {words}.",
        "受保护标签“{subject}”{seen_as}；旁边有分开的数字：{words}。",
    ),
    "digits-joined": (
        "The protected label “{subject}”{seen_as}; joined to it, digits: {words}.",
        "Защищаемая метка «{subject}»{seen_as}; слитно с ней цифры: {words}.",
        "Абароненая метка «{subject}»{seen_as}; разам з ёй лічбы: {words}.",
        "Nhãn được bảo vệ “{subject}”{seen_as}; viết liền với chữ số: {words}.",
        "受保护标签“{subject}”{seen_as}；与之相连的数字：{words}。",
    ),
    "repeated": (
        "The protected label “{subject}”{seen_as}, more than once.",
        "Защищаемая метка «{subject}»{seen_as}, и не один раз.",
        "Абароненая метка «{subject}»{seen_as}, і не адзін раз.",
        "Nhãn được bảo vệ “{subject}”{seen_as}, xuất hiện nhiều lần.",
        "受保护标签“{subject}”{seen_as}，且不止一次。",
    ),
    "trade-word-apart": (
        "The protected label “{subject}”{seen_as}; beside it, apart, words of trade: {words}.",
        "Защищаемая метка «{subject}»{seen_as}; рядом, отдельно, слова торговли и услуг: {words}.",
        "Абароненая метка «{subject}»{seen_as}; побач, асобна, словы гандлю і паслуг: {words}.",
        "Nhãn được bảo vệ “{subject}”{seen_as}; bên cạnh, tách riêng, có từ về mua bán, dịch vụ: {words}.",
        "受保护标签“{subject}”{seen_as}；旁边有分开的商业用语：{words}。",
    ),
    "trade-word-joined": (
        "The protected label “{subject}”{seen_as}; joined to it, words of trade: {words}.",
        "Защищаемая метка «{subject}»{seen_as}; слитно с ней слова торговли и услуг: {words}.",
        "Абароненая метка «{subject}»{seen_as}; разам з ёй словы гандлю і паслуг: {words}.",
        "Nhãn được bảo vệ “{subject}”{seen_as}; viết liền với từ về mua bán, dịch vụ: {words}.",
        "受保护标签“{subject}”{seen_as}；与之相连的商业用语：{words}。",
    ),
    "whole-word-apart": (
        "The protected label “{subject}”{seen_as}; beside it, apart, whole words: {words}.",
        "Защищаемая метка «{subject}»{seen_as}; рядом, отдельно, целые слова: {words}.",
        "Абароненая метка «{subject}»{seen_as}; побач, асобна, цэлыя словы: {words}.",
        "Nhãn được bảo vệ “{subject}”{seen_as}; bên cạnh, tách riêng, có từ trọn vẹn: {words}.",
        "受保护标签“{subject}”{seen_as}；旁边有分开的完整词语：{words}。",
    ),
    "whole-word-joined": (
        "The protected label “{subject}”{seen_as}; joined to it, whole words: {words}.",
        "Защищаемая метка «{subject}»{seen_as}; слитно с ней целые слова: {words}.",
        "Абароненая метка «{subject}»{seen_as}; разам з ёй цэлыя словы: {words}.",
        "Nhãn được bảo vệ “{subject}”{seen_as}; viết liền với từ trọn vẹn: {words}.",
        "受保护标签“{subject}”{seen_as}；与之相连的完整词语：{words}。",
    ),
    "other-words-apart": (
        "The protected label “{subject}”{seen_as}; beside it, apart, what is in no list: {words}.",
        "Защищаемая метка «{subject}»{seen_as}; рядом, отдельно, то, чего нет в списках: {words}.",
        "Абароненая метка «{subject}»{seen_as}; побач, асобна, тое, чаго няма ў спісах: {words}.",
        "Nhãn được bảo vệ “{subject}”{seen_as}; bên cạnh, tách riêng, có phần ngoài danh sách: {words}.",
        "受保护标签“{subject}”{seen_as}；旁边有分开的、不在任何词表中的内容：{words}。",
    ),
    "few-letters-joined": (
        "The protected label “{subject}”{seen_as}; joined to it, a few letters: {words}.",
        "Защищаемая метка «{subject}»{seen_as}; слитно с ней несколько букв: {words}.",
        "Абароненая метка «{subject}»{seen_as}; разам з ёй некалькі літар: {words}.",
        "Nhãn được bảo vệ “{subject}”{seen_as}; viết liền với vài chữ cái: {words}.",
        "受保护标签“{subject}”{seen_as}；与之相连的少量字母：{words}。",
    ),
    "other-letters-joined": (
        "The protected label “{subject}”{seen_as}, which may be chance; joined to it: {words}.",
        "Защищаемая метка «{subject}»{seen_as}, возможно случайно; слитно с ней: {words}.",
        "Абароненая метка «{subject}»{seen_as}, магчыма выпадкова; разам з ёй: {words}.",
        "Nhãn được bảo vệ “{subject}”{seen_as}, có thể do ngẫu nhiên; viết liền với: {words}.",
        "受保护标签“{subject}”{seen_as}，可能出于巧合；与之相连：{words}。",
    ),
}
