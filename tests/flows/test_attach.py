"""Files of a case: kept by their hash, bounded, refused by name, erased, and in every backup."""

from pathlib import Path

import pytest

from comity.core.errors import ForbiddenError, InputError, NotFoundError
from comity.core.media_types import MAX_ATTACHMENTS, MAX_BYTES
from comity.flows.attach import AttachedFile, AttachmentError, attach_to_case, erase_attachment
from comity.flows.backup import backup
from comity.flows.restore import read_backup, restore
from comity.store.attachments import count_attachments, get_attachment, list_attachments, read_octets
from comity.store.cases import timeline
from comity.store.models import Attachment, AttachmentBody
from flows.desk import ANNA, AT, HOME, OLGA, OWN, case_of, new_case, open_some
from flows.test_case_weighed import PNG
from flows.two_parties import Parties

TEXT = b"12:00 GET /login 200\n"


def kept(ref: str, data: bytes = PNG, **said: str) -> AttachedFile:
    wanted = {"name": "shot.png", "kind": "screenshot", "tlp": "TLP:AMBER", **said}
    return attach_to_case(HOME, ref, data, ANNA, at=AT, **wanted)  # type: ignore[arg-type]


def why(ref: str, data: bytes, **said: str) -> str:
    with pytest.raises(AttachmentError) as caught:
        kept(ref, data, **said)
    return caught.value.why


@pytest.mark.django_db
class TestAttach:
    def test_a_file_is_kept_by_its_hash_and_the_case_says_so(self) -> None:
        ref, other = open_some(new_case("a-demo.by"), new_case("b-demo.by"))

        first = kept(ref, name="C:\\x\\shot\u202e.png")
        kept(other)

        assert AttachmentBody.objects.count() == 1
        (row,) = list_attachments(case_of(ref).pk)
        assert (row.name, row.media_type, row.size, row.actor) == ("shot.png", "image/png", len(PNG), "anna")
        assert read_octets(row) == PNG
        entry = timeline(case_of(ref).pk)[-1]
        assert (entry.event, entry.reason, entry.evidence_hash, entry.related) == (
            "attached", "screenshot", first.sha256, first.uuid,
        )  # fmt: skip
        assert entry.note == ""  # a file's name may be somebody's

    def test_what_is_not_kept_leaves_nothing_behind(self) -> None:
        (ref,) = open_some(new_case("a-demo.by"))

        assert why(ref, b"MZ" + b"\0" * 64) == "attachment-refused"
        assert why(ref, b"<svg onload='x'/>", name="a.svg") == "attachment-refused"
        assert why(ref, TEXT) == "type-mismatch"
        assert why(ref, PNG, kind="log") == "kind-mismatch"
        assert why(ref, PNG, tlp="TLP:WHITE") == "marking-unknown"
        assert why(ref, b"x" * (MAX_BYTES + 1), name="a.txt") == "attachment-too-large"
        assert count_attachments(case_of(ref).pk) == AttachmentBody.objects.count() == 0
        assert len(timeline(case_of(ref).pk)) == 1

    def test_who_may_and_how_many(self) -> None:
        (ref,) = open_some(new_case("a-demo.by"))
        auditor = type(ANNA)("eve", "auditor", OWN)
        with pytest.raises(ForbiddenError):
            attach_to_case(HOME, ref, PNG, auditor, name="a.png", kind="screenshot", tlp="TLP:AMBER", at=AT)
        with pytest.raises(NotFoundError):
            kept("NONE-SUCH-CASE")
        Attachment.objects.bulk_create(
            Attachment(
                uuid=str(number), case_id=case_of(ref).pk, sha256="", size=1, media_type="", name="", kind="other",
                tlp="TLP:AMBER", party=OWN, actor="x", role="analyst", at=AT,
            )
            for number in range(MAX_ATTACHMENTS)
        )  # fmt: skip
        assert why(ref, PNG) == "too-many-attachments"

    def test_erasing_takes_the_octets_and_the_name_and_leaves_the_hash(self) -> None:
        ref, other = open_some(new_case("a-demo.by"), new_case("b-demo.by"))
        first, second = kept(ref), kept(other)

        with pytest.raises(ForbiddenError):
            erase_attachment(first.uuid, type(ANNA)("eve", "auditor", OWN), at=AT)
        erase_attachment(first.uuid, OLGA, at=AT)

        assert AttachmentBody.objects.count() == 0
        for uuid in (first.uuid, second.uuid):
            row = get_attachment(uuid)
            assert (row.erased, row.name, row.sha256) == (True, "", first.sha256)
            with pytest.raises(NotFoundError):
                read_octets(row)
        entry = timeline(case_of(ref).pk)[-1]
        assert (entry.event, entry.reason, entry.actor) == ("note", "attachment-erased", "olga")
        erase_attachment(first.uuid, OLGA, at=AT)
        assert len(timeline(case_of(ref).pk)) == 3
        kept(other)
        assert read_octets(list_attachments(case_of(other).pk)[-1]) == PNG


@pytest.mark.django_db(transaction=True)
def test_files_survive_a_backup_and_a_restore(tmp_path: Path) -> None:
    home = Parties(tmp_path / "nodes").ru
    (ref,) = open_some(new_case("a-demo.ru", zone="ru", party="cctld.ru"))
    large = b"%PDF-1.7\n" + bytes(range(256)) * 12_000 + b"\n%%EOF\n"
    kept(ref)
    kept(ref, large, name="r.pdf", kind="sandbox-report")
    backup(home, tmp_path / "made", at=AT)
    Attachment.objects.all().delete()
    AttachmentBody.objects.all().delete()

    restore(home, tmp_path / "made", read_backup(tmp_path / "made"), at=AT, replace=True)

    rows = list_attachments(case_of(ref).pk)
    assert [read_octets(row) for row in rows] == [PNG, large]


def test_the_error_names_the_file_and_is_an_input_error() -> None:
    error = AttachmentError("no", item="a.exe", why="attachment-refused")

    assert isinstance(error, InputError)
    assert str(error) == "a.exe: no"
