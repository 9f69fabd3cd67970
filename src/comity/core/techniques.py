"""By which technique was the DNS abused?  The 21 of FIRST's DNS Abuse Techniques Matrix, as data.

The list is that of the matrix of FIRST's DNS Abuse SIG (version 1.3, https://www.first.org/global/sigs/dns/); the short
identifiers are ours and never change, the English names follow the matrix, those in the other four languages are our
own.  `met_by_registry`: what a registry sees in its daily work; the others stand here so that an article of somebody
else can name them.  A technique says how, a category (`core.categories`) what for: an article bears both.
"""

from typing import Final

import msgspec


class Technique(msgspec.Struct, frozen=True):
    """One technique: its identifier and what it is called in each language."""

    id: str
    en: str
    ru: str
    be: str
    vi: str
    zh: str
    met_by_registry: bool = False

    def name(self, language: str) -> str:
        """What it is called; in English where the language is none of the five."""
        return str(getattr(self, language)) if language in {"ru", "be", "vi", "zh"} else self.en


TECHNIQUES: Final[tuple[Technique, ...]] = (
    Technique(
        "dga", "Domain generation algorithms (DGA)", "Алгоритмы генерации доменов (DGA)",
        "Алгарытмы генерацыі даменаў (DGA)", "Thuật toán sinh tên miền (DGA)", "域名生成算法（DGA）", True,
    ),
    Technique(
        "domain-name-compromise", "Domain name compromise", "Захват управления доменным именем",
        "Захоп кіравання даменным імем", "Chiếm quyền quản lý tên miền", "域名被劫持", True,
    ),
    Technique(
        "lame-delegation", "Lame delegations", "Неработающее делегирование", "Непрацуючае дэлегаванне",
        "Ủy quyền DNS hỏng (lame delegation)", "失效授权（lame delegation）", True,
    ),
    Technique(
        "cache-poisoning", "DNS cache poisoning", "Отравление кэша DNS", "Атручванне кэша DNS",
        "Đầu độc bộ đệm DNS", "DNS 缓存投毒",
    ),
    Technique(
        "dns-rebinding", "DNS rebinding", "Подмена адреса (DNS rebinding)", "Падмена адраса (DNS rebinding)",
        "Tấn công DNS rebinding", "DNS 重绑定",
    ),
    Technique(
        "dns-server-compromise", "DNS server compromise", "Взлом DNS-сервера", "Узлом DNS-сервера",
        "Máy chủ DNS bị xâm nhập", "DNS 服务器被入侵",
    ),
    Technique(
        "stub-resolver-hijacking", "Stub resolver hijacking", "Подмена резолвера на устройстве",
        "Падмена рэзолвера на прыладзе", "Chiếm quyền trình phân giải trên thiết bị", "终端解析器劫持",
    ),
    Technique(
        "local-resolver-hijacking", "Local recursive resolver hijacking", "Подмена локального рекурсивного резолвера",
        "Падмена лакальнага рэкурсіўнага рэзолвера", "Chiếm quyền máy chủ phân giải cục bộ", "本地递归解析器劫持",
    ),
    Technique(
        "on-path-dns-attack", "On-path DNS attack", "Атака на DNS на пути запроса", "Атака на DNS на шляху запыту",
        "Tấn công DNS trên đường truyền", "DNS 链路中间攻击",
    ),
    Technique(
        "dos-against-dns", "Denial of service against the DNS", "Отказ в обслуживании: атака на DNS",
        "Адмова ў абслугоўванні: атака на DNS", "Từ chối dịch vụ nhằm vào DNS", "针对 DNS 的拒绝服务",
    ),
    Technique(
        "dns-dos-vector", "DNS as a vector for denial of service", "DNS как средство отказа в обслуживании",
        "DNS як сродак адмовы ў абслугоўванні", "Dùng DNS để tấn công từ chối dịch vụ", "利用 DNS 发起拒绝服务",
    ),
    Technique(
        "dynamic-dns", "Dynamic DNS resolution to hide", "Динамический DNS для сокрытия",
        "Дынамічны DNS для ўтойвання", "Dùng DNS động để che giấu", "利用动态 DNS 隐匿",
    ),
    Technique(
        "fast-flux", "Fast flux", "Быстрая смена адресов (fast flux)", "Хуткая змена адрасоў (fast flux)",
        "Đổi địa chỉ nhanh (fast flux)", "快速变换地址（fast flux）", True,
    ),
    Technique(
        "dns-exfiltration", "Infiltration and exfiltration through the DNS",
        "Передача данных через DNS внутрь и наружу",
        "Перадача даных праз DNS унутр і вонкі", "Đưa dữ liệu vào và ra qua DNS", "经 DNS 渗入与外泄数据",
    ),
    Technique(
        "malicious-registration", "Malicious registration of second-level names",
        "Злонамеренная регистрация имён второго уровня", "Зламысная рэгістрацыя імёнаў другога ўзроўню",
        "Đăng ký tên miền cấp hai với mục đích xấu", "恶意注册二级域名", True,
    ),
    Technique(
        "malicious-subdomains", "Malicious subdomains at dynamic DNS providers",
        "Вредоносные поддомены у поставщиков динамического DNS", "Шкодныя паддамены ў пастаўшчыкоў дынамічнага DNS",
        "Tên miền con độc hại tại nhà cung cấp DNS động", "在动态 DNS 服务商处创建恶意子域名", True,
    ),
    Technique(
        "non-dns-server-compromise", "Compromise of a server other than a DNS server",
        "Взлом сервера, не относящегося к DNS",
        "Узлом сервера, які не адносіцца да DNS", "Xâm nhập máy chủ không phải DNS", "入侵非 DNS 服务器", True,
    ),
    Technique(
        "unregistered-name-spoofing", "Spoofing or use of unregistered names",
        "Использование незарегистрированных имён",
        "Выкарыстанне незарэгістраваных імёнаў", "Giả mạo bằng tên miền chưa đăng ký", "冒用未注册域名", True,
    ),
    Technique(
        "registered-name-spoofing", "Spoofing of a registered name", "Подделка зарегистрированного имени",
        "Падробка зарэгістраванага імя", "Giả mạo tên miền đã đăng ký", "仿冒已注册域名", True,
    ),
    Technique(
        "dns-tunneling", "DNS tunnelling of another protocol", "Туннелирование другого протокола через DNS",
        "Тунэляванне іншага пратаколу праз DNS", "Tạo đường hầm giao thức khác qua DNS", "DNS 隧道",
    ),
    Technique(
        "dns-beacons", "DNS beacons: command and control", "Связь с контроллером через DNS",
        "Сувязь з кантролерам праз DNS", "Liên lạc điều khiển qua DNS (beacon)", "DNS 信标：命令与控制", True,
    ),
)  # fmt: skip

BY_ID: Final[dict[str, Technique]] = {technique.id: technique for technique in TECHNIQUES}
