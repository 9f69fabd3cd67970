"""How mails and XARF are read by the fuzzer, what it begins from, and what is meant to be slow."""

from typing import Final

from comity.wire.mail_document import read_mail, read_mail_document
from comity.wire.mail_head import authentication, parse_mail_date
from comity.wire.xarf_document import read_xarf_document
from fuzz import corpus

MAIL_WORDS: Final = (
    b"\n", b"\r\n", b"\n\n", b"--b\n", b"--b--\n", b"--sample\n", b": ", b"=?utf-8?B?", b"?=", b"<", b">", b"@", b";",
    b"Content-Type: multipart/mixed; boundary=b\n", b"Content-Type: message/rfc822\n", b"boundary=", b"\0", b"\xff",
    b"Content-Transfer-Encoding: base64\n", b"Content-Disposition: attachment; filename*0*=", b"charset=", b"[.]", b"hxxp://",
    b"Reported-URI: ", b"Source-Type: uri\n", b"URL: ", b"Final-Recipient: rfc822; ", b"References: ", b" ", b"\t",
)  # fmt: skip


def read_message(data: bytes) -> object:
    reading = read_mail(data)
    said = authentication(reading.mail, "mx.cctld.example", reading.head.sender)
    return read_mail_document(data), said, parse_mail_date(data.decode("latin-1")[:200])


def read_xarf(data: bytes) -> object:
    return read_xarf_document(data)


def mails() -> list[bytes]:
    return corpus.samples("mail.eml", "arf.eml", "xarf-v02.eml")


def slow_mail(size: int) -> dict[str, bytes]:
    head = b"From: a@cert.example\nSubject: phishing\nContent-Type: multipart/mixed; boundary=b\n\n"
    fill = size // 8
    return {
        "parts": head + b"--b\n\nx\n" * (size // 7), "near boundaries": head + b"--b \t\n" * (size // 6),
        "dashes": head + b"-" * size, "line ends": head + b"\n" * size, "hosts": head + b"http://a.b " * (size // 11),
        "labels": head + b"--b\n\n" + b"URL: hxxp://a[.]b\n" * (size // 18), "folds": b"X: 1\n" + b" x\n" * (size // 3),
        "encoded words": b"From: a@b.example\nSubject: " + b"=?utf-8?Q?=41?= " * (fill // 2) + b"\n\n",
        "page": b"From: a@b.example\nContent-Type: text/html\n\n" + b"<a href=x" * (size // 9),
        "base64": b"From: a@b.example\nContent-Transfer-Encoding: base64\n\n" + b"=YQ" * (size // 3),
    }  # fmt: skip
