"""What a file is by its octets: the short list is taken, everything else is refused by name, and nothing crashes."""

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.media_types import (
    KINDS,
    MAX_BYTES,
    MEDIA_TYPES,
    TYPES_OF_KIND,
    MediaRefusal,
    clean_file_name,
    excerpt,
    find_media_type,
    media_type_of,
)


def png() -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


MAIL = (
    b"Received: from a.example\r\nFrom: a@b.example\r\nDate: Mon, 23 Nov 2026 12:00:00 +0000\r\n"
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nbody\r\n--x--\r\n"
)
SAMPLES = {
    "image/png": png(),
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 20 + b"\xff\xd9",
    "image/gif": b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
    "image/webp": b"RIFF" + struct.pack("<I", 12) + b"WEBPVP8 \0\0\0\0",
    "application/pdf": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n",
    "message/rfc822": MAIL,
    "application/json": b'{"verdict": "malicious"}',
    "text/plain": "12:00 журнал <script>alert(1)</script>\n".encode(),
}
ENDINGS = {
    "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp", "application/pdf": "pdf",
    "message/rfc822": "eml", "application/json": "json", "text/plain": "log",
}  # fmt: skip


def code(answer: str | MediaRefusal) -> str:
    return answer.code if isinstance(answer, MediaRefusal) else answer


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_what_is_taken_is_found_by_its_octets(media_type: str) -> None:
    data = SAMPLES[media_type]

    assert find_media_type(data) == media_type == media_type_of(data)
    assert find_media_type(data, name=f"x.{ENDINGS[media_type].upper()}", declared=media_type) == media_type
    assert find_media_type(data, name="x", declared="application/octet-stream") == media_type
    for other in MEDIA_TYPES:
        if other != media_type and not (media_type in {"application/json", "message/rfc822"} and other == "text/plain"):
            assert code(find_media_type(data, name=f"x.{ENDINGS[other]}")) == "type-mismatch", other
            assert code(find_media_type(data, declared=other)) == "type-mismatch", other


@pytest.mark.parametrize(
    "data",
    [
        b"MZ\x90\0", b"\x7fELF\x02", b"#!/bin/sh\nrm -rf /\n", b"PK\x03\x04\x14\0", b"\x1f\x8b\x08", b"Rar!\x1a\x07",
        b"7z\xbc\xaf\x27\x1c", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf1 }", b"\xca\xfe\xba\xbe\0",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<!DOCTYPE html><p>", b"  \n<HTML>",
        b"\xef\xbb\xbf<?xml version='1.0'?>",
        b"<script>alert(1)</script>", b"<?php system($_GET[0]);", b"<!-- x --><svg/>", b"\0" * 257 + b"ustar\x0000",
    ],
)  # fmt: skip
@pytest.mark.parametrize(("name", "declared"), [("", ""), ("shot.png", "image/png"), ("a.txt", "text/plain")])
def test_what_may_run_is_refused_whatever_it_is_called(data: bytes, name: str, declared: str) -> None:
    answer = find_media_type(data, name=name, declared=declared)

    assert isinstance(answer, MediaRefusal)
    assert answer.code == "attachment-refused"
    assert "SHA-256" in answer.message or ".txt file" in answer.message


@pytest.mark.parametrize("name", ["x.exe", "shot.png.js", "x.SVG", "mail.html", "a.docx", "b.zip", "x.hta", "r.xml"])
def test_a_name_that_says_it_runs_is_refused_though_its_octets_are_text(name: str) -> None:
    assert code(find_media_type(b"hello\n", name=name)) == "attachment-refused"


@pytest.mark.parametrize("media_type", ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"])
def test_a_second_file_behind_a_picture_is_found(media_type: str) -> None:
    archive = b"PK\x03\x04" + b"\0" * 26 + b"PK\x05\x06" + b"\0" * 18

    assert code(find_media_type(SAMPLES[media_type] + archive)) == "attachment-damaged"
    if media_type != "application/pdf":
        assert code(find_media_type(SAMPLES[media_type] + b"<script>")) == "attachment-damaged"
    assert code(find_media_type(SAMPLES[media_type][:-7])) == "attachment-damaged"


def test_texts_are_strict() -> None:
    assert code(find_media_type("привет".encode("cp1251"), name="a.txt")) == "type-unknown"
    assert code(find_media_type(b"a\0b", name="a.txt")) == "type-unknown"
    assert code(find_media_type(b"\x1b[2J", name="a.txt")) == "type-unknown"
    assert code(find_media_type(b'{"a": ', name="a.json")) == "type-mismatch"
    assert code(find_media_type(b"[" * 100_000 + b"]" * 100_000, name="a.json")) == "type-mismatch"
    assert code(find_media_type(b"hello", name="a.eml")) == "type-mismatch"
    assert find_media_type(MAIL, name="a.txt") == "text/plain"  # a mail is a text as well
    assert code(find_media_type(b"hello", name="a.bin")) == "type-mismatch"
    assert code(find_media_type(b"")) == "attachment-empty"
    assert code(find_media_type(b"a" * (MAX_BYTES + 1))) == "attachment-too-large"


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_takes_its_types_and_no_others(kind: str) -> None:
    for media_type, data in SAMPLES.items():
        answer = find_media_type(data, kind=kind, name=f"x.{ENDINGS[media_type]}")
        assert code(answer) == (media_type if media_type in TYPES_OF_KIND[kind] else "kind-mismatch")
    assert code(find_media_type(b"x", kind="sample")) == "kind-unknown"


@given(st.binary(max_size=300), st.text(max_size=20), st.sampled_from(["", "image/png", "text/plain", "x/y"]))
@settings(max_examples=200)
def test_any_octets_get_an_answer(data: bytes, name: str, declared: str) -> None:
    answer = find_media_type(data, name=name, declared=declared)

    assert isinstance(answer, MediaRefusal) or answer in MEDIA_TYPES
    if isinstance(answer, str) and answer in {"text/plain", "application/json", "message/rfc822"}:
        assert excerpt(data, answer) == data.decode("utf-8-sig")
        assert not data.lstrip().lower().startswith((b"<html", b"<svg", b"<script"))


@given(st.text(max_size=300))
@settings(max_examples=200)
def test_a_files_name_is_one_short_line_without_directories(name: str) -> None:
    cleaned = clean_file_name(name)

    assert len(cleaned) <= 120
    assert not set(cleaned) & set('/\\\0\n\r\u202e\u200b"')
    assert clean_file_name(cleaned) == cleaned


def test_a_name_that_turns_its_ending_around_shows_its_true_ending() -> None:
    assert clean_file_name("shot\u202egnp.exe") == "shotgnp.exe"
    assert clean_file_name("../../etc/passwd") == "passwd"
    assert clean_file_name("C:\\temp\\a.txt") == "a.txt"
    assert code(find_media_type(b"hello", name="shot\u202egnp.exe")) == "attachment-refused"
