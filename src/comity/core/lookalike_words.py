"""The words that stand beside a protected label: what lures, what trades, what a domain name is made of, and the rest.

Our own lists, in the languages of the registries and as people write them in Latin letters.  `split_words` cuts what
stands beside a label into such words; a piece that is none of them leaves the rest unexplained, and then it explains
nothing.  docs/spec/lookalikes.md §5.
"""

from functools import lru_cache
from typing import Final

import msgspec

from comity.core.ordinary_words import ORDINARY

# Words with which people are asked for a password, a payment, a parcel or a gift.
LURES: Final = frozenset(
    """
    login logins logon signin sigin signon signup secure secured security securely account accounts acount accounting
    verify verified verification verifications validate validation confirm confirmation confirmed update updates
    upgrade upgrading unlock unlocked unblock unblocked recover recovery restore restored reset activate activation
    authorize authorise authorization auth authenticate authentication password passwords passport passwort pass pin
    otp support helpdesk helpline hotline notification notify alert alerts warning suspended limited locked billing
    bill bills invoice invoices pay pays paying payment payments payout payouts paid refund refunds refunded return
    returns cashback transfer transfers remit checkout deliver delivered deliveries tracking track tracker parcel
    parcels shipment ebank ebanking netbank netbanking mobilebank ibank wallet wallets promocode giftcard prize prizes
    winner reward rewards award voucher vouchers lottery giveaway airdrop claim claims staking stake access webmail
    apk official officially oficial admin administrator administration settings subscribe subscription renew renewal
    covid vaccine compensation benefit benefits subsidy penalty claimbonus cabinet personal unlocker icloud lk vhod
    voiti vojti vkhod vxod kabinet kabinety lichniy lichnyy lichnyj lichny licniy licnyj lkabinet avtorizaciya
    avtorizacia avtorizatsiya registraciya registracia registratsiya zaregistrirovat oplata oplatit oplaty oplati opl
    oplachivai platezh platez platezhi platej plati platit perevesti dostavka dostavki dostavk dostav posylka posilka
    posylki bezopasnaya bezopasnost bezopasno bezopasny zashita zaschita zashchita vyplata vyplaty viplata viplaty
    vyplati kompensaciya kompensacia kompensatsiya posobie posobiya subsidiya subsidia vyigrysh rozygrysh denezhnyy
    podderzhka podderjka goryachaya golosovanie podtverdit podtverzhdenie podtverdi vosstanovit vosstanovlenie
    razblokirovka razblokirovat blokirovka obnovlenie obnovit prilozhenie oficialnyy oficialniy oficialnyj oficialny
    ofitsialnyy ofic oficialnij investy vozvrat vernut lgoty lgota dangnhap dang-nhap dangky dang-ky dangki thanhtoan
    thanh-toan chuyentien chuyen-tien chuyenkhoan quatang qua-tang nhanqua nhan-qua trungthuong trung-thuong xacthuc
    xac-thuc xacminh xac-minh baomat bao-mat taikhoan tai-khoan matkhau mat-khau hotrokhachhang khachhang khach-hang
    vaytien vay-tien vayonline vaynhanh thetindung naptien nap-tien napthe nap-the ruttien rut-tien vidientu hoantien
    hoan-tien dichvucong tracuu tra-cuu capnhat cap-nhat nhantien nhan-tien lixi li-xi khoiphuc khoi-phuc mokhoa
    mo-khoa kefu denglu dengru zhuce yanzheng anquan zhifu zhanghu zhanghao guanwang guanfang jiesuan lingqu lingjiang
    hongbao choujiang zhongjiang jiangli tuikuan peichang dingdan chongzhi tixian wangyin mima jiesuo jiefeng shenfen
    renzheng xinyong xinyongka duihuan zhuanzhang banli bangding gengxin вход войти авторизация регистрация кабинет
    личный личныйкабинет лк оплата оплатить оплаты платеж платежи платёж доставка доставки посылка посылки безопасная
    безопасность безопасно защита банка выплата выплаты компенсация пособие пособия субсидия выигрыш розыгрыш промокод
    поддержка горячая голосование подтвердить подтверждение восстановить восстановление разблокировка блокировка
    обновление обновить приложение официальный официально возврат вернуть льготы госуслуги тинькофф уваход плацеж
    аплата аплаціць дастаўка пасылка кур'ер кабінет асабісты банкінг падтрымка бяспека кампенсацыя падатак крэдыт
    пазыка падарунак прыз зніжка 登录 登陆 注册 验证 安全 支付 付款 账户 账号 客服 官网 官方 红包 抽奖 中奖 领取 退款
    赔偿 订单 充值 提现 密码 解锁 解封 认证 信用卡 兑换 转账 更新 售后 đăng-nhập đăngnhập đăng-ký đăngký ngân-hàng
    ngânhàng thanh-toán thanhtoán chuyển-tiền khuyến-mãi quà-tặng xác-thực bảo-mật tài-khoản mật-khẩu hỗ-trợ
    khách-hàng vay-tiền tín-dụng nạp-tiền rút-tiền hoàn-tiền dịch-vụ tra-cứu cập-nhật giao-hàng bưu-điện đơn-hàng
    ưu-đãi miễn-phí
    """.split()  # noqa: SIM905 — words read better as words
)
# Words of trade: shops, clubs and partners put them beside a label as often as who deceives does.
TRADE: Final = frozenset(
    """
    safe safety gosuslugi id ids sms code codes token help service services servicing serviceonline customer customers
    client clients care center centre contact info notice cash money order orders cart delivery package packages
    shipping post courier express card cards credit debit loan loans bank banking bonus bonuses promo promos promotion
    gift gifts free win lucky coupon coupons discount sale sales offer offers earn earning profit income invest
    investment investments investor trade trading exchange swap mining miner online onlline portal my web mail email
    inbox mobile app apps application download downloads install installer setup desktop real original user users
    member members membership premium vip pro plus team manager management profile survey poll vote quiz form forms
    apply job jobs vacancy career careers tax taxes fine fines insurance connect sync session live chat bot bots
    channel private business corporate merchant seller sellers buyer partner partners dealer shop store market outlet
    deals ticket tickets booking reserve reservation rent cloud drive docs document documents file files share photo
    photos video videos voting ios android windows office registration register reg plata perevod perevody kurier
    kurer kuryer kyrier otpravka zakaz zakazat zakazy pochta pokupka pokupki kupit prodazha prodaja sdelka banka banki
    bankonline onlain onlayn onlajn karta karty kredit kredity zaim zaym zaymy vklad vklady nalog nalogi shtraf
    shtrafy akcia akcii aktsiya akciya bonusy spasibo podarok podarki priz prizy skidka skidki kupon kupony besplatno
    denug dengi pomosh pomosch pomoshch servis sluzhba slujba liniya klient klienty klientam opros oprosy konkurs
    skachat skachivanie ustanovit sait sajt site sayt investicii investitsii investicia dohod dohody zarabotok
    zarabotat birzha birja kripto crypto obmen obmennik gos rabota vakansii otzyvy strahovka strahovanie polis osago
    magazin rasprodazha nganhang ngan-hang khuyenmai khuyen-mai hotro ho-tro chamsoc tragop vay tindung tin-dung the
    vi dichvu dich-vu giaohang giao-hang vanchuyen van-chuyen buudien buu-dien donhang don-hang tien uudai uu-dai
    mienphi mien-phi tuyendung tuyen-dung vieclam viec-lam trochoi sukien su-kien thuong yinhang yingyong xiazai kehu
    fuwu huodong youhui wuliu kuaidi daikuan jiekuan touzi licai jiaoyi shangcheng wangdian gouwu huiyuan zhongwen
    zhongwenban xiazhai pc h5 wap перевод переводы курьер отправка заказ заказать заказы почта покупка купить сделка
    банк онлайн карта карты кредит кредиты займ заем займы вклад вклады налог налоги штраф штрафы акция акции бонус
    бонусы спасибо подарок подарки приз призы скидка скидки купон бесплатно деньги денег помощь сервис служба линия
    клиент клиенты клиентам опрос опросы конкурс скачать установить сайт инвест инвестиции инвестор доход доходы
    заработок биржа крипто обмен обменник работа вакансии отзывы страховка страхование полис осаго магазин распродажа
    мобильный дапамога перавод 银行 下载 优惠 物流 快递 贷款 投资 理财 交易 商城 会员 中文版 中文 网 手机 维修
    """.split()  # noqa: SIM905 — words read better as words
)
# With these people are asked for a password: what asks beside a mere word too.
ACCESS: Final = frozenset(
    """
    login logins logon signin sigin signon signup auth authorize authorise authorization authenticate authentication
    verify verified verification validate validation password passwords account accounts acount secure secured
    security securely unlock unlocked recover recovery support webmail wallet wallets vhod voiti vojti vkhod vxod
    kabinet lkabinet lk avtorizaciya avtorizacia avtorizatsiya dangnhap dang-nhap matkhau mat-khau xacthuc xac-thuc
    denglu dengru mima yanzheng kefu вход войти авторизация кабинет личныйкабинет лк поддержка уваход кабінет 登录
    登陆 密码 验证 客服
    """.split()  # noqa: SIM905 — words read better as words
)
# What the reader takes for another part of the address.
PARTS: Final = frozenset(
    """
    www ww wwww http https com net org info biz ru rus rf su by cn vn kz ua bel msk spb moscow eu us uk de fr io co cc
    top xyz me tv online site website web m mobi ftp pop imap smtp mx ns dns ssl html htm php asp index home main
    start go to gov edu mil int ком ру рф бел net24 domain host hosting zone ввв
    """.split()  # noqa: SIM905 — words read better as words
)
HYPHEN: Final = "-"


class Words(msgspec.Struct, frozen=True):
    """What stands beside a label, cut into words; `is_known`: every piece is one of the lists, digits or a hyphen."""

    lures: tuple[str, ...] = ()
    trade: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    digits: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """Is every piece explained?"""
        return not self.unknown


_LONGEST: Final = max(map(len, LURES | TRADE | PARTS | ORDINARY))


@lru_cache(maxsize=1 << 15)
def split_words(text: str) -> Words:
    """Cut what stands before or behind a label: at hyphens, then
    each piece into words, as few and as luring as can be.

    A piece of one letter is a word of its own between hyphens only.
    """
    found: dict[str, list[str]] = {"lure": [], "trade": [], "part": [], "plain": [], "digits": [], "unknown": []}
    whole = text.strip(HYPHEN)
    if HYPHEN in whole and whole in LURES:  # two syllables of one word: dang-nhap
        return Words(lures=(whole,))
    if HYPHEN in whole and whole in TRADE:
        return Words(trade=(whole,))
    for piece in filter(None, text.split(HYPHEN)):
        for kind, word in _cut(piece) or (("unknown", piece),):
            found[kind].append(word)
    return Words(*(tuple(found[kind]) for kind in ("lure", "trade", "part", "plain", "digits", "unknown")))


_FORMS: Final = ("s", "es", "er", "ers", "or", "ing", "ed", "al", "ly")  # of an English word
_STEM: Final = 4


def is_word(text: str) -> bool:
    """Is it a word of the lists, or an English form of one (`sheets`, `hoster`)?"""
    if kind_of_word(text) not in {"", "digits"}:
        return True
    return any(len(stem) >= _STEM and text != stem and stem in ORDINARY for stem in map(text.removesuffix, _FORMS))


_KINDS: Final = (
    dict.fromkeys(ORDINARY, "plain")
    | dict.fromkeys(PARTS, "part")
    | dict.fromkeys(TRADE, "trade")
    | dict.fromkeys(LURES, "lure")
)


def kind_of_word(word: str) -> str:
    """Say which list a word is of: lure, trade, part, plain; or digits; empty: none."""
    return _KINDS.get(word) or ("digits" if word.isdecimal() else "")


@lru_cache(maxsize=1 << 16)
def _cut(piece: str) -> tuple[tuple[str, str], ...]:
    """Cut a piece without hyphens into known words, the fewest; empty where it cannot be."""
    if kind := kind_of_word(piece):
        return ((kind, piece),)
    size = len(piece)
    costs: list[int] = [0] + [_NEVER] * size
    lasts: list[tuple[int, str]] = [(0, "")] * (size + 1)  # of the word that ends there: where it begins, its kind
    for begin in range(size):
        so_far = costs[begin]
        if so_far == _NEVER:
            continue
        for end in range(begin + 1, min(size, begin + _LONGEST) + 1):
            word = piece[begin:end]
            kind = _KINDS.get(word) or ("digits" if word.isdecimal() else "")
            # Two letters make a word inside a piece only where they are digits or end an address.
            if not kind or (end - begin < 3 and kind not in _SHORT_KINDS):
                continue
            cost = so_far + _COST[kind] + (2 if end - begin < 3 and kind != "digits" else 0)
            if cost < costs[end]:
                costs[end], lasts[end] = cost, (begin, kind)
    if costs[size] == _NEVER:
        return ()
    made: list[tuple[str, str]] = []
    end = size
    while end:
        begin, kind = lasts[end]
        made.append((kind, piece[begin:end]))
        end = begin
    return tuple(reversed(made))


_COST: Final = {"lure": 2, "trade": 2, "part": 3, "plain": 3, "digits": 2}
_SHORT_KINDS: Final = frozenset(("digits", "part"))
_NEVER: Final = 1 << 20
