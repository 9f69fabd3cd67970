"""What is asked of the readers of EPP, of plans and of authority profiles."""

import json
from pathlib import Path

import comity.edges
from comity.core.authority import why_not_profile
from comity.core.epp_statuses import STATUSES
from comity.wire.authority_toml import parse_profiles
from comity.wire.epp import DOMAIN, EPP, HEADER_BYTES, frame, parse_answer, parse_greeting, parse_length
from comity.wire.plan_json import parse_plan, render_plan
from fuzz.slow import slow_lines

EPP_WORDS = (
    b"<epp", f' xmlns="{EPP}"'.encode(), b"<response>", b'<result code="1000">', b"</result>", b"<resData>", b"<trID>",
    b"<clTRID>", b"<!DOCTYPE", b"<!ENTITY a 'b'>", b"&a;", b"<![CDATA[", b"<?x", b"<!--", b"\0", f'"{DOMAIN}"'.encode(),
)  # fmt: skip
_VECTORS = Path(__file__).resolve().parents[2] / "docs" / "spec" / "vectors" / "plans.json"


def read_epp(data: bytes) -> object:
    """Read a frame's length and its document, as an answer or a greeting."""
    if len(data) >= HEADER_BYTES and frame(data)[:HEADER_BYTES] == data[:HEADER_BYTES]:
        assert parse_length(data[:HEADER_BYTES]) >= 0
    if b"<greeting" in data:
        return parse_greeting(data)
    answer = parse_answer(data)
    assert answer.domain is None or set(answer.domain.statuses) <= set(STATUSES)
    return answer


def read_plan(data: bytes) -> object:
    """A plan that is read is the octets that were read."""
    plan = parse_plan(data)
    assert render_plan(plan) == data
    return plan


def read_profiles(data: bytes) -> object:
    """Profiles that are read have no fault."""
    profiles = parse_profiles(data)
    assert not [fault for profile in profiles for fault in why_not_profile(profile)]
    return profiles


def epp_documents() -> list[bytes]:
    """An answer and a greeting."""
    info = (
        f'<epp xmlns="{EPP}"><response><result code="1000"><msg>ok</msg></result><resData>'
        f'<d:infData xmlns:d="{DOMAIN}">'
        '<d:name>a.by</d:name><d:roid>D-X</d:roid><d:status s="ok"/><d:clID>abc</d:clID></d:infData></resData><trID>'
        "<clTRID>abc</clTRID><svTRID>abc</svTRID></trID></response></epp>"
    )
    greeting = (
        f'<epp xmlns="{EPP}"><greeting><svID>x</svID><svDate>2026-01-01T00:00:00Z</svDate><svcMenu>'
        f"<version>1.0</version><lang>en</lang><objURI>{DOMAIN}</objURI></svcMenu></greeting></epp>"
    )
    return [info.encode(), greeting.encode()]


def plans() -> list[bytes]:
    """The plans of the vectors."""
    return [one["canonical"].encode() for one in _vectors()]


def profiles() -> list[bytes]:
    """The program's own profiles."""
    return [(Path(comity.edges.__file__).parent / "authority" / "profiles.toml").read_bytes()]


def slow_epp(size: int) -> dict[str, bytes]:
    """Documents that are deep, wide, or never end."""
    start = f'<epp xmlns="{EPP}">'.encode()
    return {
        "deep": (start + b"<a>" * (size // 3))[:size],
        "wide": (start + b"<a/>" * (size // 4))[:size],
        "attributes": (start + b"<a " + b'b="c" ' * (size // 6))[:size],
        "text": (start + b"x" * size)[:size],
        "entities": (b"<!DOCTYPE a [" + b"<!ENTITY a '&a;'>" * (size // 17))[:size],
    }


slow_toml = slow_lines


def _vectors() -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(_VECTORS.read_text(encoding="utf-8"))["plans"]
    return found
