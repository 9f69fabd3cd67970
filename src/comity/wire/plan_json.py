"""A plan as canonical JSON (RFC 8785), its hash, and back (docs/spec/plans.md §2)."""

from hashlib import sha256
from typing import Final

import msgspec

from comity.core.errors import InputError
from comity.core.plans import FORM, Plan
from comity.wire.canonical import canonical, parse_canonical

MAX_BYTES: Final = 4 * 1024 * 1024


def render_plan(plan: Plan) -> bytes:
    """Write a plan; its hash is `plan_hash` of these octets."""
    return canonical(msgspec.to_builtins(plan))


def plan_hash(data: bytes) -> str:
    """The SHA-256 of a plan, 64 hexadecimal digits: what people approve."""
    return sha256(data).hexdigest()


def parse_plan(data: bytes) -> Plan:
    """Read a plan.  Raises `InputError` when it is none, or not in its one form."""
    value = parse_canonical(data, max_bytes=MAX_BYTES)
    try:
        plan = msgspec.convert(value, Plan)
    except msgspec.ValidationError as error:
        raise InputError(str(error), item="plan") from None
    if plan.form != FORM:
        raise InputError(f"another form: {plan.form[:40]}", item="plan")
    if render_plan(plan) != data:  # a field left out or not known, a time written in another way
        raise InputError("not a plan as it is written", item="plan")
    return plan
