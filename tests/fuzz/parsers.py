"""Every way in: what reads octets that a partner, a reporter or a receiver of evidence wrote.  One literal table.

A row says which functions it reaches (`test_parsers` refuses a `parse_…` of `wire` or `core` that is in no row), how
they are called, good inputs to begin from, words of the grammar, the largest input that is let in, and inputs of that
size which are meant to be slow.  A reading may return or raise `ComityError`; whatever else comes out is a fault.

To add one: a function in `readings` that reads, and a row.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import msgspec

from comity.core.errors import ComityError
from comity.core.media_types import MAX_BYTES as MAX_ATTACHMENT_BYTES
from comity.edges.partner_http import ANSWER_MAX_BYTES
from comity.wire.authority_toml import MAX_BYTES as PROFILES_MAX_BYTES
from comity.wire.checkpoint import NOTE_MAX_BYTES
from comity.wire.dns_message import MAX_QUERY_BYTES
from comity.wire.epp import MAX_FRAME_BYTES
from comity.wire.evidence import MAX_MANIFEST_BYTES
from comity.wire.evidence_tar import MAX_PACKAGE_BYTES
from comity.wire.key_revocation import MAX_BYTES as REVOCATION_MAX_BYTES
from comity.wire.link_batch import BATCH_MAX_BYTES
from comity.wire.mail_parts import MAX_MAIL_BYTES
from comity.wire.memorandum_yaml import MAX_BYTES as MEMORANDUM_MAX_BYTES
from comity.wire.plan_json import MAX_BYTES as PLAN_MAX_BYTES
from comity.wire.rdap import BOOTSTRAP_MAX_BYTES
from comity.wire.rdap import MAX_BYTES as RDAP_MAX_BYTES
from comity.wire.statistics import MAX_FILE_BYTES
from comity.wire.stix import MAX_PAYLOAD_BYTES
from comity.wire.stix_pattern import MAX_LETTERS as MAX_PATTERN
from comity.wire.taxii_envelope import ENVELOPE_BYTES
from comity.wire.xarf_document import MAX_XARF_BYTES
from fuzz import (
    corpus,
    dga_readings,
    feed_readings,
    mail_readings,
    misp_readings,
    plan_readings,
    readings,
    slow,
    stix_readings,
    sweep_readings,
    taxii_readings,
    warning_readings,
)


class Parser(NamedTuple):
    """One way in."""

    name: str
    covers: tuple[str, ...]
    read: Callable[[bytes], object]
    corpus: Callable[[], list[bytes]]
    words: tuple[bytes, ...]
    most_bytes: int
    slow: Callable[[int], dict[str, bytes]]
    asks_store: bool = False
    is_costly: bool = False  # some milliseconds for an input: it gets a tenth of what the others get


PARSERS: Final[tuple[Parser, ...]] = (
    Parser("batch", ("wire.link_batch.parse_batch",), readings.read_batch,
           corpus.batches, corpus.BATCH_WORDS, BATCH_MAX_BYTES, slow.slow_batch),
    Parser("note", ("wire.checkpoint.parse_note", "wire.checkpoint.parse_head", "wire.checkpoint.read_head"),
           readings.read_note, corpus.notes, corpus.NOTE_WORDS, NOTE_MAX_BYTES, slow.slow_note),
    Parser("part", ("wire.link_batch.parse_part",), readings.read_part,
           readings.parts, corpus.BATCH_WORDS, BATCH_MAX_BYTES, slow.slow_part),
    Parser("question", ("wire.question.parse_question", "wire.question.read_question"), readings.read_question,
           readings.questions, corpus.NOTE_WORDS, NOTE_MAX_BYTES, slow.slow_note),
    Parser("problem answer", ("edges.partner_http._problem",), readings.read_problem_answer,
           lambda: [b'{"code":"ledger-fork","detail":"d"}'], corpus.JSON_WORDS, ANSWER_MAX_BYTES, slow.slow_json),
    Parser("report entry", ("wire.stix.parse_report",), readings.read_report_payload,
           lambda: corpus.payloads("report"), corpus.JSON_WORDS, MAX_PAYLOAD_BYTES, slow.slow_payload),
    Parser("case event entry", ("wire.stix.parse_case_event",), readings.read_case_event_payload,
           lambda: corpus.payloads("case-event"), corpus.JSON_WORDS, MAX_PAYLOAD_BYTES, slow.slow_payload),
    Parser("stix bundle", ("wire.stix_document.read_stix", "wire.stix_split.split_objects"), stix_readings.read_bundle,
           stix_readings.bundles, corpus.JSON_WORDS, 2 << 20, slow.slow_json),
    Parser("stix pattern", ("wire.stix_pattern.parse_pattern",), stix_readings.read_pattern,
           stix_readings.patterns, stix_readings.PATTERN_WORDS, MAX_PATTERN, stix_readings.slow_patterns),
    Parser("notice entry", ("wire.notices.parse_marking", "wire.notices.parse_erasure", "wire.notices.parse_erased"),
           readings.read_notice, corpus.notices, corpus.JSON_WORDS, MAX_PAYLOAD_BYTES, slow.slow_payload),
    Parser("consultation entry", ("wire.consultation.parse_consultation", "wire.attachment_parts.parse_attachment_part",
                                  "wire.expert.parse_expert"),
           readings.read_consultation, corpus.consultations, corpus.JSON_WORDS, MAX_PAYLOAD_BYTES, slow.slow_payload),
    Parser("library entry",
           ("wire.article.parse_article", "wire.article.parse_annotation", "wire.article.parse_adopted",
            "wire.article.parse_withdrawn"), readings.read_library_entry,
           corpus.library_entries, corpus.JSON_WORDS, MAX_PAYLOAD_BYTES, slow.slow_payload),
    Parser("statistics",
           ("wire.statistics_entries.parse_stated", "wire.statistics_entries.parse_cosigned",
            "wire.statistics_entries.parse_differs"), readings.read_statement,
           corpus.statements, corpus.JSON_WORDS, MAX_PAYLOAD_BYTES, slow.slow_payload),
    Parser("algorithmic names",
           ("wire.dga_entries.parse_share", "wire.dga_entries.parse_answer", "wire.dga_entries.parse_status",
            "core.dga.parse_answers"), dga_readings.read_dga_entry,
           dga_readings.entries, corpus.JSON_WORDS, MAX_PAYLOAD_BYTES, slow.slow_payload),
    Parser("warnings and intersections",
           ("wire.warning_entries.parse_warning", "wire.warning_entries.parse_answer",
            "wire.intersection_entries.parse_part", "wire.intersection_entries.parse_ended"),
           warning_readings.read_warning_entry, warning_readings.entries, corpus.JSON_WORDS, MAX_PAYLOAD_BYTES,
           slow.slow_payload),
    Parser("set to compare", ("core.intersections.parse_set", "core.warnings.parse_server_set"),
           warning_readings.read_set, lambda: corpus.samples("names.txt"), corpus.FEED_WORDS, readings.LINE_MAX_BYTES,
           slow.slow_lines),
    Parser("list of algorithmic names",
           ("wire.dga_list.DgaReader", "wire.dga_list.detect_dga_format", "wire.dga_list.parse_format",
            "core.dga.parse_family"), dga_readings.read_dga_list,
           lambda: corpus.samples("dga.csv", "names.txt"), corpus.FEED_WORDS, readings.LINE_MAX_BYTES,
           slow.slow_lines),
    Parser("pattern of names",
           ("core.name_patterns.parse_pattern", "core.pattern_examples.infer_pattern", "core.warnings.parse_patterns"),
           sweep_readings.read_pattern, sweep_readings.patterns, sweep_readings.PATTERN_WORDS,
           sweep_readings.MAX_PATTERN_BYTES, slow.slow_lines),
    Parser("detail of an indicator", ("core.indicator_details.parse_indicator_detail",), sweep_readings.read_detail,
           sweep_readings.details, (b"\x1f", b"9", b"demo.ru"), readings.LINE_MAX_BYTES, slow.slow_lines),
    Parser("list of indicators", ("sweep.indicators.read_indicators",), sweep_readings.read_indicator_list,
           sweep_readings.indicator_lists, corpus.NAME_WORDS + corpus.FEED_WORDS, 1 << 20, slow.slow_lines,
           is_costly=True),
    Parser("statistics document",
           ("wire.statistics.parse_statistics", "wire.statistics.parse_signed", "wire.transparency.parse_transparency"),
           readings.read_statistics_document,
           corpus.statistics_documents, corpus.JSON_WORDS, MAX_FILE_BYTES, slow.slow_json),
    Parser("key revocation", ("wire.key_revocation.parse_revocation", "wire.key_revocation.weigh_revocation"),
           readings.read_revocation, corpus.revocations, corpus.JSON_WORDS, REVOCATION_MAX_BYTES, slow.slow_json),
    Parser("evidence package", ("wire.evidence_check.check_package",), readings.read_package,
           lambda: [corpus.package()], corpus.JSON_WORDS, 16 << 20, slow.slow_package, is_costly=True),
    Parser("evidence member", ("wire.evidence_check.check_package",), readings.read_member,
           readings.package_members, corpus.JSON_WORDS, readings.LINE_MAX_BYTES, slow.slow_json, is_costly=True),
    Parser("evidence container", ("wire.evidence_tar.parse_tar",), readings.read_tar,
           readings.tars, (b"\0" * 512, b"ustar", b"0", b"7" * 11, b"a/b.json"), MAX_PACKAGE_BYTES, slow.slow_tar),
    Parser("evidence manifest", ("wire.evidence.parse_manifest",), readings.read_manifest,
           lambda: corpus.of_package("manifest.json"), corpus.JSON_WORDS, MAX_MANIFEST_BYTES, slow.slow_json),
    Parser("proof file", ("wire.tlog_proof.parse_proof",), readings.read_proof,
           lambda: corpus.of_package(".tlog-proof"), corpus.NOTE_WORDS, 4 * NOTE_MAX_BYTES, slow.slow_proof),
    Parser("leaf data", ("core.case_evidence.parse_leaf",), readings.read_leaf,
           lambda: corpus.of_package(".leaf"), corpus.BATCH_WORDS, readings.LINE_MAX_BYTES, slow.slow_proof),
    Parser("memorandum", ("wire.memorandum_yaml.parse_memorandum",), readings.read_memorandum,
           corpus.memoranda, corpus.YAML_WORDS, MEMORANDUM_MAX_BYTES, slow.slow_memorandum, is_costly=True),
    Parser("signed memorandum", ("wire.memorandum_document.parse_document",), readings.read_document,
           corpus.documents, corpus.YAML_WORDS, MEMORANDUM_MAX_BYTES, slow.slow_memorandum, is_costly=True),
    Parser("tree", ("wire.memorandum_yaml.parse_tree", "wire.yaml_tree.parse_yaml"), readings.read_tree,
           lambda: [b"a: [b, {c: 'd'}]\ne: |\n  f\n", b'{"a":[1.5,null]}'], corpus.YAML_WORDS, MEMORANDUM_MAX_BYTES,
           slow.slow_memorandum, is_costly=True),
    Parser("resumption", ("flows.resume._check",), readings.read_resumption,
           readings.resumptions, corpus.JSON_WORDS, readings.LINE_MAX_BYTES, slow.slow_json, asks_store=True),
    Parser("canonical JSON", ("wire.canonical.parse_canonical",), readings.read_canonical,
           corpus.documents, corpus.JSON_WORDS, MAX_MANIFEST_BYTES, slow.slow_json),
    Parser("JSON", ("wire.canonical.parse_json",), readings.read_json,
           corpus.documents, corpus.JSON_WORDS, readings.LINE_MAX_BYTES, slow.slow_json),
    Parser("RDAP answer", ("wire.rdap.parse_domain",), readings.read_rdap,
           corpus.rdap_answers, corpus.JSON_WORDS, RDAP_MAX_BYTES, slow.slow_json),
    Parser("RDAP servers", ("wire.rdap.parse_bootstrap",), readings.read_rdap_servers,
           lambda: [b'{"services":[[["ru"],["https://rdap.example/"]]]}'], corpus.JSON_WORDS, BOOTSTRAP_MAX_BYTES,
           slow.slow_json),
    Parser("report", ("wire.report_json.parse_report",), readings.read_report,
           corpus.reports, corpus.JSON_WORDS, 1 << 20, slow.slow_report),
    Parser("ndjson", ("wire.report_json.NdjsonReader",), readings.read_ndjson,
           lambda: corpus.samples("ndjson.ndjson"), corpus.JSON_WORDS, 1 << 20, slow.slow_lines),
    Parser("feed", ("wire.format_detection.detect_format", "wire.readers.open_reader"), readings.read_feed,
           lambda: corpus.samples("adblock.txt", "blackbook-csv.csv", "csv.csv", "hosts.txt", "jpcert-csv.csv",
                                  "names.txt", "phishtank-csv.csv", "threatfox-csv.csv", "urlhaus-csv.csv", "urls.txt"),
           corpus.FEED_WORDS, readings.LINE_MAX_BYTES, slow.slow_lines, is_costly=True),
    Parser("feed of JSON", ("wire.feed_json.read_threatfox", "wire.feed_json.read_cert_pl"),
           feed_readings.read_feed_json,
           lambda: corpus.samples("threatfox-json.json", "cert-pl-json.json"), corpus.JSON_WORDS, 1 << 20,
           slow.slow_json),
    Parser("policy zone", ("wire.rpz_lines.RpzReader",), feed_readings.read_policy_zone,
           lambda: corpus.samples("rpz.txt"), corpus.FEED_WORDS, readings.LINE_MAX_BYTES, slow.slow_lines,
           is_costly=True),
    Parser("MISP manifest", ("edges.misp_feed_client.parse_manifest",), feed_readings.read_manifest,
           lambda: [b'{"00000000-0000-4000-8000-000000000000":{"timestamp":"1","info":"x"}}'], corpus.JSON_WORDS,
           1 << 20, slow.slow_json),
    Parser("feed declarations", ("edges.feed_declarations.parse_feed",), feed_readings.read_declarations,
           lambda: [b'[list]\nurl = "https://lists.demo/x"\nformat = "names"\ncategory = "phishing"\n'],
           corpus.TOML_WORDS, 1 << 16, plan_readings.slow_toml, is_costly=True),
    Parser("rejects", ("wire.rejects.parse_header", "wire.rejects.parse_reject"), readings.read_rejects,
           readings.rejects, corpus.JSON_WORDS + corpus.FEED_WORDS, readings.LINE_MAX_BYTES, slow.slow_lines),
    Parser("mapping", ("wire.formats.parse_mapping",), readings.read_mapping,
           lambda: corpus.samples("mapping.toml"), corpus.TOML_WORDS, readings.LINE_MAX_BYTES, slow.slow_lines),
    Parser("EPP", ("wire.epp.parse_answer", "wire.epp.parse_greeting", "wire.epp.parse_length"), plan_readings.read_epp,
           plan_readings.epp_documents, plan_readings.EPP_WORDS, MAX_FRAME_BYTES, plan_readings.slow_epp),
    Parser("MISP", ("wire.misp_document.read_misp", "wire.misp_document.is_misp"), misp_readings.read_misp_events,
           misp_readings.misp_events, misp_readings.MISP_WORDS, 4 << 20, misp_readings.slow_misp, is_costly=True),
    Parser("IODEF", ("wire.iodef_document.read_iodef", "wire.iodef_document.is_iodef", "wire.iodef_xml.parse_bounded"),
           misp_readings.read_iodef_document, misp_readings.iodef_documents, misp_readings.IODEF_WORDS, 4 << 20,
           misp_readings.slow_iodef, is_costly=True),
    Parser("plan", ("wire.plan_json.parse_plan",), plan_readings.read_plan,
           plan_readings.plans, corpus.JSON_WORDS, PLAN_MAX_BYTES, slow.slow_json, is_costly=True),
    Parser("authority profiles", ("wire.authority_toml.parse_profiles",), plan_readings.read_profiles,
           plan_readings.profiles, corpus.TOML_WORDS, PROFILES_MAX_BYTES, plan_readings.slow_toml, is_costly=True),
    Parser("name", ("core.names.parse_name", "core.names.fold_target", "core.name_batches.fold_many",
                    "core.target_batches.fold_targets", "core.defang.refang", "core.durations.parse_duration",
                    "core.durations.parse_parts", "core.scopes.parse_scopes", "core.periods.parse_period"),
           readings.read_name, corpus.names, corpus.NAME_WORDS, 16_384, slow.slow_name),
    Parser("public form", ("core.mail_addresses.parse_address", "core.public_reports.read_filing"),
           readings.read_public_form, readings.public_forms, corpus.NAME_WORDS, 16_384, slow.slow_name),
    Parser("protected names", ("core.brands.parse_brands",), readings.read_brands,
           readings.brand_lists, corpus.FEED_WORDS, readings.LINE_MAX_BYTES, slow.slow_lines),
    Parser("lists", ("core.suffixes.parse_suffix_list", "core.guards.parse_guard_list"), readings.read_lists,
           readings.suffix_lists, corpus.NAME_WORDS, readings.LINE_MAX_BYTES, slow.slow_lines),
    Parser("tile path", ("wire.tiles.parse_tile_path",), readings.read_tile_path,
           corpus.tile_paths, corpus.TILE_WORDS, readings.LINE_MAX_BYTES, slow.slow_path),
    Parser("entry bundle", ("wire.tiles.parse_entry_bundle",), readings.read_bundle,
           corpus.bundles, (b"\0\0", b"\0\1", b"\xff\xff", b"comity-entry/1\n"), 256 * 65_537, slow.slow_bundle),
    Parser("DNS query", ("wire.dns_message.parse_query", "wire.dns_message.parse_notify_answer"),
           readings.read_dns_query, readings.dns_queries,
           (b"\xc0\x0c", b"\0\xfa\0\xff", b"\x3f", b"\0\6\0\1", b"\0\xfb\0\1"), MAX_QUERY_BYTES, slow.slow_dns_query),
    Parser("TAXII query", ("wire.taxii_query.parse_query", "wire.taxii_query.parse_time"), taxii_readings.read_query,
           taxii_readings.queries, taxii_readings.QUERY_WORDS, 16_384, taxii_readings.slow_queries),
    Parser("TAXII envelope", ("wire.taxii_envelope.split_envelope",), taxii_readings.read_envelope,
           taxii_readings.envelopes, corpus.JSON_WORDS, ENVELOPE_BYTES, taxii_readings.slow_envelopes),
    Parser("attachment", ("core.media_types.find_media_type", "core.media_types.excerpt"), readings.read_attachment,
           readings.attachments, readings.ATTACHMENT_WORDS, MAX_ATTACHMENT_BYTES, slow.slow_attachment),
    Parser("mail", ("wire.mail_document.read_mail", "wire.mail_head.parse_mail_date"), mail_readings.read_message,
           mail_readings.mails, mail_readings.MAIL_WORDS, MAX_MAIL_BYTES // 8, mail_readings.slow_mail, is_costly=True),
    Parser("XARF", ("wire.xarf_document.read_xarf_document",), mail_readings.read_xarf,
           lambda: corpus.samples("xarf.json"), corpus.JSON_WORDS, MAX_XARF_BYTES // 8, slow.slow_json, is_costly=True),
    Parser("webhook", ("wire.webhook_json.parse_message", "wire.http_signatures.check_request"), readings.read_webhook,
           readings.webhooks, corpus.JSON_WORDS + readings.SIGNATURE_WORDS, 1 << 20, slow.slow_json),
    Parser("collateral answers", ("core.collateral.parse_answers",), readings.read_collateral,
           lambda: [b"mail_use=no:mx\nsubdomain_count=12\n", b"state_body=yes\npopularity_rank=7:list\n"],
           (b"=", b":", b"yes", b"unknown", b"9", b"mail_use", b"\n"), 65_536, slow.slow_lines),
)  # fmt: skip

BY_NAME: Final = {parser.name: parser for parser in PARSERS}


def feed(parser: Parser, data: bytes) -> object:
    """Let a parser read: what it may answer is an answer or a `ComityError` that can be told; all else is a fault."""
    try:
        return parser.read(data)
    except ComityError as error:
        msgspec.json.encode((error.code, error.message, error.item))
        return error


def covered(parsers: Sequence[Parser] = PARSERS) -> set[str]:
    """Every function that is in some row."""
    return {name for parser in parsers for name in parser.covers}
