"""The container: what other programs read, what only this one refuses, and bounds that are held first."""

import io
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.case_evidence import Fault
from comity.core.errors import InputError, TooLargeError
from comity.wire.evidence_tar import MAX_MEMBERS, MAX_PACKAGE_BYTES, parse_tar, render_tar

SMALL = {"manifest.json": b"{}", "ledger-1/7.leaf": b"x" * 513, "ledger-1/7.tlog-proof": b""}
names = st.from_regex(r"\A([a-z0-9][a-z0-9-]{0,8}/)?[a-z0-9][a-z0-9-]{0,8}(\.[a-z0-9-]{1,6}){0,2}\Z")


def code(data: bytes) -> str:
    found = parse_tar(data)
    assert isinstance(found, Fault), found
    return found.code


def one_member(changes: dict[int, bytes]) -> bytes:
    """A package with one member, some octets of its header changed, its checksum as it must then be."""
    data = bytearray(render_tar([("a", b"x")]))
    for place, octets in changes.items():
        data[place : place + len(octets)] = octets
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    return bytes(data)


def by_tarfile(name: str, kind: int) -> bytes:
    """A tar file with one member, as Python's own library writes it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=kind) as tar:
        info = tarfile.TarInfo(name)
        info.size, info.mode = 1, 0o600
        tar.addfile(info, io.BytesIO(b"x"))
    return out.getvalue()


@given(st.dictionaries(names, st.binary(max_size=1_100), max_size=6))
def test_what_is_written_is_read_here_and_elsewhere(members: dict[str, bytes]) -> None:
    data = render_tar(members.items())
    assert parse_tar(data) == members
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
        found = {info.name: tar.extractfile(info).read() for info in tar}  # type: ignore[union-attr]  # regular files
    assert found == members


def test_gnu_tar_reads_it_and_writes_the_same(tmp_path: Path) -> None:
    (tmp_path / "package").write_bytes(render_tar(SMALL.items()))
    subprocess.run(["tar", "-xf", "package"], cwd=tmp_path, check=True)
    assert {name: (tmp_path / name).read_bytes() for name in SMALL} == SMALL
    assert (tmp_path / "ledger-1/7.leaf").stat().st_mode & 0o777 == 0o600
    subprocess.run(
        ["tar", "--format=ustar", "--owner=0", "--group=0", "--numeric-owner", "--mode=0600", "--mtime=@0",
         "--blocking-factor=1", "-cf", "again", *SMALL],
        cwd=tmp_path, check=True,
    )  # fmt: skip
    assert (tmp_path / "again").read_bytes() == (tmp_path / "package").read_bytes()


@pytest.mark.parametrize(
    "changes",
    [
        {156: b"2", 157: b"/etc/passwd"},  # a symbolic link
        {156: b"1", 157: b"manifest.json"},  # a hard link
        {156: b"3", 329: b"0000001\00000005\0"},  # a device
        {156: b"6"},  # a pipe
        {156: b"5"},  # a directory
        {156: b"\0"},  # a file of before POSIX
        {156: b"x"},  # an extended header
        {156: b"g"},
        {156: b"L"},  # GNU's long name
        {156: b"S"},  # GNU's sparse file
        {100: b"0004755"},  # set-user-id
        {108: b"0001750"},
        {136: b"00000000001"},
        {157: b"b"},
        {257: b"ustar  \0"},
        {265: b"root"},
        {345: b"../.."},
        {500: b"?"},
        {124: b"         1"},  # a size with blanks
        {124: b"00000000001 "},
    ],
    ids=str,
)
def test_whatever_else_a_tar_file_can_hold_is_refused(changes: dict[int, bytes]) -> None:
    assert parse_tar(one_member({})) == {"a": b"x"}
    assert code(one_member(changes)) == "bad-header"


def test_a_checksum_that_is_not_the_headers() -> None:
    data = bytearray(one_member({}))
    data[150] ^= 1
    assert code(bytes(data)) == "bad-header"


@pytest.mark.parametrize(
    "name",
    ["/a", "../a", "a/../b", "./a", "a/b/c", "a//b", "a\\b", "A", ".a", "a.", "a/", "й", "a b", "a\nb", "a..b", "-a",
     "x" * 99],
)  # fmt: skip
def test_no_name_leads_elsewhere(name: str) -> None:
    assert code(one_member({0: name.encode()})) == "bad-header"
    with pytest.raises(InputError, match="no name of a member"):
        render_tar([(name, b"")])


@pytest.mark.parametrize("kind", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("name", ["a" * 120, "d" * 90 + "/" + "e" * 90, "й"])
def test_other_dialects_are_refused(name: str, kind: int) -> None:
    assert code(by_tarfile(name, kind)) == "bad-header"


def test_a_member_stands_once_and_nothing_stands_behind_the_end() -> None:
    assert code(render_tar([("a", b"1"), ("a", b"2")])) == "member-twice"
    whole = render_tar(SMALL.items())
    assert code(whole + b"x") == "bad-end"
    assert code(whole + bytes(512)) == "bad-end"
    assert code(whole[:-1]) == "bad-end"
    assert code(whole[:-1024]) == "bad-end"
    assert code(b"") == "bad-end"
    assert code(whole[:700]) == "cut-short"
    assert code(whole[:520]) == "cut-short"
    padded = bytearray(whole)
    padded[600] = 1
    assert parse_tar(bytes(padded)) == Fault("bad-padding", "manifest.json", ("514",))


def test_a_size_that_is_not_there_or_never_was() -> None:
    header = bytearray(render_tar([("a", b"")])[:512])
    for digits in (b"77777777777", b"0000000000 ", b"-0000000001", b"\x80\0\0\0\0\0\0\0\0\0\x01", b"00000000009"):
        header[124:135] = digits
        header[148:156] = b" " * 8
        header[148:156] = b"%06o\0 " % sum(header)
        assert code(bytes(header) + bytes(2048)) in {"bad-header", "cut-short"}


def test_bounds_are_held_first() -> None:
    assert code(bytes(MAX_PACKAGE_BYTES + 1)) == "too-large"
    with pytest.raises(TooLargeError):
        render_tar([("a", bytes(MAX_PACKAGE_BYTES))])
    with pytest.raises(TooLargeError):
        render_tar((f"m{number}", b"") for number in range(MAX_MEMBERS + 1))
    one = render_tar((f"m{number}", b"") for number in range(MAX_MEMBERS))
    last = render_tar([("one-more", b"")])
    assert code(one[:-1024] + last) == "too-many-members"


def test_gzip_is_not_unpacked() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        tar.addfile(tarfile.TarInfo("bomb"))
    assert code(out.getvalue()) in {"bad-header", "cut-short"}


@given(st.binary(max_size=3_000))
def test_no_bytes_bring_the_reader_down(data: bytes) -> None:
    whole = render_tar(SMALL.items())
    for candidate in (data, whole[:512] + data, data + whole, whole[:1536] + data + whole[1536:]):
        found = parse_tar(candidate)
        assert isinstance(found, Fault) or render_tar(found.items()) == candidate
