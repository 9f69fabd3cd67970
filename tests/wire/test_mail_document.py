"""Mails read: real ones accuse whom the truth says or nobody, and no horror of MIME is more than a named fault."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.errors import InputError, TooLargeError
from comity.wire.complaint_mail import find_host
from comity.wire.mail_document import MailReading, is_mail, read_mail
from comity.wire.mail_head import authentication
from comity.wire.mail_parts import MAX_DEPTH, MAX_HEADERS, MAX_MAIL_BYTES, MAX_PARTS, decode_text, split_mail
from comity.wire.out_of_scope import HOTLINE

SAMPLES = Path(__file__).parent.parent / "samples"
HEAD = b"From: a@cert.example\nTo: abuse@cctld.example\nSubject: phishing\nMessage-ID: <1@cert.example>\n"


def accused(reading: MailReading) -> set[tuple[str, str]]:
    return {(record.report.category, record.report.name) for record in reading.document.records if record.report}


def mail(text: str, *, subject: str = "phishing", more: str = "") -> MailReading:
    head = f"From: a@cert.example\nTo: abuse@cctld.example\nSubject: {subject}\n{more}\n"
    return read_mail(f"{head}{text}".encode())


# The whole truth of the real mails: who is accused for certain.  All others accuse nobody, and a person is asked.
CERTAIN = {
    "abuseio/cyscon/Cyscon_Example_2.eml": {("malware", "http://malware.cust.domain.tld/")},
    "abuseio/netcraft/Netcraft_Example_8.eml": {
        ("phishing", "http://www.johndoe.tld/modules/3xt/492fa6b3ede550428e9760cdefb33582/")
    },
}


def test_real_mails_accuse_whom_they_name_for_certain_and_nobody_else(shared_data: Path) -> None:
    folder = shared_data / "vectors/mail"
    lines = (shared_data / "truth/mail_url_hosts.tsv").read_text("utf-8").splitlines()[1:]
    truth = {line.split("\t")[0]: set(line.split("\t")[-1].split(" ")) for line in lines}
    assert len(truth) == 56
    kinds: dict[str, int] = {}
    for name, hosts in truth.items():
        reading = read_mail((folder / name).read_bytes())
        found = accused(reading)
        assert found == CERTAIN.get(name, set()), name
        assert {find_host(address) for _, address in found} <= hosts
        kinds[reading.kind] = kinds.get(reading.kind, 0) + 1
    assert kinds == {"unclear": 49, "refused": 5, "reports": 2}


@pytest.mark.parametrize(
    ("file", "who"),
    [
        ("mail.eml", {("phishing", "hxxps://vhod[.]sample-mail[.]ru/login")}),
        ("arf.eml", {("phishing", "http://priz.sample-arf.ru/win")}),
        ("xarf-v02.eml", {("phishing", "http://sample-xarf2.by/pay")}),
    ],
)
def test_the_samples(file: str, who: set[tuple[str, str]]) -> None:
    data = (SAMPLES / file).read_bytes()
    reading = read_mail(data)
    assert is_mail(data)
    assert (accused(reading), reading.kind) == (who, "reports")
    assert reading.document.enclosed[0].data == data


@pytest.mark.parametrize("file", ["mail.eml", "arf.eml", "xarf-v02.eml"])
def test_cut_at_every_byte_nobody_else_is_accused(file: str) -> None:
    data = (SAMPLES / file).read_bytes()
    whole = {address for _, address in accused(read_mail(data))}
    hosts = {find_host(address) for address in whole}
    for end in range(1, len(data)):
        try:
            reading = read_mail(data[:end])
        except InputError:
            continue
        for _, address in accused(reading):
            (host,) = hosts
            assert any(one.startswith(address) for one in whole) or find_host(address) == host, address


@pytest.mark.parametrize(
    ("text", "subject", "why"),
    [
        ("URL: http://a.demo.ru/\n", "abuse", "the subject says no category"),
        ("URL: http://a.demo.ru/\n", "phishing and malware", "the subject says two"),
        ("http://a.demo.ru/ copies https://bank.ru/\n", "phishing", "no line of its own"),
        ("URL: http://a.demo.ru/\nURL: http://b.other.ru/\n", "phishing", "two sites"),
        ("> URL: http://a.demo.ru/\n", "phishing", "a quotation"),
        ("Legitimate site: http://a.demo.ru/\n", "phishing", "another label"),
        ("Target: http://a.demo.ru/\n", "phishing", "another label"),
        ("http://a.demo.ru/\n", "phishing", "neither labelled nor made harmless"),
        ("URL: nothing\n", "phishing", "no host"),
    ],
)
def test_without_certainty_nobody_is_accused(text: str, subject: str, why: str) -> None:
    reading = mail(text, subject=subject)
    assert (accused(reading), reading.kind) == (set(), "unclear"), why
    if "http" in text:
        assert reading.candidates


def test_an_answer_and_a_page_alone_accuse_nobody() -> None:
    assert mail("URL: http://a.demo.ru/\n", more="In-Reply-To: <x@y.example>\n").kind == "unclear"
    reading = mail("<p>URL: http://a.demo.ru/</p>", more="Content-Type: text/html\n")
    assert (reading.kind, reading.candidates) == ("unclear", ("http://a.demo.ru/",))


@pytest.mark.parametrize(
    ("subject", "line", "category"),
    [
        ("Фишинг в вашей зоне", "Адрес: http://a.demo.ru/", "phishing"),
        ("Фішынг", "Адрас сайта: a.demo.by", "phishing"),
        ("Malware report", "h**p://a[.]demo[.]ru/x.exe", "malware"),
        ("钓鱼网站举报", "网址：http://a.demo.cn/", "phishing"),
        ("Báo cáo mã độc", "Địa chỉ: http://a.demo.vn/", "malware"),
        ("C2 server", "Domain: a.demo.ru", "botnet-c2"),
        ("hacked site", "Reported URL: http://a.demo.ru/", "unauthorized-access"),
    ],
)
def test_a_complaint_in_each_language(subject: str, line: str, category: str) -> None:
    ((found, address),) = accused(mail(f"Hello,\n\n{line}\n\nRegards\n", subject=subject))
    assert found == category
    assert find_host(address).startswith("a.demo.")


ARF = (
    "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: text/plain\n\nx\n"
    "--b\nContent-Type: message/feedback-report\n\n{fields}\n--b\nContent-Type: message/rfc822\n\n"
    "From: x@y.z\n\nx\n--b--\n"
)


@pytest.mark.parametrize(
    ("fields", "kind", "category"),
    [
        ("Feedback-Type: fraud\nUser-Agent: a\nVersion: 1\nReported-URI: http://a.demo.ru/", "reports", "phishing"),
        ("Feedback-Type: virus\nUser-Agent: a\nVersion: 1\nReported-URI: http://a.demo.ru/", "reports", "malware"),
        ("Feedback-Type: abuse\nUser-Agent: a\nVersion: 1\nReported-Domain: a.demo.ru", "unclear", ""),
        ("Feedback-Type: fraud\nVersion: 1\nReported-URI: http://a.demo.ru/", "unclear", ""),
        ("Feedback-Type: fraud\nFeedback-Type: abuse\nReported-URI: http://a.demo.ru/", "refused", ""),
        ("Feedback-Type: auth-failure\nUser-Agent: a\nVersion: 1\nReported-URI: http://a.demo.ru/", "refused", ""),
        ("Feedback-Type: not-spam\nUser-Agent: a\nVersion: 1\nReported-URI: http://a.demo.ru/", "refused", ""),
    ],
)
def test_feedback_reports(fields: str, kind: str, category: str) -> None:
    reading = mail("", more="MIME-Version: 1.0\n" + ARF.format(fields=fields))
    assert reading.kind == kind
    assert {found for found, _ in accused(reading)} == ({category} if category else set())


def test_child_abuse_material_in_any_part_keeps_nothing() -> None:
    part = '{"xarf_version":"4.2.0","category":"content","type":"csam","url":"http://a.demo.ru/"}'
    text = f"--b\n\nURL: http://a.demo.ru/\n--b\nContent-Type: application/json\n\n{part}\n--b--\n"
    reading = mail(text, more="Content-Type: multipart/mixed; boundary=b\n")
    assert reading.document.records[0].problem == HOTLINE
    assert (reading.kind, reading.document.enclosed, reading.head.subject) == ("hotline", (), "")
    sample = (SAMPLES / "xarf.json").read_text("utf-8")
    both = f"--b\nContent-Type: application/json\n\n{sample}\n--b\nContent-Type: application/json\n\n{part}\n--b--\n"
    assert mail(both, more="Content-Type: multipart/mixed; boundary=b\n").kind == "hotline"


def nested(depth: int) -> bytes:
    inner = b"Content-Type: text/plain\n\ndeep\n"
    for number in range(depth):
        inner = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n%s\n--b%d--\n" % (number, number, inner, number)
    return HEAD + inner


def wrapped(depth: int) -> bytes:
    inner = HEAD + b"\nx\n"
    for _ in range(depth):
        inner = HEAD + b"Content-Type: message/rfc822\n\n" + inner
    return inner


MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n"
NAMED = MIXED + b"--b\nContent-Disposition: attachment; filename=%s\n\nx\n--b--\n"
HORRORS = {
    "nested": nested(500),
    "messages in messages": wrapped(500),
    "ten thousand parts": MIXED + b"--b\n\nx\n" * 10_000 + b"--b--\n",
    "a boundary that never comes": MIXED + b"text\n",
    "no boundary": HEAD + b"Content-Type: multipart/mixed\n\nx\n",
    "an empty boundary": HEAD + b'Content-Type: multipart/mixed; boundary=""\n\n--\nx\n----\n',
    "a part that does not end": MIXED + b"--b\n\nx\n",
    "a huge header": HEAD + b"X-A: " + b"a" * (1 << 20) + b"\n\nx\n",
    "many headers": HEAD + b"X-A: 1\n" * 100_000 + b"\nx\n",
    "a long fold": HEAD + b"X-A: 1\n" + b" x\n" * 100_000 + b"\nx\n",
    "headers twice": HEAD + HEAD + b"\nURL: http://a.demo.ru/\n",
    "NULs": HEAD + b"\n\0\0URL: http://a.demo.ru/\0\n",
    "8 bit headers": b"From: \xff\xfe <a@cert.example>\nSubject: \xd4\xc9\xdb\xc9\xce\xc7\n\nx\n",
    "a charset of none": HEAD + b"Content-Type: text/plain; charset=no-such\n\nx\n",
    "a codec that is no charset": HEAD + b"Content-Type: text/plain; charset=zlib\n\nx\n",
    "rot13": HEAD + b"Content-Type: text/plain; charset=rot13\n\nx\n",
    "broken base64": HEAD + b"Content-Transfer-Encoding: base64\n\n!!!YQ=YQ==\n",
    "broken QP": HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n=ZZ=\n=",
    "a coding of none": HEAD + b"Content-Transfer-Encoding: x-zip\n\nx\n",
    "a path for a name": MIXED + b'--b\nContent-Disposition: attachment; filename="../../etc/passwd"\n\nx\n--b--\n',
    "an encoded word for a name": NAMED % b'"=?utf-8?B?Li4vYS50eHQ=?="',
    "a name of many pieces": NAMED.replace(b"filename=", b"filename*0*=utf-8''%%2e; filename*99*=") % b"x",
    "broken encoded words": b"From: a@cert.example\nSubject: =?utf-8?B?!?= =?x?q?=zz?= =?utf-8?Q?%s?=\n\nx\n"
    % (b"=" * 9_000),
    "only a head": HEAD,
    "only line ends": HEAD + b"\n" * 100_000,
    "a zip": MIXED
    + b"--b\nContent-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: base64\n\nUEsDBAo=\n--b--\n",
}


@pytest.mark.parametrize("what", HORRORS)
def test_horrors_are_read_as_far_as_they_go(what: str) -> None:
    begun = time.process_time()
    reading = read_mail(HORRORS[what])
    assert time.process_time() - begun < 2
    assert len(reading.mail.parts) <= MAX_PARTS
    assert len(reading.mail.fields) <= MAX_HEADERS
    for part in reading.mail.parts:
        assert "/" not in part.name
        assert ".." not in part.name
        assert part.path.count(".") <= MAX_DEPTH
        part.text.encode()
    assert not any(file.name.endswith(".zip") for file in reading.document.enclosed)


def test_what_is_wrong_is_named() -> None:
    for what in (
        "nested",
        "ten thousand parts",
        "no boundary",
        "a part that does not end",
        "broken base64",
        "a coding of none",
    ):
        assert read_mail(HORRORS[what]).document.not_understood, what


def test_what_is_no_mail_or_too_large_is_a_clear_error() -> None:
    for data in (b"", b"\n", b"no field\n", b"\x89PNG\r\n"):
        with pytest.raises(InputError):
            read_mail(data)
    with pytest.raises(TooLargeError):
        read_mail(HEAD + b"\n" + b"x" * MAX_MAIL_BYTES)
    assert not is_mail(b'{"xarf_version":"4.2.0"}')
    assert not is_mail(b"name,url\na,b\n")


def test_a_refused_attachment_is_named_and_its_hash_stays() -> None:
    text = (
        "--b\n\nURL: http://a.demo.ru/\n--b\nContent-Type: application/zip; name=a.zip\n"
        "Content-Transfer-Encoding: base64\n\nUEsDBAo=\n--b--\n"
    )
    reading = mail(text, more="Content-Type: multipart/mixed; boundary=b\n")
    report = reading.document.records[0].report
    assert report is not None
    assert [one.kind for one in report.evidence] == ["message", "file-hash"]
    assert any("archive" in one.reason for one in reading.document.not_understood)


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("koi8-r", "Фишинг".encode("koi8-r"), "Фишинг"),
        ("windows-1251", "Фишинг".encode("cp1251"), "Фишинг"),
        ("us-ascii", "Фишинг".encode(), "Фишинг"),
        ("gb2312", "钓鱼".encode("gb2312"), "钓鱼"),
        ("utf-7", b"+BCQ-", "\u0424"),
        ("\0", b"x", "x"),
        ("utf-16", b"x", "\ufffd"),
    ],
)
def test_charsets(charset: str, data: bytes, text: str) -> None:
    assert decode_text(data, charset) == text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (["mx.own.example; dkim=pass header.d=cert.example"], "pass"),
        (["mx.own.example; dmarc=pass header.from=cert.example"], "pass"),
        (["mx.own.example; spf=pass smtp.mailfrom=bounce@cert.example"], "pass"),
        (["mx.own.example; dmarc=fail"], "fail"),
        (["mx.own.example; dkim=pass header.d=other.example"], "none"),
        (["mx.other.example; dkim=pass header.d=cert.example"], "none"),
        (["mx.other.example; x=y", "mx.own.example; dkim=pass header.d=cert.example"], "none"),
        ([], "none"),
        (["mx.own.example (dkim=pass header.d=cert.example); spf=none"], "none"),
    ],
)
def test_only_the_own_servers_word_counts(fields: list[str], said: str) -> None:
    head = "".join(f"Authentication-Results: {field}\n" for field in fields)
    assert (
        authentication(split_mail(f"{head}From: a@cert.example\n\nx".encode()), "mx.own.example", "a@cert.example")
        == said
    )


@settings(max_examples=150)
@given(
    st.binary(max_size=400),
    st.sampled_from(["mail.eml", "arf.eml", "xarf-v02.eml"]),
    st.integers(0, 1500),
    st.integers(0, 50),
)
def test_whatever_is_written_into_a_mail_it_is_read_or_refused(noise: bytes, file: str, at: int, over: int) -> None:
    data = (SAMPLES / file).read_bytes()
    try:
        reading = read_mail(data[:at] + noise + data[at + over :])
    except InputError:
        return
    for record in reading.document.records:
        assert (record.report is None) is not (record.problem is None)
    for enclosed in reading.document.enclosed:
        assert reading.document.records[enclosed.record].report is not None
