"""What is asked of each parser beside reading: what was read is written and read again, a refusal can be told.

A function here takes octets and gives an answer or raises `ComityError`.  An assertion that fails is a fault that was
found, like any other exception.
"""

from base64 import b64decode
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from typing import Any, Final

import msgspec
from nacl.signing import SigningKey

from comity.core.brands import parse_brands
from comity.core.case_evidence import Fault, parse_leaf
from comity.core.collateral import CollateralProblem, Finding, parse_answers, render_check, settle
from comity.core.defang import refang
from comity.core.durations import parse_duration, parse_parts
from comity.core.errors import ComityError, InputError
from comity.core.exchange import OutgoingEntry
from comity.core.guards import join_guard_lists, parse_guard_list
from comity.core.labels import fold_host
from comity.core.ledger import PublicKey, entry_hash, leaf_data
from comity.core.mail_addresses import parse_address
from comity.core.media_types import MediaRefusal, excerpt, find_media_type
from comity.core.memoranda import Memorandum, Problem
from comity.core.name_batches import fold_many
from comity.core.names import NameFolder, NameRefusal, Target, fold_target, parse_name
from comity.core.observations import Registration
from comity.core.periods import parse_period
from comity.core.public_reports import Filing, read_filing
from comity.core.reports import Record, Report, find_problems
from comity.core.scopes import parse_scopes
from comity.core.suffixes import SuffixList, parse_suffix_list
from comity.core.target_batches import fold_targets
from comity.core.zone_hints import find_zone_hint
from comity.edges import partner_http
from comity.flows import resume
from comity.store.memoranda import StoredMemorandum
from comity.wire.article import (
    AdoptedPayload,
    AnnotationPayload,
    ArticlePayload,
    WithdrawnPayload,
    parse_adopted,
    parse_annotation,
    parse_article,
    parse_withdrawn,
    render_adopted,
    render_annotation,
    render_article,
    render_withdrawn,
)
from comity.wire.attachment_parts import parse_attachment_part, render_attachment_part
from comity.wire.canonical import canonical, parse_canonical, parse_json
from comity.wire.checkpoint import parse_head, parse_note, read_head, render_checkpoint, sign_text
from comity.wire.consultation import parse_consultation, render_consultation
from comity.wire.dns_message import parse_notify_answer, parse_query, render_answer, render_name
from comity.wire.evidence import MANIFEST, SEAL, Member, parse_manifest, render_manifest, seal_text
from comity.wire.evidence_check import check_package
from comity.wire.evidence_tar import parse_tar, render_tar
from comity.wire.expert import parse_expert, render_expert
from comity.wire.format_detection import REJECTS, detect_format
from comity.wire.formats import FORMATS, parse_mapping
from comity.wire.http_signatures import BadSignature, check_request, content_digest, sign_request
from comity.wire.key_revocation import RevocationProblem, parse_revocation, render_revocation, weigh_revocation
from comity.wire.link_batch import parse_batch, parse_part, render_batch, render_part
from comity.wire.markdown_page import render_page
from comity.wire.memorandum_document import Document, find_faults, parse_document, render_document
from comity.wire.memorandum_yaml import parse_memorandum, parse_tree, render_memorandum
from comity.wire.notices import object_of, parse_erased, parse_erasure, parse_marking, render_notice
from comity.wire.question import parse_question, sign_question
from comity.wire.question import read_question as check_question
from comity.wire.rdap import RdapProblem, is_server, parse_bootstrap, parse_domain
from comity.wire.readers import open_reader
from comity.wire.rejects import is_header, parse_header, parse_reject
from comity.wire.report_json import NdjsonReader, parse_report, render_report
from comity.wire.statistics import parse_signed, parse_statistics, render_statistics
from comity.wire.statistics_entries import parse_cosigned, parse_differs, parse_stated, render_statement
from comity.wire.stix import MAX_PAYLOAD_BYTES, CaseEventPayload, PayloadProblem, ReportPayload
from comity.wire.stix import parse_case_event as parse_case_event_payload
from comity.wire.stix import parse_report as parse_report_payload
from comity.wire.stix import render_case_event as render_case_event_payload
from comity.wire.stix import render_report as render_report_payload
from comity.wire.tiles import parse_entry_bundle, parse_tile_path, render_entry_bundle, render_tile_path
from comity.wire.tlog_proof import parse_proof, render_proof
from comity.wire.transparency import parse_transparency
from comity.wire.tsig import Signer, TsigKey, judge, render_refusal
from comity.wire.webhook_json import Event, Message, parse_message, render_message
from fuzz import corpus
from memoranda_made import SECRETS

LINE_MAX_BYTES: Final = 65_536
NOW: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)


def text_of(data: bytes) -> str:
    """Octets as the text that JSON or a database could hand on: a lone surrogate may be in it."""
    return data.decode("utf-8", "surrogatepass" if b"\xed" in data and _has_surrogates(data) else "replace")


def _has_surrogates(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def must_be_told(problems: object) -> None:
    """A refusal goes to a person or over HTTP: it must be text that can be written."""
    for problem in problems if isinstance(problems, tuple) else (problems,):
        msgspec.json.encode(problem)


# ------------------------------------------------------------------------------------ the link


@cache
def _keys() -> tuple[list[PublicKey], list[PublicKey]]:
    checkpoint = corpus.vectors("ledger")["checkpoint"]
    sender, receiver = (
        [PublicKey(name, bytes(SigningKey(bytes.fromhex(checkpoint[f"{name}_seed"])).verify_key))]
        for name in ("sender", "receiver")
    )
    return sender, receiver


def read_batch(data: bytes) -> object:
    batch = parse_batch(data)
    entries = [OutgoingEntry(*entry[1:]) for entry in batch.entries]
    assert render_batch(batch.note, batch.start, entries) == data
    return [entry_hash(*entry) for entry in entries]


def read_part(data: bytes) -> object:
    part = parse_part(data)
    entries = [OutgoingEntry(*entry[1:]) for entry in part.entries]
    assert render_part(part.note, part.start, entries, part.proof) == data
    return [entry_hash(*entry) for entry in entries]


def parts() -> list[bytes]:
    return [b64decode(one["body"]) for one in corpus.vectors("link")["parts"]]


def read_question(data: bytes) -> object:
    sender, _ = _keys()
    question, note = parse_question(data)
    key = SigningKey(bytes.fromhex(corpus.vectors("ledger")["checkpoint"]["sender_seed"]))
    again = sign_question(question, "cctld.ru", bytes(key.verify_key), lambda text: key.sign(text).signature)
    assert parse_question(again)[0] == question
    assert parse_note(again).text == note.text
    return check_question(data, ask="status", party="cctld.ru", keys=sender)


def questions() -> list[bytes]:
    link = corpus.vectors("link")
    return [one["note"].encode() for one in (*link["questions"], *link["bad_questions"])]


def read_note(data: bytes) -> object:
    sender, receiver = _keys()
    note = parse_note(data)
    found = read_head(data, sender=sender, receiver=receiver, receiver_name="oac.by")
    head = parse_head(note.text)
    assert render_checkpoint(head) == note.text
    checkpoint = corpus.vectors("ledger")["checkpoint"]
    if found.signed_by or found.cosigned_by:  # nobody can sign another head without the keys
        assert (head.origin, head.size, head.root.hex()) == tuple(
            checkpoint[part] for part in ("origin", "size", "root")
        )
    return found


def read_problem_answer(data: bytes) -> object:
    return partner_http._problem(data)


def read_rdap(data: bytes) -> object:
    found = parse_domain(data, asked="kassa-demo.ru")
    if isinstance(found, Registration):
        assert found.name == "kassa-demo.ru"
        assert msgspec.json.decode(canonical(msgspec.to_builtins(found)), type=Registration) == found
    return found


def read_rdap_servers(data: bytes) -> object:
    found = parse_bootstrap(data)
    assert isinstance(found, RdapProblem) or all(map(is_server, found.values()))
    return found


# ------------------------------------------------------------------------------------ what entries say


def read_report_payload(data: bytes) -> object:
    found = parse_report_payload(data)
    if not isinstance(found, ReportPayload):
        must_be_told(found)
        return found
    assert not find_problems(found.report)
    again = parse_report_payload(render_report_payload(found, sender="cctld.ru", salt="s"))
    assert isinstance(again, ReportPayload) or again.code == "too-large"
    assert fold_target(found.target, suffixes=suffix_list())
    return found


def read_notice(data: bytes) -> object:
    found = [parse_marking(data), parse_erasure(data), parse_erased(data)]
    must_be_told(tuple(one for one in found if isinstance(one, PayloadProblem)))
    for notice, parse in zip(found, (parse_marking, parse_erasure, parse_erased), strict=True):
        if not isinstance(notice, PayloadProblem):
            about = object_of("report", "", "cctld.ru")
            written = render_notice(notice, sender="cctld.ru", about=about, tlp="TLP:AMBER", salt="s")
            assert parse(written) == notice
            return notice
    raise InputError(found[0].code)  # type: ignore[union-attr]  # all three are problems


def read_consultation(data: bytes) -> object:
    message, part, expert = parse_consultation(data), parse_attachment_part(data), parse_expert(data)
    found = (message, part, expert)
    must_be_told(tuple(one for one in found if isinstance(one, PayloadProblem)))
    if not isinstance(message, PayloadProblem):
        assert parse_consultation(render_consultation(message, sender="cctld.ru", salt="s")) == message
        return message
    if not isinstance(expert, PayloadProblem):
        assert parse_expert(render_expert(expert, sender="cctld.ru", salt="s")) == expert
        return expert
    if not isinstance(part, PayloadProblem):
        written = render_attachment_part(part, sender="cctld.ru", tlp="TLP:AMBER", salt="s")
        assert parse_attachment_part(written) == part
        return part
    raise InputError(message.code)


def read_library_entry(data: bytes) -> object:
    found = [parse_article(data), parse_annotation(data), parse_adopted(data), parse_withdrawn(data)]
    must_be_told(tuple(one for one in found if isinstance(one, PayloadProblem)))
    article, annotation, adopted, withdrawn = found
    if isinstance(article, ArticlePayload):
        written = render_article(article, sender="cctld.ru", salt="s")
        assert len(written) > MAX_PAYLOAD_BYTES or parse_article(written) == article
        render_page(article.body)
        return article
    if isinstance(annotation, AnnotationPayload):
        assert parse_annotation(render_annotation(annotation, sender="cctld.ru", salt="s")) == annotation
        return annotation
    if isinstance(adopted, AdoptedPayload):
        assert parse_adopted(render_adopted(adopted, sender="cctld.ru", tlp="TLP:GREEN", salt="")) == adopted
        return adopted
    if isinstance(withdrawn, WithdrawnPayload):
        assert parse_withdrawn(render_withdrawn(withdrawn, sender="cctld.ru", tlp="TLP:GREEN", salt="")) == withdrawn
        return withdrawn
    assert isinstance(article, PayloadProblem)
    raise InputError(article.code)


def read_statement(data: bytes) -> object:
    found = [parse_stated(data), parse_cosigned(data), parse_differs(data)]
    must_be_told(tuple(one for one in found if isinstance(one, PayloadProblem)))
    for said, parse in zip(found, (parse_stated, parse_cosigned, parse_differs), strict=True):
        if not isinstance(said, PayloadProblem):
            written = render_statement(said, sender="cctld.ru", tlp="TLP:AMBER", salt="s")
            assert len(written) > MAX_PAYLOAD_BYTES or parse(written) == said
            return said
    raise InputError(found[0].code)  # type: ignore[union-attr]  # all three are problems


def read_statistics_document(data: bytes) -> object:
    for parse in (parse_signed, parse_transparency):
        try:
            return parse(data)
        except InputError:
            continue
    found = parse_statistics(data)
    assert render_statistics(found) == data
    return found


def read_revocation(data: bytes) -> object:
    found = parse_revocation(data)
    if isinstance(found, RevocationProblem):
        must_be_told(found)
        return found
    assert render_revocation(found) == data
    page = corpus.vectors("keys")
    keys = [PublicKey(key["kid"], b64decode(key["public"])) for key in page["keys"]]
    must_be_told(weigh_revocation(found, party="cctld.ru", known=keys, valid=keys, revoked=(), at=NOW))
    return found


def read_case_event_payload(data: bytes) -> object:
    found = parse_case_event_payload(data)
    if not isinstance(found, CaseEventPayload):
        must_be_told(found)
        return found
    written = render_case_event_payload(found, sender="oac.by", tlp="TLP:AMBER", opened_at=NOW, salt="s")
    again = parse_case_event_payload(written)
    assert isinstance(again, CaseEventPayload) or again.code == "too-large"
    return found


# ------------------------------------------------------------------------------------ memoranda


def read_memorandum(data: bytes) -> object:
    found = parse_memorandum(data)
    if not isinstance(found, Memorandum):
        assert found
        must_be_told(found)
        return found
    assert parse_memorandum(render_memorandum(found)) == found
    return found


def read_document(data: bytes) -> object:
    found = parse_document(data)
    if not isinstance(found, Document):
        assert found
        must_be_told(found)
        return found
    must_be_told(find_faults(found, at=NOW))
    again = parse_document(render_document(found))
    assert isinstance(again, Document)
    assert again.digest == found.digest
    return found


def read_tree(data: bytes) -> object:
    found = parse_tree(data)
    if isinstance(found, Problem):
        must_be_told(found)
    return found


@cache
def _suspended() -> StoredMemorandum:
    memorandum = parse_memorandum(corpus.memoranda()[1])
    assert isinstance(memorandum, Memorandum)
    return StoredMemorandum(1, memorandum.id, 1, "sha256:" + "ab" * 32, "oac.by", "suspended", memorandum, None, NOW)


def read_resumption(data: bytes) -> object:
    return resume._check(_suspended(), data, at=NOW)


def resumptions() -> list[bytes]:
    stored = _suspended()
    says = {
        "format": "comity-memorandum-resumption/1", "id": stored.urn, "version": 1, "digest": stored.digest,
        "party": "oac.by", "at": corpus.SEED_TIME,
    }  # fmt: skip
    kid = next(party for party in stored.memorandum.parties if party.id == "oac.by").keys[0].kid
    return [canonical({"resumption": says, "kid": kid, "value": "QUJD"})]


# ------------------------------------------------------------------------------------ JSON in general


def read_manifest(data: bytes) -> object:
    manifest = parse_manifest(data)
    assert render_manifest(manifest) == data
    return manifest


def read_proof(data: bytes) -> object:
    proof = parse_proof(data)
    assert render_proof(proof.index, proof.hashes, proof.note) == data
    return proof


def read_leaf(data: bytes) -> object:
    leaf = parse_leaf(data)
    if leaf is None:
        raise InputError("is no leaf data")
    assert leaf_data(leaf.kind, leaf.subject, bytes.fromhex(leaf.payload_sha256), True) == data
    return leaf


def read_package(data: bytes) -> object:
    """A package as it comes: it is the good one, or something is found."""
    verdict = check_package(data, at=NOW)
    for fault in verdict.faults:
        must_be_told(fault)
    assert verdict.faults or data == corpus.package()
    return verdict.faults


def read_member(data: bytes) -> object:
    """A package of which its own maker altered a member: told by the first octet, the rest is what stands there."""
    held = members()
    altered = list(held)[2 + data[0] % (len(held) - 2)] if data else list(held)[2]
    held[altered] = data[1:]
    manifest = parse_manifest(held[MANIFEST])
    listed = [Member(name, len(held[name]), sha256(held[name]).hexdigest()) for name in list(held)[2:]]
    held[MANIFEST] = render_manifest(msgspec.structs.replace(manifest, members=tuple(listed)))
    maker, key = manifest.made_by, SECRETS[manifest.made_by]
    text = seal_text(maker, held[MANIFEST])
    held[SEAL] = sign_text(text, maker, bytes(key.verify_key), lambda said: key.sign(said).signature)
    verdict = check_package(render_tar(held.items()), at=NOW)
    for fault in verdict.faults:
        must_be_told(fault)
    return verdict.faults


def members() -> dict[str, bytes]:
    found = parse_tar(corpus.package())
    assert isinstance(found, dict)
    return found


def package_members() -> list[bytes]:
    return [bytes([number]) + content for number, content in enumerate(list(members().values())[2:])]


def tars() -> list[bytes]:
    return [render_tar([("a.json", b"{}"), ("ledger-1/1.leaf", b"x" * 600)]), render_tar([])]


def read_tar(data: bytes) -> object:
    found = parse_tar(data)
    if isinstance(found, Fault):
        must_be_told(found)
    else:
        assert render_tar(found.items()) == data
    return found


def read_canonical(data: bytes) -> object:
    return parse_canonical(data)  # which writes what it read, and compares


def read_json(data: bytes) -> object:
    return parse_json(data, max_bytes=LINE_MAX_BYTES)


# ------------------------------------------------------------------------------------ reports and feeds


@cache
def suffix_list() -> SuffixList:
    return parse_suffix_list("\n".join(corpus.vectors("names")["suffix_list"]))


@cache
def _folder() -> NameFolder:
    return NameFolder(suffix_list(), remembered=64)


def read_report(data: bytes) -> object:
    found = parse_report(data)
    if not isinstance(found, Report):
        assert found
        must_be_told(found)
        return found
    assert not find_problems(found)
    assert parse_report(render_report(found)) == found
    return found


def read_records(records: Iterable[Record]) -> list[Record]:
    """What intake does with a record before it is stored: each ends as a report that can be kept or with a reason."""
    found = list(records)
    for record in found:
        assert (record.report is None) is (record.problem is not None)
        if record.report is not None:
            # A record that names nothing is refused when its name is folded.
            assert {problem.code for problem in find_problems(record.report)} <= {"no-name"}, record
            render_report(record.report)
        else:
            must_be_told(record.problem)
    names, urls = fold_targets([record.name for record in found], folder=_folder())
    assert len(names) == len(urls) == len(found)
    return found


def read_ndjson(data: bytes) -> object:
    return read_records(NdjsonReader().read(data.decode("utf-8", "replace").split("\n"), 1))


def read_feed(data: bytes) -> object:
    """Detect the format and read the lines by it, as intake does; where it is not sure, by every declared one."""
    lines = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\0", "").split("\n")
    try:
        names = [detect_format(lines)]
    except ComityError:
        names = list(FORMATS)
    found: list[object] = []
    for name in names:
        if name == REJECTS:
            found.append(read_rejects(data))
            continue
        declared = FORMATS[name]
        if not declared.says_category:
            declared = msgspec.structs.replace(
                declared, category=msgspec.structs.replace(declared.category, fixed="malware")
            )
        try:
            found.append(read_records(open_reader(declared).read(lines, 1)))
        except ComityError as error:
            str(error).encode()
    return found


def read_rejects(data: bytes) -> object:
    found: list[object] = []
    reader: Any = None
    for line in data.decode("utf-8", "replace").split("\n"):
        if is_header(line):
            header = parse_header(line)
            reader = open_reader(header.declared)
            list(reader.read([header.header], 1))
            continue
        raw = parse_reject(line)
        if reader is not None and isinstance(raw, str):
            found += read_records(reader.read([raw], 1))
    return found


def rejects() -> list[bytes]:
    header = msgspec.json.encode(
        {"format": "comity-rejects/1", "source": "s", "reporter": "r", "declared": {"category": {"fixed": "malware"}},
         "header": "url,tags"}
    )  # fmt: skip
    lines = [b'{"line":2,"reason":"bad-time","message":"m","raw":"http://a.by/,x"}',
             b'{"line":3,"reason":"invalid-text","message":"m","raw_base64":"/w=="}']  # fmt: skip
    return [b"\n".join([header, *lines]), *lines]


def read_mapping(data: bytes) -> object:
    declared = parse_mapping(data.decode("utf-8", "replace"))
    try:
        return read_records(open_reader(declared).read(["a;b;c", "http://a.by;x;2026-01-01"], 1))
    except ComityError:
        return declared


# ------------------------------------------------------------------------------------ names


def read_name(data: bytes) -> object:
    text = text_of(data)
    period = parse_period(text)
    assert period is None or period.name == text
    folder = _folder()
    found, target = folder.fold(text), folder.target(text)
    if isinstance(found, NameRefusal) is not isinstance(target, NameRefusal):
        assert isinstance(target, NameRefusal), "a canonical URL of what is no name"
        assert target.code == "too-long"
    assert fold_many([text], folder=folder) == [found]
    names, urls = fold_targets([text], folder=folder)
    assert names == [target.name if isinstance(target, Target) else target]
    assert urls == [target.url if isinstance(target, Target) else ""]
    if isinstance(target, Target):
        assert target.name.ascii.isascii()
        assert folder.fold(target.name.ascii).ascii == target.name.ascii  # type: ignore[union-attr]  # it is a name
        assert parse_name(target.name.unicode, suffixes=suffix_list()).ascii == target.name.ascii  # type: ignore[union-attr]
        if target.url:
            assert folder.target(target.url).url == target.url  # type: ignore[union-attr]  # canonical stays canonical
    else:
        must_be_told(found.reason if isinstance(found, NameRefusal) else "")
    find_zone_hint(text)
    refang(text)
    fold_host(text)
    read_small_words(text)
    return target


def read_small_words(text: str) -> None:
    """A duration, whole and in its parts, and the scopes of a token: small grammars of text that people write."""
    duration = parse_duration(text)
    if duration is not None and duration.is_fixed:
        assert parse_parts(text).span == duration.span
    assert " ".join(parse_scopes(text)).split() == list(parse_scopes(text))


SIGNATURE_WORDS: Final = (b"comity=", b'("@method"', b";created=", b';keyid="', b":", b"sha-256=:", b"\n", b"==:")


def read_webhook(data: bytes) -> object:
    """A webhook's request: two lines of fields, then the body.  Nothing is believed that no key signed."""
    given, signature, body = [*data.split(b"\n", 2), b"", b""][:3]
    fields = {
        "Signature-Input": given.decode("latin-1"), "Signature": signature.decode("latin-1"),
        "Content-Digest": content_digest(body),
    }  # fmt: skip
    at = datetime(2026, 11, 26, 1, 2, 3, tzinfo=UTC)
    found = check_request("https://a.by/", fields, body, {"by-2026-1": bytes(32)}, at=at)
    assert isinstance(found, BadSignature)
    must_be_told(found.sentence)
    message = parse_message(body)
    if isinstance(message, Message):
        assert parse_message(msgspec.json.encode(message)) == message
    return message


def webhooks() -> list[bytes]:
    at = datetime(2026, 11, 26, 1, 2, 3, tzinfo=UTC)
    event = Event(
        id="cert/1", position=1, type="withdrawn", kind="case", subject="s", version=at, at=at, tlp="TLP:GREEN",
        clause="1", memorandum="", item=None,
    )  # fmt: skip
    body = render_message("desk", "cert", "oac.by", [event])
    signed = sign_request(
        "https://a.by/", body, media_type="application/json", message_id="cert/1-1", kid="by-2026-1",
        sign=lambda _data: bytes(64), at=at,
    )  # fmt: skip
    return [f"{signed['Signature-Input']}\n{signed['Signature']}\n".encode() + body]


def read_lists(data: bytes) -> object:
    text = data.decode("utf-8", "replace")
    guard = join_guard_lists([parse_guard_list("fuzz", text)])
    guard.find("a.by", "x.a.by")
    return parse_suffix_list(text)


def read_brands(data: bytes) -> object:
    read = parse_brands(data.decode("utf-8", "replace"))
    assert len({brand.label for brand in read.brands}) == len(read.brands)
    assert all(brand.label == fold_host(brand.label).ascii for brand in read.brands)
    return read


def brand_lists() -> list[bytes]:
    return [b"token\tofficial_domain\nexample\texample.ru\n", "demobank\n# ours\nпример.рф\n".encode()]


def suffix_lists() -> list[bytes]:
    return ["\n".join(corpus.vectors("names")["suffix_list"]).encode(), b".gov.by\nbank.by # a bank\n"]


# ------------------------------------------------------------------------------------ tiles


def public_forms() -> list[bytes]:
    return [b"citizen@mail.example\nhttps://a.by/x\n2026-11-24\nIt asks.", "a@почта.рф\nа.рф\n2026-11-24\n".encode()]


def read_public_form(data: bytes) -> object:
    """The four answers of the public form, one a line; an address that is taken is one line and takes itself again."""
    email, name, day, narrative = [*text_of(data).split("\n", 3), "", "", ""][:4]
    address = parse_address(email)
    if isinstance(address, str):
        assert address.isascii()
        assert address.isprintable()
        assert address.count("@") == 1
        assert parse_address(address) == address
    form = {"email": email, "name": name, "observed_on": day, "narrative": narrative, "good_faith": "yes"}
    read = read_filing(form, "phishing", expert=False, at=datetime(2026, 11, 25, tzinfo=UTC))
    if isinstance(read, Filing):
        assert parse_report(render_report(read.report)) == read.report
    return address if isinstance(address, str) else read


def read_tile_path(data: bytes) -> object:
    text = data.decode("utf-8", "replace")
    tile = parse_tile_path(text)
    assert render_tile_path(tile) == text
    return tile


def read_bundle(data: bytes) -> object:
    leaves = parse_entry_bundle(data)
    assert render_entry_bundle(leaves) == data
    return leaves


# ------------------------------------------------------------------------------------ a case


ATTACHMENT_WORDS: Final = (
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"RIFF", b"WEBP", b"%PDF-", b"%%EOF", b"PK\x05\x06", b"<svg",
    b"<html", b"From: a\n", b"\n\n", b"{", b"]", b"\0", b"\xef\xbb\xbf",
)  # fmt: skip


def attachments() -> list[bytes]:
    return [
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        b"%PDF-1.7\n%%EOF\n",
        b"From: a@b.example\r\nDate: Mon, 23 Nov 2026 12:00:00 +0000\r\n\r\nbody\r\n",
        b'{"verdict": [1, 2]}',
        "журнал\n".encode(),
    ]


def read_attachment(data: bytes) -> object:
    found = find_media_type(data)
    if isinstance(found, MediaRefusal):
        return InputError(found.message, item=found.code)
    assert find_media_type(data, declared=found) == found
    return excerpt(data, found)


def read_collateral(data: bytes) -> object:
    lines = [line.partition("=") for line in data.decode("utf-8", "replace").split("\n")]
    said = {question: rest.partition(":") for question, _, rest in lines}
    found = parse_answers(
        {question: answer for question, (answer, _, _) in said.items()},
        {question: source for question, (_, _, source) in said.items()},
    )
    problems = [one for one in found if isinstance(one, CollateralProblem)]
    if problems:
        return InputError(problems[0].message, item=problems[0].question)
    settled = settle((), [one for one in found if isinstance(one, Finding)])
    render_check(settled)
    return settled


def read_dns_query(data: bytes) -> object:
    """A query is read and its answer can be written; what answers a NOTIFY is read too."""
    with suppress(ComityError):
        parse_notify_answer(data)
    query = parse_query(data)
    key = TsigKey("resolver-1", b"k" * 32)
    assert judge(query, key, at_seconds=0) != "good"
    answer = render_answer(query, b"", 0)
    assert answer[12:] == query.question == data[12 : 12 + len(query.question)]
    render_refusal(query, "bad-signature", key, at_seconds=0)
    return query


def dns_queries() -> list[bytes]:
    """An SOA question, an IXFR of a pointer's owner, and one that is signed."""
    name = render_name("rpz.example.by")
    asked = b"\0\1\0\0\0\1\0\0\0\0\0\0" + name + b"\0\6\0\1"
    soa = b"\xc0\x0c\0\6\0\1\0\0\0\0\0\x16\0\0" + b"\0\0\0\7" * 5
    ixfr = b"\0\2\0\0\0\1\0\0\0\1\0\0" + name + b"\0\xfb\0\1" + soa
    return [asked, ixfr, Signer(TsigKey("other-1", b"x" * 32), b"").sign(ixfr, at_seconds=1_795_000_000)]
