"""comity-memorandum/1: text that people write, bytes that parties sign (docs/spec/memorandum.md).

`parse_memorandum` reads YAML, or JSON when the first character is `{`, and gives the value or every reason why not.
`render_memorandum` writes the canonical JSON that is hashed and signed.  Members `status` and `signatures` of a file
are for the reader's eye: they are no part of the signed text and are left out of the value.
"""

from typing import Any, Final

import msgspec

from comity.core.errors import InputError
from comity.core.memoranda import FORMAT, Memorandum, Problem
from comity.core.memorandum_rules import find_problems
from comity.wire.canonical import canonical, parse_json
from comity.wire.shapes import fit, shape_of
from comity.wire.yaml_tree import YamlProblem, parse_yaml

MAX_BYTES: Final = 256 * 1024
_MAX_JSON_DEPTH: Final = 16
_STATUSES: Final = frozenset({"draft", "proposed", "countersigned", "in_force", "in-force", "suspended", "terminated"})


def parse_memorandum(data: bytes) -> Memorandum | tuple[Problem, ...]:
    """Read a memorandum; the life state and signatures that may stand in the file are not looked at."""
    tree = parse_tree(data)
    if isinstance(tree, Problem):
        return (tree,)
    return read_memorandum(tree)


def parse_tree(data: bytes) -> Any | Problem:
    """Read YAML or JSON as a tree of values, bounded; one `Problem` when it is neither."""
    if len(data) > MAX_BYTES:
        return Problem("", "too-large", f"{len(data)} bytes; at most {MAX_BYTES}")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return Problem("", "not-utf-8", f"byte {error.start} is not UTF-8")
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        try:
            return parse_json(data.removeprefix(b"\xef\xbb\xbf"), max_depth=_MAX_JSON_DEPTH)
        except InputError as error:
            return Problem("", "not-json", str(error))
    tree = parse_yaml(text)
    if isinstance(tree, YamlProblem):
        return Problem(f"line {tree.line}, column {tree.column}", tree.code, tree.reason)
    return tree


def read_memorandum(tree: Any) -> Memorandum | tuple[Problem, ...]:
    """Read a memorandum from a tree of values."""
    if not isinstance(tree, dict):
        return (Problem("", "wrong-type", f"a memorandum is a mapping that begins with format: {FORMAT}"),)
    text = {key: value for key, value in tree.items() if key not in {"status", "signatures"}}
    problems: list[Problem] = []
    if "status" in tree and not (isinstance(tree["status"], str) and tree["status"] in _STATUSES):
        problems.append(Problem("status", "not-in-list", f"is none of: {', '.join(sorted(_STATUSES))}"))
    if "signatures" in tree and not isinstance(tree["signatures"], list):
        problems.append(Problem("signatures", "wrong-type", "must be a list"))
    if problems:
        fit(text, shape_of(Memorandum), "", problems)
        return tuple(problems)
    memorandum = read_draft(text)
    return memorandum if isinstance(memorandum, tuple) else find_problems(memorandum) or memorandum


def read_draft(tree: Any) -> Memorandum | tuple[Problem, ...]:
    """Read a tree that has the shape of a memorandum, whether or not its parts agree with one another yet."""
    problems: list[Problem] = []
    fitted = fit(tree, shape_of(Memorandum), "", problems)
    return tuple(problems) if problems else msgspec.convert(fitted, Memorandum)


def render_memorandum(memorandum: Memorandum) -> bytes:
    """Write the canonical JSON that is hashed and signed: every member that differs from its default, nothing else."""
    return canonical(msgspec.to_builtins(memorandum))


def schema() -> dict[str, Any]:
    """The published JSON Schema of a memorandum's JSON form; schemas/memorandum-1.schema.json is this, written down."""
    document = msgspec.json.schema(Memorandum)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:comity:schema:memorandum-1",
        "title": FORMAT,
        **document,
    }
