"""What is wrong with an evidence package, said to a person in five languages: each fault by its code.

`{place}` is the member of the package that the fault concerns, `{0}`, `{1}` … what was found.  Pure data and one
look-up; codes and places are never translated, so that two readers of two languages speak of the same thing.
docs/spec/evidence.md §5 lists the codes; a test compares.
"""

from typing import Final

from comity.core.case_evidence import Fault
from comity.wire.decision_texts import LANGUAGES, Language

_Texts = tuple[str, str, str, str, str]

FAULTS: Final[dict[str, _Texts]] = {
    "too-large": (
        "the file has more than {0} octets",
        "в файле больше {0} октетов",
        "у файле больш за {0} актэтаў",
        "tệp có hơn {0} octet",
        "文件超过 {0} 字节",
    ),
    "too-many-members": (
        "the file has more than {0} members",
        "в файле больше {0} частей",
        "у файле больш за {0} частак",
        "tệp có hơn {0} thành phần",
        "文件成员超过 {0} 个",
    ),
    "bad-header": (
        "octet {0}: no header of a package stands there (the member before it: {place})",
        "октет {0}: там нет заголовка пакета (предыдущая часть: {place})",
        "актэт {0}: там няма загалоўка пакета (папярэдняя частка: {place})",
        "octet {0}: tại đó không có tiêu đề của gói (thành phần trước: {place})",
        "第 {0} 字节：此处不是证据包的成员头（前一成员：{place}）",
    ),
    "bad-end": (
        "octet {0}: the file does not end as a package ends (the last member: {place})",
        "октет {0}: файл заканчивается не так, как пакет (последняя часть: {place})",
        "актэт {0}: файл заканчваецца не так, як пакет (апошняя частка: {place})",
        "octet {0}: tệp không kết thúc như một gói (thành phần cuối: {place})",
        "第 {0} 字节：文件结尾不符合证据包格式（最后成员：{place}）",
    ),
    "bad-padding": (
        "octet {0}: something stands behind the end of {place}",
        "октет {0}: за концом {place} что-то записано",
        "актэт {0}: за канцом {place} нешта запісана",
        "octet {0}: có dữ liệu sau phần cuối của {place}",
        "第 {0} 字节：{place} 结尾之后有多余内容",
    ),
    "cut-short": (
        "{place} is cut short: the file ends at octet {0}",
        "{place} обрывается: файл кончается на октете {0}",
        "{place} абрываецца: файл канчаецца на актэце {0}",
        "{place} bị cắt cụt: tệp kết thúc ở octet {0}",
        "{place} 不完整：文件止于第 {0} 字节",
    ),
    "member-twice": (
        "{place} stands twice in the file",
        "{place} записан в файле дважды",
        "{place} запісаны ў файле двойчы",
        "{place} xuất hiện hai lần trong tệp",
        "{place} 在文件中出现两次",
    ),
    "no-manifest": (
        "the first two members are not manifest.json and manifest.note, but {place}",
        "первые две части не manifest.json и manifest.note, а {place}",
        "першыя дзве часткі не manifest.json і manifest.note, а {place}",
        "hai thành phần đầu không phải manifest.json và manifest.note mà là {place}",
        "前两个成员不是 manifest.json 和 manifest.note，而是 {place}",
    ),
    "bad-manifest": (
        "manifest.json is no manifest: {0}",
        "manifest.json не является описью: {0}",
        "manifest.json не з’яўляецца вопісам: {0}",
        "manifest.json không phải bản kê hợp lệ: {0}",
        "manifest.json 不是有效清单：{0}",
    ),
    "missing-member": (
        "{place} is missing",
        "{place} отсутствует",
        "{place} адсутнічае",
        "thiếu {place}",
        "缺少 {place}",
    ),
    "unnamed-member": (
        "{place} is in the file, but the manifest does not name it",
        "{place} есть в файле, но опись его не называет",
        "{place} ёсць у файле, але вопіс яго не называе",
        "{place} có trong tệp nhưng bản kê không nêu",
        "文件中有 {place}，但清单未列出",
    ),
    "wrong-order": (
        "the members do not stand in the order of the manifest",
        "части стоят не в порядке описи",
        "часткі стаяць не ў парадку вопісу",
        "các thành phần không theo thứ tự của bản kê",
        "成员顺序与清单不符",
    ),
    "member-hash": (
        "{place} was altered: the manifest says SHA-256 {0}, it is {1}",
        "{place} изменён: по описи SHA-256 {0}, на деле {1}",
        "{place} зменены: паводле вопісу SHA-256 {0}, насамрэч {1}",
        "{place} đã bị sửa: bản kê ghi SHA-256 {0}, thực tế là {1}",
        "{place} 被改动：清单记载 SHA-256 为 {0}，实际为 {1}",
    ),
    "member-size": (
        "{place} has {1} octets, the manifest says {0}",
        "в {place} октетов {1}, по описи {0}",
        "у {place} актэтаў {1}, паводле вопісу {0}",
        "{place} có {1} octet, bản kê ghi {0}",
        "{place} 有 {1} 字节，清单记载为 {0}",
    ),
    "bad-memorandum": (
        "{place} is not a memorandum or its signatures: {0}",
        "{place} не меморандум и не подписи к нему: {0}",
        "{place} не мемарандум і не подпісы да яго: {0}",
        "{place} không phải biên bản ghi nhớ hay chữ ký của nó: {0}",
        "{place} 不是备忘录或其签名：{0}",
    ),
    "memorandum-digest": (
        "{place} is another text: the manifest says {0}, it is {1}",
        "{place} другой текст: по описи {0}, на деле {1}",
        "{place} іншы тэкст: паводле вопісу {0}, насамрэч {1}",
        "{place} là văn bản khác: bản kê ghi {0}, thực tế là {1}",
        "{place} 是另一文本：清单记载 {0}，实际为 {1}",
    ),
    "memorandum-signature": (
        "{place}: the signature of {0} with key {1} is not good ({2})",
        "{place}: подпись {0} ключом {1} неверна ({2})",
        "{place}: подпіс {0} ключом {1} няправільны ({2})",
        "{place}: chữ ký của {0} bằng khóa {1} không đúng ({2})",
        "{place}：{0} 以密钥 {1} 所作签名不正确（{2}）",
    ),
    "memorandum-not-signed": (
        "{place}: {0} did not sign the memorandum",
        "{place}: {0} не подписал меморандум",
        "{place}: {0} не падпісаў мемарандум",
        "{place}: {0} chưa ký biên bản ghi nhớ",
        "{place}：{0} 未签署备忘录",
    ),
    "pin-missing": (
        "the memorandum that you gave is not in the package: {0}",
        "указанного вами меморандума нет в пакете: {0}",
        "указанага вамі мемарандума няма ў пакеце: {0}",
        "gói không có biên bản ghi nhớ mà bạn đưa ra: {0}",
        "证据包中没有您指定的备忘录：{0}",
    ),
    "bad-seal": (
        "manifest.note is no signed note: {0}",
        "manifest.note не является подписанной запиской: {0}",
        "manifest.note не з’яўляецца падпісанай запіскай: {0}",
        "manifest.note không phải ghi chú có chữ ký: {0}",
        "manifest.note 不是签名记录：{0}",
    ),
    "seal-of-another": (
        "manifest.note was signed for another maker or manifest; this manifest.json has SHA-256 {0}",
        "manifest.note подписан для другого составителя или другой описи; SHA-256 этого manifest.json: {0}",
        "manifest.note падпісаны для іншага складальніка або іншага вопісу; SHA-256 гэтага manifest.json: {0}",
        "manifest.note được ký cho bên lập hoặc bản kê khác; SHA-256 của manifest.json này là {0}",
        "manifest.note 是为其他制作方或清单签名的；此 manifest.json 的 SHA-256 为 {0}",
    ),
    "false-signature": (
        "{place}: the signature of {0} with key {1} is false",
        "{place}: подпись {0} ключом {1} ложная",
        "{place}: подпіс {0} ключом {1} несапраўдны",
        "{place}: chữ ký của {0} bằng khóa {1} là sai",
        "{place}：{0} 以密钥 {1} 所作签名为假",
    ),
    "not-signed": (
        "{place}: no key of {0} that is believed signed it",
        "{place}: не подписан ни одним ключом {0}, которому поверено",
        "{place}: не падпісаны ніводным ключом {0}, якому паверана",
        "{place}: không có khóa được tin cậy nào của {0} đã ký",
        "{place}：未由 {0} 的任何受采信密钥签名",
    ),
    "key-not-valid": (
        "{place}: key {1} of {0} was not valid on {2}",
        "{place}: ключ {1} стороны {0} не действовал {2}",
        "{place}: ключ {1} боку {0} не дзейнічаў {2}",
        "{place}: khóa {1} của {0} không có hiệu lực ngày {2}",
        "{place}：{0} 的密钥 {1} 在 {2} 无效",
    ),
    "bad-receipt": (
        "{place} is no receipt: {0}",
        "{place} не квитанция: {0}",
        "{place} не квітанцыя: {0}",
        "{place} không phải biên nhận: {0}",
        "{place} 不是回执：{0}",
    ),
    "wrong-origin": (
        "{place} is of the ledger {1}, not of {0}",
        "{place} относится к журналу {1}, а не к {0}",
        "{place} адносіцца да журнала {1}, а не да {0}",
        "{place} thuộc sổ {1}, không phải {0}",
        "{place} 属于账本 {1}，而非 {0}",
    ),
    "is-receipted": (
        "entry {0} of {1} is named as not yet receipted, but the receipt covers it",
        "запись {0} журнала {1} названа записью без квитанции, но квитанция её охватывает",
        "запіс {0} журнала {1} названы запісам без квітанцыі, але квітанцыя яго ахоплівае",
        "mục {0} của sổ {1} bị ghi là chưa có biên nhận, nhưng biên nhận đã bao gồm mục này",
        "账本 {1} 第 {0} 条被列为尚无回执，但回执已包含它",
    ),
    "bad-leaf": (
        "{place} is not the leaf data of an entry",
        "{place} не данные листа записи",
        "{place} не даныя ліста запісу",
        "{place} không phải dữ liệu lá của một mục",
        "{place} 不是条目的叶数据",
    ),
    "payload-differs": (
        "{place} is not what was recorded: the entry says SHA-256 {0}, it is {1}",
        "{place} не то, что было записано: по записи SHA-256 {0}, на деле {1}",
        "{place} не тое, што было запісана: паводле запісу SHA-256 {0}, насамрэч {1}",
        "{place} không phải nội dung đã ghi: mục ghi SHA-256 {0}, thực tế là {1}",
        "{place} 并非所记录的内容：条目记载 SHA-256 为 {0}，实际为 {1}",
    ),
    "bad-proof": (
        "{place} is no proof of its entry: {0}",
        "{place} не доказательство своей записи: {0}",
        "{place} не доказ свайго запісу: {0}",
        "{place} không phải chứng minh cho mục của nó: {0}",
        "{place} 不是其条目的证明：{0}",
    ),
    "other-receipt": (
        "{place} leads to another checkpoint than the receipt of its ledger",
        "{place} ведёт к другой контрольной точке, а не к квитанции своего журнала",
        "{place} вядзе да іншай кантрольнай кропкі, а не да квітанцыі свайго журнала",
        "{place} dẫn đến điểm kiểm soát khác với biên nhận của sổ",
        "{place} 指向的检查点不是其账本的回执",
    ),
    "not-proven": (
        "{place} does not show that this entry is entry {0} of {1}: it does not lead to the root of {2} entries, {3}",
        "{place} не доказывает, что это запись {0} журнала {1}: он не ведёт к корню {2} записей, {3}",
        "{place} не даказвае, што гэта запіс {0} журнала {1}: ён не вядзе да кораня {2} запісаў, {3}",
        "{place} không chứng minh đây là mục {0} của sổ {1}: không dẫn đến gốc của {2} mục, {3}",
        "{place} 不能证明这是账本 {1} 的第 {0} 条：未能得到 {2} 条的根 {3}",
    ),
    "not-of-this-case": (
        "{place}: the entry concerns “{0}”, which is not among the subjects of this case",
        "{place}: запись относится к «{0}», чего нет среди предметов этого дела",
        "{place}: запіс адносіцца да «{0}», чаго няма сярод прадметаў гэтай справы",
        "{place}: mục này liên quan đến “{0}”, không thuộc vụ việc này",
        "{place}：该条涉及“{0}”，不属于本案",
    ),
    "attachment-not-listed": (
        "the report {1} names a file that the manifest does not list: SHA-256 {0}",
        "сообщение {1} называет файл, которого нет в описи: SHA-256 {0}",
        "паведамленне {1} называе файл, якога няма ў вопісе: SHA-256 {0}",
        "báo cáo {1} nêu một tệp mà bản kê không liệt kê: SHA-256 {0}",
        "举报 {1} 指明的文件未列入清单：SHA-256 {0}",
    ),
    "attachment-not-named": (
        "the manifest lists a file that the entry {1} does not name: SHA-256 {0}",
        "в описи есть файл, которого запись {1} не называет: SHA-256 {0}",
        "у вопісе ёсць файл, якога запіс {1} не называе: SHA-256 {0}",
        "bản kê liệt kê một tệp mà mục {1} không nêu: SHA-256 {0}",
        "清单列出的文件未见于条目 {1}：SHA-256 {0}",
    ),
    "attachment-unknown": (
        "the file {place} is none that a report in this package names: its SHA-256 is {0}",
        "файл {place} не назван ни одним сообщением пакета: его SHA-256 {0}",
        "файл {place} не названы ніводным паведамленнем пакета: яго SHA-256 {0}",
        "tệp {place} không được báo cáo nào trong gói nêu: SHA-256 là {0}",
        "文件 {place} 未被证据包中任何举报指明：其 SHA-256 为 {0}",
    ),
}


def fault_text(fault: Fault, language: Language) -> str:
    """A fault as a sentence; one without a text is shown by its code."""
    texts = FAULTS.get(fault.code)
    if texts is None:
        return f"{fault.code} {fault.place} {' '.join(fault.said)}".strip()
    return texts[LANGUAGES.index(language)].format(*fault.said, place=fault.place)
