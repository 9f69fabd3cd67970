"""What an alarm says to the person on duty, in five languages: what was found, how to mend it, and the exact command.

`{about}` is what the alarm is about, `{detail}` its figure, `{directory}` the node's directory; a command is the same
in every language.  A code without a text fails the tests.  Pure data and one look-up.
"""

import shlex
from typing import Final

import msgspec

from comity.core.alarms import Alarm, Severity
from comity.wire.decision_texts import LANGUAGES, Language

_Texts = tuple[str, str, str, str, str]


class AlarmText(msgspec.Struct, frozen=True):
    """An alarm as a person reads it."""

    severity: str
    found: str
    mend: str
    command: str


class _Entry(msgspec.Struct, frozen=True):
    found: _Texts
    mend: _Texts
    command: str


SEVERITY_WORDS: Final[dict[Severity, _Texts]] = {
    "critical": ("critical", "критично", "крытычна", "nghiêm trọng", "严重"),
    "warning": ("warning", "внимание", "увага", "cảnh báo", "警告"),
    "notice": ("notice", "к сведению", "да ведама", "lưu ý", "提示"),
}

_RESTART: Final = "systemctl restart comity"
_SETTINGS: Final = "editor {directory}/node.toml && " + _RESTART

ENTRIES: Final[dict[str, _Entry]] = {
    "settings-unreadable": _Entry(
        (
            "{about} cannot be read: {detail}.",
            "Файл {about} не читается: {detail}.",
            "Файл {about} не чытаецца: {detail}.",
            "Không đọc được {about}: {detail}.",
            "无法读取 {about}：{detail}。",
        ),
        (
            "Correct what is named; every key is in docs/reference/settings.md",
            "Исправьте указанное; все ключи описаны в docs/reference/settings.md",
            "Выпраўце названае; усе ключы апісаны ў docs/reference/settings.md",
            "Sửa chỗ được nêu; mọi khóa có trong docs/reference/settings.md",
            "更正所指之处；所有键见 docs/reference/settings.md",
        ),
        _SETTINGS,
    ),
    "secret-key-weak": _Entry(
        (
            "{about} in node.toml can be guessed: it has {detail} letters or too few different ones.",
            "{about} в node.toml можно угадать: в нём знаков {detail} или слишком мало разных.",
            "{about} у node.toml можна адгадаць: у ім знакаў {detail} або замала розных.",
            "{about} trong node.toml có thể bị đoán: chỉ có {detail} ký tự hoặc quá ít ký tự khác nhau.",
            "node.toml 中的 {about} 可被猜出：仅 {detail} 个字符或重复过多。",
        ),
        (
            "Put a new random value there; everybody signs in again",
            "Впишите новое случайное значение; все войдут заново",
            "Упішыце новае выпадковае значэнне; усе ўвойдуць нанова",
            "Ghi một giá trị ngẫu nhiên mới; mọi người đăng nhập lại",
            "写入新的随机值；所有人须重新登录",
        ),
        "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'",
    ),
    "address-insecure": _Entry(
        (
            "{about} in node.toml does not begin with https://, and nobody can sign in or call over anything else.",
            "{about} в node.toml начинается не с https://, а иначе ни войти, ни связаться нельзя.",
            "{about} у node.toml пачынаецца не з https://, а інакш ні ўвайсці, ні звязацца нельга.",
            "{about} trong node.toml không bắt đầu bằng https://, nên không thể đăng nhập hay kết nối.",
            "node.toml 中的 {about} 未以 https:// 开头，无法登录或连接。",
        ),
        (
            "Write the address with https://",
            "Запишите адрес с https://",
            "Запішыце адрас з https://",
            "Ghi địa chỉ với https://",
            "将地址写为 https://",
        ),
        _SETTINGS,
    ),
    "secrets-exposed": _Entry(
        (
            "Others on this machine can read {about} (mode {detail}).",
            "Файл {about} доступен другим пользователям машины (права {detail}).",
            "Файл {about} даступны іншым карыстальнікам машыны (правы {detail}).",
            "Người dùng khác trên máy đọc được {about} (quyền {detail}).",
            "本机其他用户可读取 {about}（权限 {detail}）。",
        ),
        (
            "Take the rights from others, and if it was a key, ask who had access and replace it",
            "Уберите чужие права, а если это ключ, выясните, кто имел доступ, и замените его",
            "Прыбярыце чужыя правы, а калі гэта ключ, высветліце, хто меў доступ, і замяніце яго",
            "Bỏ quyền của người khác; nếu là khóa, tìm xem ai đã truy cập và thay khóa",
            "取消他人权限；若为密钥，查明谁曾访问并更换",
        ),
        "chmod go-rwx {about}",
    ),
    "owner-mixed": _Entry(
        (
            "Files of the node belong to somebody else than its directory ({detail}, first: {about}).",
            "Файлы узла принадлежат не владельцу каталога ({detail}, первый: {about}).",
            "Файлы вузла належаць не ўладальніку каталога ({detail}, першы: {about}).",
            "Có tệp của nút không thuộc chủ thư mục ({detail}, đầu tiên: {about}).",
            "节点有文件不属于目录所有者（{detail} 个，首个：{about}）。",
        ),
        (
            "Give them back to the node's user, and run commands as that user",
            "Верните их пользователю узла и выполняйте команды от его имени",
            "Вярніце іх карыстальніку вузла і выконвайце каманды ад яго імя",
            "Trả chúng về cho người dùng của nút và chạy lệnh bằng người dùng đó",
            "将其归还节点用户，并以该用户运行命令",
        ),
        "chown -R --reference={directory} {directory}",
    ),
    "runs-as-root": _Entry(
        (
            "The node in {about} runs as root or belongs to root.",
            "Узел в {about} работает от root или принадлежит root.",
            "Вузел у {about} працуе ад root або належыць root.",
            "Nút trong {about} chạy bằng root hoặc thuộc về root.",
            "{about} 中的节点以 root 运行或属于 root。",
        ),
        (
            "Give it a user of its own; the systemd unit in deploy/ runs as that user",
            "Дайте ему своего пользователя; юнит systemd из deploy/ работает от него",
            "Дайце яму ўласнага карыстальніка; юніт systemd з deploy/ працуе ад яго",
            "Tạo người dùng riêng cho nút; unit systemd trong deploy/ chạy bằng người dùng đó",
            "为其建立专用用户；deploy/ 中的 systemd 单元以该用户运行",
        ),
        "useradd --system --home-dir {directory} comity; chown -R comity: {directory}",
    ),
    "signing-key-unusable": _Entry(
        (
            "There is no key to sign with: {about} ({detail}).",
            "Нечем подписывать: {about} ({detail}).",
            "Няма чым падпісваць: {about} ({detail}).",
            "Không có khóa để ký: {about} ({detail}).",
            "没有可用的签名密钥：{about}（{detail}）。",
        ),
        (
            "Bring keys/ back from its safe copy; if it is lost, make a new key and have it named",
            "Верните keys/ из надёжной копии; если её нет, создайте новый ключ и внесите его в меморандум",
            "Вярніце keys/ з надзейнай копіі; калі яе няма, стварыце новы ключ і ўнясіце яго ў мемарандум",
            "Khôi phục keys/ từ bản sao an toàn; nếu mất, tạo khóa mới và ghi vào biên bản ghi nhớ",
            "从安全副本恢复 keys/；若已丢失，新建密钥并写入备忘录",
        ),
        "install -m 0600 -o comity SAFE-COPY/keys/* {directory}/keys/",
    ),
    "signing-key-unnamed": _Entry(
        (
            "The key {about} signs, but the memorandum with {detail} does not name it for today: we are refused.",
            "Подписывает ключ {about}, но меморандум с {detail} его на сегодня не называет: партнёр нас отвергает.",
            "Падпісвае ключ {about}, але мемарандум з {detail} яго на сёння не называе: партнёр нас адхіляе.",
            "Khóa {about} đang ký nhưng biên bản với {detail} không nêu khóa này cho hôm nay: đối tác từ chối.",
            "正用密钥 {about} 签名，但与 {detail} 的备忘录未载明其今日有效：对方会拒绝。",
        ),
        (
            "Sign with a key that it names, or have this one named by an amendment",
            "Подписывайте названным в нём ключом или внесите этот поправкой",
            "Падпісвайце названым у ім ключом або ўнясіце гэты папраўкай",
            "Ký bằng khóa được nêu, hoặc bổ sung khóa này bằng bản sửa đổi",
            "改用备忘录载明的密钥，或以修正案载明此密钥",
        ),
        "comity key list --dir {directory}; comity key use KID --dir {directory}",
    ),
    "signing-key-revoked": _Entry(
        (
            "The key {about} signs although it was revoked: no partner believes it.",
            "Подписывает отозванный ключ {about}: ни один партнёр ему не верит.",
            "Падпісвае адкліканы ключ {about}: ніводзін партнёр яму не верыць.",
            "Khóa {about} vẫn ký dù đã bị thu hồi: không đối tác nào tin.",
            "已吊销的密钥 {about} 仍在签名：没有伙伴会信任它。",
        ),
        (
            "Sign with another key that the memoranda name",
            "Подписывайте другим ключом, названным в меморандумах",
            "Падпісвайце іншым ключом, названым у мемарандумах",
            "Ký bằng khóa khác được nêu trong biên bản ghi nhớ",
            "改用备忘录载明的其他密钥",
        ),
        "comity key list --dir {directory}",
    ),
    "signing-key-ended": _Entry(
        (
            "By the memorandum the key {about} was valid until {detail}: partners refuse what it signs.",
            "По меморандуму ключ {about} действовал до {detail}: партнёры отвергают его подписи.",
            "Паводле мемарандума ключ {about} дзейнічаў да {detail}: партнёры адхіляюць яго подпісы.",
            "Theo biên bản, khóa {about} chỉ có hiệu lực đến {detail}: đối tác từ chối chữ ký của nó.",
            "按备忘录，密钥 {about} 有效期至 {detail}：对方拒绝其签名。",
        ),
        (
            "Sign with its successor, or have one named by an amendment at once",
            "Подписывайте следующим ключом или срочно внесите новый поправкой",
            "Падпісвайце наступным ключом або тэрмінова ўнясіце новы папраўкай",
            "Ký bằng khóa kế nhiệm, hoặc bổ sung ngay bằng bản sửa đổi",
            "改用后续密钥，或立即以修正案载明新密钥",
        ),
        "comity key list --dir {directory}; comity key use KID --dir {directory}",
    ),
    "signing-key-ending": _Entry(
        (
            "By the memorandum the key {about} is valid until {detail}.",
            "По меморандуму ключ {about} действует до {detail}.",
            "Паводле мемарандума ключ {about} дзейнічае да {detail}.",
            "Theo biên bản, khóa {about} có hiệu lực đến {detail}.",
            "按备忘录，密钥 {about} 有效期至 {detail}。",
        ),
        (
            "Have its successor named by an amendment before that day",
            "До этого дня внесите следующий ключ поправкой",
            "Да гэтага дня ўнясіце наступны ключ папраўкай",
            "Trước ngày đó hãy bổ sung khóa kế nhiệm bằng bản sửa đổi",
            "请在此日前以修正案载明后续密钥",
        ),
        "comity key new KID --dir {directory}; comity key export KID --dir {directory}",
    ),
    "certificate-unusable": _Entry(
        (
            "The certificate or its key cannot be used: {about} ({detail}).",
            "Сертификат или его ключ непригоден: {about} ({detail}).",
            "Сертыфікат або яго ключ непрыдатны: {about} ({detail}).",
            "Chứng thư hoặc khóa của nó không dùng được: {about} ({detail}).",
            "证书或其密钥不可用：{about}（{detail}）。",
        ),
        (
            "Bring tls/ back from its safe copy and start the node again",
            "Верните tls/ из надёжной копии и перезапустите узел",
            "Вярніце tls/ з надзейнай копіі і перазапусціце вузел",
            "Khôi phục tls/ từ bản sao an toàn rồi khởi động lại nút",
            "从安全副本恢复 tls/ 并重启节点",
        ),
        "install -m 0600 -o comity SAFE-COPY/tls/* {directory}/tls/ && " + _RESTART,
    ),
    "certificate-ended": _Entry(
        (
            "The certificate {about} ended on {detail}: nobody connects.",
            "Сертификат {about} истёк {detail}: никто не может подключиться.",
            "Сертыфікат {about} скончыўся {detail}: ніхто не можа падключыцца.",
            "Chứng thư {about} hết hạn ngày {detail}: không ai kết nối được.",
            "证书 {about} 已于 {detail} 到期：无人能连接。",
        ),
        (
            "Renew it; partners need not be told unless it is the authority",
            "Обновите его; партнёрам сообщайте, только если это удостоверяющий центр",
            "Абнавіце яго; партнёрам паведамляйце, толькі калі гэта цэнтр сертыфікацыі",
            "Gia hạn; chỉ cần báo đối tác nếu đó là tổ chức chứng thực",
            "更新证书；仅当其为颁发机构时才需通知伙伴",
        ),
        "comity link renew-certificate --dir {directory} && " + _RESTART,
    ),
    "certificate-ending": _Entry(
        (
            "The certificate {about} ends on {detail}.",
            "Сертификат {about} истекает {detail}.",
            "Сертыфікат {about} заканчваецца {detail}.",
            "Chứng thư {about} hết hạn ngày {detail}.",
            "证书 {about} 将于 {detail} 到期。",
        ),
        (
            "Renew it before that day; partners need not be told unless it is the authority",
            "Обновите его до этого дня; партнёрам сообщайте, только если это удостоверяющий центр",
            "Абнавіце яго да гэтага дня; партнёрам паведамляйце, толькі калі гэта цэнтр сертыфікацыі",
            "Gia hạn trước ngày đó; chỉ cần báo đối tác nếu đó là tổ chức chứng thực",
            "请在此日前更新；仅当其为颁发机构时才需通知伙伴",
        ),
        "comity link renew-certificate --dir {directory} && " + _RESTART,
    ),
    "certificate-other-host": _Entry(
        (
            "The node's certificate is not for {about}, where partners call.",
            "Сертификат узла выдан не для {about}, куда обращаются партнёры.",
            "Сертыфікат вузла выдадзены не для {about}, куды звяртаюцца партнёры.",
            "Chứng thư của nút không dành cho {about}, nơi đối tác gọi tới.",
            "节点证书不适用于伙伴连接的 {about}。",
        ),
        (
            "Make a certificate for that host, or correct link.url",
            "Выпустите сертификат для этого хоста или исправьте link.url",
            "Выпусціце сертыфікат для гэтага хаста або выпраўце link.url",
            "Cấp chứng thư cho máy chủ đó hoặc sửa link.url",
            "为该主机签发证书，或更正 link.url",
        ),
        "comity link renew-certificate --dir {directory} && " + _RESTART,
    ),
    "partner-authority-ended": _Entry(
        (
            "The certificate authority of {about} ended ({detail}): its node is believed no more.",
            "Удостоверяющий центр {about} истёк ({detail}): его узлу больше нет доверия.",
            "Цэнтр сертыфікацыі {about} скончыўся ({detail}): яго вузлу больш няма даверу.",
            "Tổ chức chứng thực của {about} đã hết hạn ({detail}): không còn tin nút của họ.",
            "{about} 的证书颁发机构已到期（{detail}）：其节点不再受信任。",
        ),
        (
            "Ask the partner's people for the new one",
            "Запросите у партнёра новый",
            "Запытайце ў партнёра новы",
            "Xin đối tác chứng thư mới",
            "向伙伴索取新的颁发机构证书",
        ),
        "comity link add {about} --url URL --ca NEW-CA.pem --dir {directory}",
    ),
    "partner-authority-ending": _Entry(
        (
            "The certificate authority of {about} ends on {detail}.",
            "Удостоверяющий центр {about} истекает {detail}.",
            "Цэнтр сертыфікацыі {about} заканчваецца {detail}.",
            "Tổ chức chứng thực của {about} hết hạn ngày {detail}.",
            "{about} 的证书颁发机构将于 {detail} 到期。",
        ),
        (
            "Ask the partner's people for the new one before that day",
            "До этого дня запросите у партнёра новый",
            "Да гэтага дня запытайце ў партнёра новы",
            "Xin đối tác chứng thư mới trước ngày đó",
            "请在此日前向伙伴索取新的颁发机构证书",
        ),
        "comity link add {about} --url URL --ca NEW-CA.pem --dir {directory}",
    ),
    "port-silent": _Entry(
        (
            "The courier runs, but nothing answers on {about}.",
            "Курьер работает, но на {about} никто не отвечает.",
            "Кур'ер працуе, але на {about} ніхто не адказвае.",
            "Bộ chuyển phát đang chạy nhưng không có gì trả lời tại {about}.",
            "投递进程在运行，但 {about} 无响应。",
        ),
        (
            "Read why in the log, then start the node again",
            "Посмотрите причину в журнале и перезапустите узел",
            "Паглядзіце прычыну ў журнале і перазапусціце вузел",
            "Đọc nguyên nhân trong nhật ký rồi khởi động lại nút",
            "查看日志中的原因，然后重启节点",
        ),
        "journalctl --unit comity --since -1h; " + _RESTART,
    ),
    "port-foreign": _Entry(
        (
            "What answers on {about} does not show this node's certificate: another program, or not restarted since.",
            "На {about} отвечает не этот сертификат: другая программа или узел не перезапущен после замены.",
            "На {about} адказвае не гэты сертыфікат: іншая праграма або вузел не перазапушчаны пасля замены.",
            "Nơi trả lời tại {about} không dùng chứng thư của nút này: chương trình khác, hoặc chưa khởi động lại.",
            "{about} 的应答者未出示本节点证书：是其他程序，或更换后未重启。",
        ),
        (
            "See who listens there; stop it, choose another port, or start the node again",
            "Узнайте, кто там слушает; остановите его, смените порт или перезапустите узел",
            "Даведайцеся, хто там слухае; спыніце яго, змяніце порт або перазапусціце вузел",
            "Xem chương trình nào đang nghe; dừng nó, đổi cổng hoặc khởi động lại nút",
            "查看何者在监听；停止它、更换端口或重启节点",
        ),
        "ss --listening --tcp --processes --numeric; " + _RESTART,
    ),
    "courier-absent": _Entry(
        (
            "The node in {about} does not run: nothing is carried to partners.",
            "Узел в {about} не работает: партнёрам ничего не передаётся.",
            "Вузел у {about} не працуе: партнёрам нічога не перадаецца.",
            "Nút trong {about} không chạy: không gửi gì cho đối tác.",
            "{about} 中的节点未运行：不会向伙伴投递。",
        ),
        (
            "Start it; the log says why it ended",
            "Запустите его; причина остановки в журнале",
            "Запусціце яго; прычына спынення ў журнале",
            "Khởi động nút; nhật ký cho biết vì sao nó dừng",
            "启动节点；停止原因见日志",
        ),
        "systemctl start comity; journalctl --unit comity --since -1h",
    ),
    "desk-absent": _Entry(
        (
            "The desk's process of the node in {about} gives no sign of life: no plan, letter or clock goes on.",
            "Процесс рабочего места узла в {about} не подаёт признаков жизни: планы, письма и сроки стоят.",
            "Працэс працоўнага месца вузла ў {about} не падае прыкмет жыцця: планы, лісты і тэрміны стаяць.",
            "Tiến trình nghiệp vụ của nút trong {about} không hoạt động: kế hoạch, thư và thời hạn đều dừng.",
            "{about} 中节点的业务进程没有响应：计划、信件和时限均已停滞。",
        ),
        (
            "Start the node again; the log says where it stays",
            "Перезапустите узел; в журнале видно, на чём он стоит",
            "Перазапусціце вузел; у журнале відаць, на чым ён стаіць",
            "Khởi động lại nút; nhật ký cho biết nó dừng ở đâu",
            "重启节点；停在何处见日志",
        ),
        _RESTART + "; journalctl --unit comity --since -1h",
    ),
    "couriers-two": _Entry(
        (
            "{detail} couriers run for the node in {about}: the same entries are sent more than once.",
            "Для узла в {about} работает курьеров: {detail}; одно и то же отправляется повторно.",
            "Для вузла ў {about} працуе кур'ераў: {detail}; адно і тое ж адпраўляецца паўторна.",
            "Có {detail} bộ chuyển phát cùng chạy cho nút trong {about}: mục bị gửi nhiều lần.",
            "{about} 中的节点有 {detail} 个投递进程：同一条目被重复发送。",
        ),
        (
            "End the one that was started by hand",
            "Завершите запущенный вручную",
            "Завяршыце запушчаны ўручную",
            "Dừng tiến trình được khởi động bằng tay",
            "结束手动启动的那个",
        ),
        "ls {directory}/run; systemctl status comity",
    ),
    "clock-differs": _Entry(
        (
            "The clock here and that of {about} differ by {detail}.",
            "Часы здесь и у {about} расходятся на {detail}.",
            "Гадзіннік тут і ў {about} разыходзяцца на {detail}.",
            "Đồng hồ ở đây và của {about} lệch nhau {detail}.",
            "本机与 {about} 的时钟相差 {detail}。",
        ),
        (
            "See whether this clock is kept; if it is, tell them",
            "Проверьте синхронизацию здесь; если она есть, сообщите им",
            "Праверце сінхранізацыю тут; калі яна ёсць, паведаміце ім",
            "Kiểm tra đồng bộ giờ ở đây; nếu đúng, hãy báo cho họ",
            "检查本机是否同步；若已同步，请告知对方",
        ),
        "timedatectl status",
    ),
    "clock-unsynchronised": _Entry(
        (
            "The kernel says that nothing keeps this machine's clock.",
            "По данным ядра, часы машины никто не синхронизирует.",
            "Паводле ядра, гадзіннік машыны ніхто не сінхранізуе.",
            "Nhân hệ điều hành cho biết đồng hồ máy không được đồng bộ.",
            "内核表示本机时钟未被同步。",
        ),
        (
            "Let a time service keep it, unless the host does",
            "Включите службу времени, если часы не ведёт гипервизор",
            "Уключыце службу часу, калі гадзіннік не вядзе гіпервізар",
            "Bật dịch vụ đồng bộ giờ, trừ khi máy chủ vật lý đã làm",
            "启用时间同步服务，除非宿主机已负责",
        ),
        "timedatectl set-ntp true",
    ),
    "disk-full": _Entry(
        (
            "Only {detail} are free under {about}: the node will stop taking anything.",
            "Под {about} свободно лишь {detail}: узел перестанет принимать что-либо.",
            "Пад {about} вольна толькі {detail}: вузел перастане прымаць што-небудзь.",
            "Chỉ còn trống {detail} tại {about}: nút sẽ ngừng nhận.",
            "{about} 仅剩 {detail}：节点将停止接收。",
        ),
        (
            "Free room or enlarge the volume now; nothing that was receipted is lost",
            "Освободите место или расширьте том сейчас; подтверждённое не пропадёт",
            "Вызваліце месца або пашырце том зараз; пацверджанае не прападзе",
            "Giải phóng hoặc mở rộng ổ ngay; những gì đã xác nhận không mất",
            "立即腾出空间或扩容；已签收的内容不会丢失",
        ),
        "du -xh --max-depth=2 {about} | sort -h | tail",
    ),
    "disk-low": _Entry(
        (
            "Only {detail} are free under {about}.",
            "Под {about} свободно лишь {detail}.",
            "Пад {about} вольна толькі {detail}.",
            "Chỉ còn trống {detail} tại {about}.",
            "{about} 仅剩 {detail}。",
        ),
        (
            "Free room or enlarge the volume this week",
            "Освободите место или расширьте том на этой неделе",
            "Вызваліце месца або пашырце том на гэтым тыдні",
            "Giải phóng hoặc mở rộng ổ trong tuần này",
            "本周内腾出空间或扩容",
        ),
        "du -xh --max-depth=2 {about} | sort -h | tail",
    ),
    "disk-read-only": _Entry(
        (
            "The file system under {about} takes no writes.",
            "Файловая система под {about} доступна только для чтения.",
            "Файлавая сістэма пад {about} даступная толькі для чытання.",
            "Hệ thống tệp tại {about} không cho ghi.",
            "{about} 所在文件系统为只读。",
        ),
        (
            "Ask the kernel's log why, mend the disk, mount it for writing",
            "Найдите причину в журнале ядра, исправьте диск и смонтируйте его для записи",
            "Знайдзіце прычыну ў журнале ядра, выпраўце дыск і змантуйце яго для запісу",
            "Xem nhật ký nhân, sửa đĩa rồi gắn lại ở chế độ ghi",
            "查看内核日志，修复磁盘并以可写方式挂载",
        ),
        "journalctl --dmesg --priority warning; findmnt --target {about}",
    ),
    "database-unreachable": _Entry(
        (
            "The database {about} does not answer: {detail}.",
            "База данных {about} не отвечает: {detail}.",
            "База даных {about} не адказвае: {detail}.",
            "Cơ sở dữ liệu {about} không trả lời: {detail}.",
            "数据库 {about} 无响应：{detail}。",
        ),
        (
            "Start the server, or if the file is damaged, restore it by docs/runbooks/disaster.md",
            "Запустите сервер, а если файл повреждён, восстановите его по docs/runbooks/disaster.md",
            "Запусціце сервер, а калі файл пашкоджаны, аднавіце яго паводле docs/runbooks/disaster.md",
            "Khởi động máy chủ; nếu tệp hỏng, khôi phục theo docs/runbooks/disaster.md",
            "启动服务器；若文件损坏，按 docs/runbooks/disaster.md 恢复",
        ),
        "comity restore BACKUP --dir {directory}",
    ),
    "database-not-writable": _Entry(
        (
            "The database {about} takes no writes: {detail}.",
            "База данных {about} не принимает записи: {detail}.",
            "База даных {about} не прымае запісы: {detail}.",
            "Cơ sở dữ liệu {about} không nhận ghi: {detail}.",
            "数据库 {about} 无法写入：{detail}。",
        ),
        (
            "See disk, rights and who holds a lock",
            "Проверьте диск, права и кто держит блокировку",
            "Праверце дыск, правы і хто трымае блакіроўку",
            "Kiểm tra đĩa, quyền và tiến trình đang giữ khóa",
            "检查磁盘、权限及持锁进程",
        ),
        "ls -l {directory}; df -h {directory}",
    ),
    "database-not-durable": _Entry(
        (
            "The database {about} may lose what it committed in a power cut: {detail}.",
            "База данных {about} при сбое питания может потерять записанное: {detail}.",
            "База даных {about} пры збоі сілкавання можа страціць запісанае: {detail}.",
            "Cơ sở dữ liệu {about} có thể mất dữ liệu đã ghi khi mất điện: {detail}.",
            "数据库 {about} 断电时可能丢失已提交内容：{detail}。",
        ),
        (
            "Set it back: a receipt promises that an entry stays",
            "Верните настройку: квитанция обещает, что запись сохранится",
            "Вярніце наладу: квітанцыя абяцае, што запіс захаваецца",
            "Đặt lại: biên nhận cam kết mục sẽ được giữ",
            "恢复该设置：回执承诺条目会被保存",
        ),
        "psql -c 'ALTER SYSTEM RESET fsync' -c 'ALTER SYSTEM RESET full_page_writes' "
        "-c 'ALTER SYSTEM RESET synchronous_commit' -c 'SELECT pg_reload_conf()'",
    ),
    "database-on-network": _Entry(
        (
            "The database file {about} lies on a network file system ({detail}), where locks and syncs do not hold.",
            "Файл базы {about} лежит на сетевой файловой системе ({detail}), где блокировки и запись ненадёжны.",
            "Файл базы {about} ляжыць на сеткавай файлавай сістэме ({detail}), дзе блакіроўкі і запіс ненадзейныя.",
            "Tệp cơ sở dữ liệu {about} nằm trên hệ thống tệp mạng ({detail}), nơi khóa và đồng bộ không bảo đảm.",
            "数据库文件 {about} 位于网络文件系统（{detail}），锁与同步不可靠。",
        ),
        (
            "Move the node to a local disk, or use PostgreSQL",
            "Перенесите узел на локальный диск или используйте PostgreSQL",
            "Перанясіце вузел на лакальны дыск або выкарыстоўвайце PostgreSQL",
            "Chuyển nút sang đĩa cục bộ hoặc dùng PostgreSQL",
            "将节点移至本地磁盘，或改用 PostgreSQL",
        ),
        "systemctl stop comity; cp -a {directory} /var/lib/comity.local",
    ),
    "schema-behind": _Entry(
        (
            "The tables of {about} are older than this program: {detail} is lacking.",
            "Таблицы {about} старее программы: нет {detail}.",
            "Табліцы {about} старэйшыя за праграму: няма {detail}.",
            "Các bảng của {about} cũ hơn chương trình: thiếu {detail}.",
            "{about} 的表旧于本程序：缺少 {detail}。",
        ),
        (
            "Back up, then start the node: it brings them up to date",
            "Сделайте копию и запустите узел: он обновит таблицы",
            "Зрабіце копію і запусціце вузел: ён абновіць табліцы",
            "Sao lưu rồi khởi động nút: nút tự cập nhật",
            "先备份，再启动节点：它会自行更新",
        ),
        _RESTART,
    ),
    "schema-ahead": _Entry(
        (
            "The tables of {about} are newer than this program: it does not know {detail}.",
            "Таблицы {about} новее программы: она не знает {detail}.",
            "Табліцы {about} навейшыя за праграму: яна не ведае {detail}.",
            "Các bảng của {about} mới hơn chương trình: không biết {detail}.",
            "{about} 的表新于本程序：无法识别 {detail}。",
        ),
        (
            "Install the newer program again, or restore the backup made before the upgrade",
            "Верните новую версию программы или восстановите копию, сделанную до обновления",
            "Вярніце новую версію праграмы або аднавіце копію, зробленую да абнаўлення",
            "Cài lại chương trình mới hơn, hoặc khôi phục bản sao trước khi nâng cấp",
            "重新安装较新程序，或恢复升级前的备份",
        ),
        "comity --version; ls -d /opt/comity-*",
    ),
    "backup-missing": _Entry(
        (
            "There is no record of any backup ({about}).",
            "Нет сведений ни об одной резервной копии ({about}).",
            "Няма звестак ні пра адну рэзервовую копію ({about}).",
            "Không có ghi nhận bản sao lưu nào ({about}).",
            "没有任何备份记录（{about}）。",
        ),
        (
            "Make one now, and let the timer make one each day",
            "Сделайте её сейчас и включите ежедневный таймер",
            "Зрабіце яе зараз і ўключыце штодзённы таймер",
            "Sao lưu ngay và bật hẹn giờ hằng ngày",
            "立即备份，并启用每日定时备份",
        ),
        "systemctl enable --now comity-backup.timer; systemctl start comity-backup.service",
    ),
    "backup-old": _Entry(
        (
            "The last backup was made {detail} ago ({about}).",
            "Последняя резервная копия сделана {detail} назад ({about}).",
            "Апошняя рэзервовая копія зроблена {detail} таму ({about}).",
            "Bản sao lưu gần nhất cách đây {detail} ({about}).",
            "上次备份在 {detail} 之前（{about}）。",
        ),
        (
            "See why the timer's last run failed, and make one now",
            "Выясните, почему таймер не сработал, и сделайте копию сейчас",
            "Высветліце, чаму таймер не спрацаваў, і зрабіце копію зараз",
            "Tìm lý do lần hẹn giờ gần nhất thất bại và sao lưu ngay",
            "查明定时任务失败原因，并立即备份",
        ),
        "journalctl --unit comity-backup; systemctl start comity-backup.service",
    ),
    "guard-list-unreadable": _Entry(
        (
            "A list that protects names cannot be read: {about} ({detail}).",
            "Список защиты имён не читается: {about} ({detail}).",
            "Спіс аховы імёнаў не чытаецца: {about} ({detail}).",
            "Không đọc được danh sách bảo vệ tên miền: {about} ({detail}).",
            "无法读取域名保护名单：{about}（{detail}）。",
        ),
        (
            "Put the file back, or correct [guard] and [names] in node.toml; until then nothing is taken in",
            "Верните файл или исправьте [guard] и [names] в node.toml; до этого ничего не принимается",
            "Вярніце файл або выпраўце [guard] і [names] у node.toml; да гэтага нічога не прымаецца",
            "Đặt lại tệp hoặc sửa [guard] và [names] trong node.toml; trước đó không nhận gì",
            "放回文件，或更正 node.toml 的 [guard] 与 [names]；此前不接收任何内容",
        ),
        _SETTINGS,
    ),
    "authority-unreadable": _Entry(
        (
            "{about} cannot be read: {detail}.  No hold is offered or planned until it can.",
            "{about} не читается: {detail}. До исправления снятие с делегирования не предлагается и не планируется.",
            "{about} не чытаецца: {detail}. Да выпраўлення спыненне дэлегавання не прапануецца і не плануецца.",
            "Không đọc được {about}: {detail}. Chưa sửa thì không thể đề xuất hay lập kế hoạch tạm giữ.",
            "无法读取 {about}：{detail}。修正之前不提供也不计划暂停解析。",
        ),
        (
            "Mend the file: docs/spec/authority.md says what stands in it",
            "Исправьте файл: его содержание описано в docs/spec/authority.md",
            "Выпраўце файл: яго змест апісаны ў docs/spec/authority.md",
            "Sửa tệp: nội dung được mô tả trong docs/spec/authority.md",
            "修正该文件：内容说明见 docs/spec/authority.md",
        ),
        "comity zone list --dir {directory}",
    ),
    "calendar-unknown": _Entry(
        (
            "The calendar of {about} names what this node does not know: {detail}. Its deadlines may be wrong here.",
            "Календарь {about} называет неизвестное этому узлу: {detail}. Сроки здесь могут быть неверны.",
            "Каляндар {about} называе невядомае гэтаму вузлу: {detail}. Тэрміны тут могуць быць няправільныя.",
            "Lịch của {about} nêu điều nút này không biết: {detail}. Thời hạn ở đây có thể sai.",
            "{about} 的日历含本节点未知的内容：{detail}。此处的时限可能有误。",
        ),
        (
            "Install the system's time zones (tzdata), or correct [calendar] in node.toml or the memorandum",
            "Установите часовые пояса системы (tzdata) или исправьте [calendar] в node.toml или меморандум",
            "Усталюйце гадзінныя паясы сістэмы (tzdata) або выпраўце [calendar] у node.toml ці мемарандум",
            "Cài múi giờ của hệ thống (tzdata), hoặc sửa [calendar] trong node.toml hay biên bản",
            "安装系统时区数据（tzdata），或更正 node.toml 的 [calendar] 或备忘录",
        ),
        _SETTINGS,
    ),
    "party-mismatch": _Entry(
        (
            "This node is {detail}, but {about} does not name it as a party.",
            "Этот узел — {detail}, но {about} не называет его стороной.",
            "Гэты вузел — {detail}, але {about} не называе яго бокам.",
            "Nút này là {detail}, nhưng {about} không nêu nó là một bên.",
            "本节点为 {detail}，但 {about} 未将其列为缔约方。",
        ),
        (
            "Correct party in node.toml; it never changes once something was signed",
            "Исправьте party в node.toml; после первой подписи оно не меняется",
            "Выпраўце party у node.toml; пасля першага подпісу яно не мяняецца",
            "Sửa party trong node.toml; sau khi đã ký thì không được đổi",
            "更正 node.toml 的 party；一经签署不得更改",
        ),
        _SETTINGS,
    ),
    "zones-mismatch": _Entry(
        (
            "The zones in node.toml and in {about} differ: {detail}.",
            "Зоны в node.toml и в {about} различаются: {detail}.",
            "Зоны ў node.toml і ў {about} адрозніваюцца: {detail}.",
            "Vùng trong node.toml và trong {about} khác nhau: {detail}.",
            "node.toml 与 {about} 中的区域不同：{detail}。",
        ),
        (
            "Correct zones in node.toml, or amend the memorandum",
            "Исправьте zones в node.toml или внесите поправку в меморандум",
            "Выпраўце zones у node.toml або ўнясіце папраўку ў мемарандум",
            "Sửa zones trong node.toml hoặc sửa đổi biên bản ghi nhớ",
            "更正 node.toml 的 zones，或修正备忘录",
        ),
        _SETTINGS,
    ),
    "memorandum-absent": _Entry(
        (
            "No memorandum with {about} is in force: nothing is sent or taken, what waits is kept.",
            "С {about} нет действующего меморандума: ничего не передаётся и не принимается, ожидающее хранится.",
            "З {about} няма дзейнага мемарандума: нічога не перадаецца і не прымаецца, тое, што чакае, захоўваецца.",
            "Không có biên bản nào với {about} đang hiệu lực: không gửi, không nhận, mục chờ được giữ lại.",
            "与 {about} 没有生效的备忘录：不发送也不接收，待发内容保留。",
        ),
        (
            "If that is not meant, the policy officer resumes or renews it",
            "Если это не намеренно, его возобновляет ответственный за политику",
            "Калі гэта не наўмысна, яго аднаўляе адказны за палітыку",
            "Nếu không chủ ý, người phụ trách chính sách khôi phục hoặc gia hạn",
            "若非有意，由政策负责人恢复或续签",
        ),
        "comity memo show --dir {directory}",
    ),
    "memorandum-ending": _Entry(
        (
            "The memorandum {about} ends on {detail}; after that nothing passes.",
            "Меморандум {about} прекращается {detail}; после этого обмена нет.",
            "Мемарандум {about} спыняецца {detail}; пасля гэтага абмену няма.",
            "Biên bản {about} hết hiệu lực ngày {detail}; sau đó không trao đổi nữa.",
            "备忘录 {about} 将于 {detail} 终止；此后停止交换。",
        ),
        (
            "The policy officer renews it, or tells the desk that it ends",
            "Ответственный за политику продлевает его или предупреждает дежурных",
            "Адказны за палітыку працягвае яго або папярэджвае дзяжурных",
            "Người phụ trách chính sách gia hạn hoặc báo cho bộ phận trực",
            "由政策负责人续签，或通知值班人员",
        ),
        "comity memo show --dir {directory}",
    ),
    "link-stopped": _Entry(
        (
            "The link to {about} is stopped: two signed histories contradict each other, and a person must look.",
            "Связь с {about} остановлена: две подписанные истории противоречат друг другу, нужен человек.",
            "Сувязь з {about} спынена: дзве падпісаныя гісторыі супярэчаць адна адной, патрэбны чалавек.",
            "Liên kết với {about} đã dừng: hai lịch sử đã ký mâu thuẫn nhau, cần người xem xét.",
            "与 {about} 的链路已停止：两份已签名的历史互相矛盾，须人工核查。",
        ),
        (
            "Read both heads, speak to the partner's people, and only then resume; see docs/runbooks/disaster.md",
            "Сравните обе подписанные головы, спросите партнёра, затем возобновите; см. docs/runbooks/disaster.md",
            "Параўнайце абедзве падпісаныя галавы, спытайце партнёра, потым аднавіце; гл. docs/runbooks/disaster.md",
            "Đọc cả hai điểm kiểm, liên hệ đối tác rồi mới mở lại; xem docs/runbooks/disaster.md",
            "核对两个检查点并联系伙伴后再恢复；见 docs/runbooks/disaster.md",
        ),
        "comity link status --dir {directory}",
    ),
    "link-recovering": _Entry(
        (
            "The link to {about} recovers: this node gets its own entries back and signs nothing until then.",
            "Связь с {about} восстанавливается: узел получает свои записи обратно и до тех пор ничего не подписывает.",
            "Сувязь з {about} аднаўляецца: вузел атрымлівае свае запісы назад і да таго нічога не падпісвае.",
            "Liên kết với {about} đang phục hồi: nút lấy lại các mục của mình và chưa ký gì.",
            "与 {about} 的链路正在恢复：节点取回自己的条目，此前不签名。",
        ),
        (
            "Wait while the partner can be reached; if it lasts over an hour, speak to its people",
            "Подождите, пока партнёр доступен; если дольше часа, свяжитесь с ним",
            "Пачакайце, пакуль партнёр даступны; калі даўжэй за гадзіну, звяжыцеся з ім",
            "Chờ khi đối tác còn kết nối được; nếu quá một giờ, hãy liên hệ họ",
            "在伙伴可达时等待；超过一小时请联系对方",
        ),
        "comity link status --dir {directory}",
    ),
    "link-recovered-unasked": _Entry(
        (
            "{about} held entries of ours that this node did not know, though nobody had restored a backup here.",
            "У {about} оказались наши записи, неизвестные этому узлу, хотя резервную копию здесь никто не возвращал.",
            "У {about} аказаліся нашы запісы, невядомыя гэтаму вузлу, хоць рэзервовую копію тут ніхто не вяртаў.",
            "{about} giữ các mục của chúng ta mà nút này không biết, dù không ai khôi phục bản sao lưu ở đây.",
            "{about} 持有本节点不知道的我方条目，而此处并无人还原过备份。",
        ),
        (
            "If somebody copied an old database back, clear this; otherwise the signing key is stolen: revoke it",
            "Если кто-то вернул старую базу, подтвердите; иначе ключ подписи украден: отзовите его",
            "Калі нехта вярнуў старую базу, пацвердзіце гэта; інакш ключ подпісу скрадзены: адклічце яго",
            "Nếu ai đó đã chép lại cơ sở dữ liệu cũ, hãy xác nhận; nếu không, khóa ký đã bị lộ: hãy thu hồi",
            "若有人拷回旧数据库，请确认并清除；否则签名密钥已失窃，请吊销",
        ),
        "comity link resume {about} --dir {directory}",
    ),
    "link-lagging": _Entry(
        (
            "The oldest entry for {about} has waited {detail} for a receipt.",
            "Старейшая запись для {about} ждёт квитанции {detail}.",
            "Найстарэйшы запіс для {about} чакае квітанцыі {detail}.",
            "Mục cũ nhất gửi {about} đã chờ biên nhận {detail}.",
            "发往 {about} 的最旧条目已等待回执 {detail}。",
        ),
        (
            "See what the link says; nothing is lost, the courier tries again by itself",
            "Посмотрите состояние связи; ничего не теряется, курьер повторит сам",
            "Паглядзіце стан сувязі; нічога не губляецца, кур'ер паўторыць сам",
            "Xem trạng thái liên kết; không mất gì, hệ thống tự thử lại",
            "查看链路状态；不会丢失，系统会自动重试",
        ),
        "comity link sync {about} --dir {directory}",
    ),
    "link-failing": _Entry(
        (
            "The last try to reach {about} failed: {detail}.",
            "Последняя попытка связи с {about} не удалась: {detail}.",
            "Апошняя спроба сувязі з {about} не ўдалася: {detail}.",
            "Lần liên hệ {about} gần nhất thất bại: {detail}.",
            "上次联系 {about} 失败：{detail}。",
        ),
        (
            "The reason in full is in the link's status; docs/reference/errors.md explains the code",
            "Полная причина — в состоянии связи; код объяснён в docs/reference/errors.md",
            "Поўная прычына — у стане сувязі; код растлумачаны ў docs/reference/errors.md",
            "Lý do đầy đủ có trong trạng thái liên kết; mã được giải thích tại docs/reference/errors.md",
            "完整原因见链路状态；代码说明见 docs/reference/errors.md",
        ),
        "comity link status --dir {directory}",
    ),
    "undelivered-overdue": _Entry(
        (
            "The oldest entry for {about} has waited {detail}, longer than the memorandum lets it.",
            "Старейшая запись для {about} ждёт {detail}, дольше, чем допускает меморандум.",
            "Найстарэйшы запіс для {about} чакае {detail}, даўжэй, чым дапускае мемарандум.",
            "Mục cũ nhất gửi {about} đã chờ {detail}, lâu hơn mức biên bản cho phép.",
            "发往 {about} 的最旧条目已等待 {detail}，超过备忘录允许的时限。",
        ),
        (
            "Tell the partner's duty officer by another way; the entries stay and will be sent",
            "Сообщите дежурному партнёра другим путём; записи хранятся и будут отправлены",
            "Паведаміце дзяжурнаму партнёра іншым шляхам; запісы захоўваюцца і будуць адпраўлены",
            "Báo cho người trực của đối tác bằng cách khác; các mục vẫn được giữ và sẽ gửi",
            "通过其他途径通知伙伴值班人员；条目保留并将发送",
        ),
        "comity link status --dir {directory}",
    ),
    "mail-unusable": _Entry(
        (
            "Notices cannot leave: {detail}.",
            "Уведомления не отправляются: {detail}.",
            "Апавяшчэнні не адпраўляюцца: {detail}.",
            "Không gửi được thông báo: {detail}.",
            "通知无法发出：{detail}。",
        ),
        (
            "Correct [mail] in {about}; letters wait until then",
            "Исправьте [mail] в {about}; письма до тех пор ждут",
            "Выпраўце [mail] у {about}; лісты да таго часу чакаюць",
            "Sửa [mail] trong {about}; thư chờ đến khi đó",
            "更正 {about} 中的 [mail]；在此之前邮件等待发送",
        ),
        _SETTINGS,
    ),
    "mail-waiting": _Entry(
        (
            "A notice has waited {detail} to leave through {about}.",
            "Уведомление ждёт отправки через {about} уже {detail}.",
            "Апавяшчэнне чакае адпраўкі праз {about} ужо {detail}.",
            "Một thông báo đã chờ gửi qua {about} {detail}.",
            "一份通知等待经 {about} 发出已达 {detail}。",
        ),
        (
            "See what the mail server answers, or whether the daily limit is reached; then it leaves by itself",
            "Посмотрите ответ почтового сервера или дневной предел; затем письмо уйдёт само",
            "Паглядзіце адказ паштовага сервера або дзённую мяжу; потым ліст сыдзе сам",
            "Xem máy chủ thư trả lời gì hoặc đã đạt giới hạn ngày chưa; sau đó thư tự gửi",
            "查看邮件服务器的答复或是否达到每日上限；之后会自动发出",
        ),
        "comity mail list --state waiting --dir {directory}",
    ),
    "mail-given-up": _Entry(
        (
            "Letters given up in the last seven days: {detail}. Those who were to be told do not know.",
            "За семь дней не доставлено писем: {detail}. Адресаты ничего не знают.",
            "За сем дзён не дастаўлена лістоў: {detail}. Адрасаты нічога не ведаюць.",
            "Số thư không gửi được trong bảy ngày qua: {detail}. Người nhận chưa được thông báo.",
            "过去七天放弃投递的邮件：{detail} 封。收件人并不知情。",
        ),
        (
            "Correct the address or tell them otherwise; try a letter again with comity mail retry",
            "Исправьте адрес или сообщите иначе; повторить отправку: comity mail retry",
            "Выпраўце адрас або паведаміце інакш; паўтарыць адпраўку: comity mail retry",
            "Sửa địa chỉ hoặc báo bằng cách khác; gửi lại bằng comity mail retry",
            "更正地址或以其他方式告知；用 comity mail retry 重试",
        ),
        "comity mail list --state given-up --dir {directory}",
    ),
    "webhook-given-up": _Entry(
        (
            "Webhooks that were given up after three days: {detail}. Their receivers do not hear of withdrawals.",
            "Вебхуки, от которых отказались через три дня: {detail}. Их получатели не узнают об отзывах.",
            "Вэбхукі, ад якіх адмовіліся праз тры дні: {detail}. Іх атрымальнікі не даведаюцца пра адкліканні.",
            "Webhook đã bị bỏ sau ba ngày: {detail}. Bên nhận không biết về các lần thu hồi.",
            "三天后放弃的 webhook：{detail}。其接收方不会得知撤回。",
        ),
        (
            "See what the receiver answers; when it is mended: comity webhook retry NAME",
            "Посмотрите ответ получателя; когда исправлено: comity webhook retry ИМЯ",
            "Паглядзіце адказ атрымальніка; калі выпраўлена: comity webhook retry ІМЯ",
            "Xem bên nhận trả lời gì; khi đã sửa: comity webhook retry TÊN",
            "查看接收方的答复；修复后运行：comity webhook retry 名称",
        ),
        "comity webhook list --dir {directory}",
    ),
    "hold-not-holding": _Entry(
        (
            "Names on hold that were seen without it, or that resolve: {detail}.",
            "Приостановленных имён, у которых этого не видно или которые отвечают: {detail}.",
            "Прыпыненых імёнаў, у якіх гэтага не бачна або якія адказваюць: {detail}.",
            "Số tên miền đang tạm giữ nhưng không thấy trạng thái đó hoặc vẫn phân giải: {detail}.",
            "已暂停却未见该状态或仍可解析的域名：{detail} 个。",
        ),
        (
            "Open each such case: its last entry says what was seen; a person decides",
            "Откройте каждое такое дело: что увидено, сказано в последней записи; решает человек",
            "Адкрыйце кожную такую справу: што ўбачана, сказана ў апошнім запісе; вырашае чалавек",
            "Mở từng vụ việc đó: mục cuối ghi điều đã thấy; con người quyết định",
            "打开相应案件：最后一条记录说明所见；由人决定",
        ),
        "comity case list --state on_hold --dir {directory}",
    ),
    "zones-absent": _Entry(
        (
            "The part that serves zones of the node in {about} gives no sign of life: resolvers hear of no withdrawal.",
            "Служба зон узла в {about} не подаёт признаков жизни: резолверы не узнают об отзывах.",
            "Служба зон вузла ў {about} не падае прыкмет жыцця: рэзолверы не даведаюцца пра адкліканні.",
            "Phần phục vụ vùng của nút trong {about} không hoạt động: máy phân giải không biết về việc rút lại.",
            "{about} 中节点的区域服务没有响应：解析器得不到撤回的消息。",
        ),
        (
            "Start the node again; the log says why it ended",
            "Перезапустите узел; в журнале видно, почему служба завершилась",
            "Перазапусціце вузел; у журнале відаць, чаму служба завяршылася",
            "Khởi động lại nút; nhật ký cho biết vì sao nó kết thúc",
            "重启节点；结束原因见日志",
        ),
        _RESTART + "; journalctl --unit comity --since -1h",
    ),
    "zones-unusable": _Entry(
        (
            "What node.toml declares of {about} cannot be used: {detail}.",
            "Объявленное в node.toml для {about} не годится: {detail}.",
            "Абвешчанае ў node.toml для {about} не падыходзіць: {detail}.",
            "Không dùng được khai báo về {about} trong node.toml: {detail}.",
            "node.toml 中关于 {about} 的声明无法使用：{detail}。",
        ),
        (
            "Correct it, or make the key that is missing; docs/how-to/resolver.md",
            "Исправьте или создайте недостающий ключ; docs/how-to/resolver.md",
            "Выпраўце або стварыце ключ, якога бракуе; docs/how-to/resolver.md",
            "Sửa lại, hoặc tạo khóa còn thiếu; docs/how-to/resolver.md",
            "更正，或创建缺少的密钥；见 docs/how-to/resolver.md",
        ),
        _SETTINGS,
    ),
    "secondary-behind": _Entry(
        (
            "The resolver {about} has not fetched the newest version of a zone: {detail}.",
            "Резолвер {about} не забрал последнюю версию зоны: {detail}.",
            "Рэзолвер {about} не забраў апошнюю версію зоны: {detail}.",
            "Máy phân giải {about} chưa lấy phiên bản mới nhất của vùng: {detail}.",
            "解析器 {about} 尚未获取区域的最新版本：{detail}。",
        ),
        (
            "Ask its operator; names that were withdrawn may still be refused there",
            "Обратитесь к его оператору: отозванные имена там могут всё ещё блокироваться",
            "Звярніцеся да яго аператара: адкліканыя імёны там могуць усё яшчэ блакавацца",
            "Hỏi đơn vị vận hành; tên đã rút lại có thể vẫn bị chặn ở đó",
            "询问其运营方；已撤回的域名在那里可能仍被拦截",
        ),
        "comity output zones --dir {directory}",
    ),
    "feeds-unreadable": _Entry(
        (
            "The declarations of feeds cannot be read: {detail}",
            "Описания потоков данных не читаются: {detail}",
            "Апісанні патокаў даных не чытаюцца: {detail}",
            "Không đọc được khai báo nguồn dữ liệu: {detail}",
            "无法读取数据源声明：{detail}",
        ),
        (
            "Correct {about}; until then no feed is fetched",
            "Исправьте {about}; до этого ни один поток не загружается",
            "Выпраўце {about}; да гэтага ніводзін паток не загружаецца",
            "Sửa {about}; cho đến lúc đó không nguồn nào được tải",
            "更正 {about}；在此之前不获取任何数据源",
        ),
        "comity feed check --dir {directory}",
    ),
    "feed-stale": _Entry(
        (
            "The feed {about} had no success for {detail}.",
            "Поток данных {about} не загружался успешно {detail}.",
            "Паток даных {about} не загружаўся паспяхова {detail}.",
            "Nguồn {about} chưa tải thành công trong {detail}.",
            "数据源 {about} 已有 {detail} 未成功获取。",
        ),
        (
            "See why; correct its declaration, or disable the feed",
            "Узнайте причину; исправьте описание или отключите поток",
            "Даведайцеся прычыну; выпраўце апісанне або адключыце паток",
            "Xem lý do; sửa khai báo hoặc tắt nguồn",
            "查明原因；更正声明，或停用该数据源",
        ),
        "comity feed show {about} --dir {directory}",
    ),
    "feed-held": _Entry(
        (
            "The feed {about} is not believed: {detail}.",
            "Потоку данных {about} не поверили: {detail}.",
            "Патоку даных {about} не паверылі: {detail}.",
            "Nguồn {about} không được tin: {detail}.",
            "数据源 {about} 未被采信：{detail}。",
        ),
        (
            "Ask its publisher; if it is right, let it pass with comity feed believe",
            "Спросите издателя; если всё верно, пропустите: comity feed believe",
            "Спытайце выдаўца; калі ўсё правільна, прапусціце: comity feed believe",
            "Hỏi nơi phát hành; nếu đúng, cho qua bằng comity feed believe",
            "询问发布方；如无误，用 comity feed believe 放行",
        ),
        "comity feed show {about} --dir {directory}",
    ),
    "sweep-failed": _Entry(
        (
            "The sweep of the zones failed: {detail}.",
            "Проверка зон не удалась: {detail}.",
            "Праверка зон не ўдалася: {detail}.",
            "Quét đuôi tên miền không thành công: {detail}.",
            "顶级域扫描失败：{detail}。",
        ),
        (
            "It is tried again by itself; docs/how-to/enquiries.md says what each reason asks for",
            "Она повторяется сама; что значит причина, сказано в docs/how-to/enquiries.md",
            "Яна паўтараецца сама; што значыць прычына, сказана ў docs/how-to/enquiries.md",
            "Hệ thống tự thử lại; xem ý nghĩa từng lý do trong docs/how-to/enquiries.md",
            "系统会自动重试；各原因的处理见 docs/how-to/enquiries.md",
        ),
        "comity sweep --dir {directory}",
    ),
    "sweep-old": _Entry(
        (
            "No sweep of the zones went well for {detail}.",
            "Удачной проверки зон не было {detail}.",
            "Удалай праверкі зон не было {detail}.",
            "Đã {detail} không có lần quét đuôi tên miền nào thành công.",
            "已有 {detail} 未成功扫描顶级域。",
        ),
        (
            "See whether the desk runs and a sweep is at work",
            "Проверьте, работает ли служба и идёт ли проверка",
            "Праверце, ці працуе служба і ці ідзе праверка",
            "Kiểm tra dịch vụ có chạy và có đang quét không",
            "检查服务是否运行、扫描是否正在进行",
        ),
        "comity sweep --dir {directory}",
    ),
    "check-failed": _Entry(
        (
            "The check {about} could not be made: {detail}.",
            "Проверку {about} выполнить не удалось: {detail}.",
            "Праверку {about} выканаць не ўдалося: {detail}.",
            "Không thực hiện được kiểm tra {about}: {detail}.",
            "无法执行检查 {about}：{detail}。",
        ),
        (
            "Mend what else is reported and run the doctor again",
            "Устраните остальное и запустите проверку снова",
            "Выпраўце астатняе і запусціце праверку зноў",
            "Sửa các lỗi khác rồi chạy lại kiểm tra",
            "先处理其他问题，再次运行检查",
        ),
        "comity doctor --dir {directory}",
    ),
}


def alarm_text(alarm: Alarm, language: Language, *, directory: str) -> AlarmText:
    """Tell an alarm in a language; `directory` is written into commands."""
    number = LANGUAGES.index(language)
    entry = ENTRIES[alarm.code]
    values = {"about": alarm.about, "detail": alarm.detail, "directory": directory}
    quoted = {name: shlex.quote(value) for name, value in values.items()}
    return AlarmText(
        severity=SEVERITY_WORDS[alarm.severity][number],
        found=entry.found[number].format(**values),
        mend=entry.mend[number].format(**values),
        command=entry.command.format(**quoted),
    )
