"""Write `src/comity/client/calls.py` from the route table, so that the client has each route and no other.

python tools/client.py          write it
python tools/client.py --check  say whether it is as it would be written (tests/client/test_client.py asks the same)
"""

import os
import re
import sys
from pathlib import Path
from typing import Final

import django
import msgspec

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.node.settings")
django.setup()  # the handlers of the routes import models, which want it first

from comity.api.route import NDJSON, OCTETS, Route  # noqa: E402
from comity.api.routes import ROUTES  # noqa: E402
from comity.wire.api.parts import NoQuery, Octets  # noqa: E402

FILE: Final = Path(__file__).resolve().parent.parent / "src" / "comity" / "client" / "calls.py"
_WIDTH: Final = 120
HEAD: Final = '''"""Every route of the API as a method.  Written by tools/client.py from the route table.

`key`: an Idempotency-Key of your own; without one each call gets a new one, and is sent again with the same.
"""

'''


def render_calls() -> str:
    """The file as text."""
    methods = [_method(route) for route in sorted(ROUTES, key=lambda route: route.name)]
    text = "\n\n".join(methods)
    modules: dict[str, set[str]] = {}
    for route in ROUTES:
        for struct in (route.answer, route.body, route.query):
            if struct is not None and re.search(rf"\b{struct.__name__}\b", text):
                modules.setdefault(struct.__module__, set()).add(struct.__name__)
    modules.setdefault("comity.core.reports", set()).add("Report")
    modules["comity.client.caller"] = {"NDJSON", "OCTETS", "Caller", "encode", "encode_lines", "part"}
    imports = ["from collections.abc import Iterable\n"]
    imports += [_import(module, names) for module, names in sorted(modules.items())]
    return HEAD + "\n".join(imports) + '\n\n\nclass Calls(Caller):\n    """The routes."""\n\n' + text + "\n"


def _import(module: str, names: set[str]) -> str:
    ordered = sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name.lower()))
    line = f"from {module} import {', '.join(ordered)}"
    if len(line) <= _WIDTH:
        return line
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in ordered) + ")"


def _method(route: Route) -> str:
    names = re.findall(r"<(\w+)>", route.path)
    takes = [f"{name}: str" for name in names]
    is_octets = route.answer is Octets
    path = re.sub(r"<(\w+)>", r"{part(\1)}", route.path)
    said = [f'f"{path}"' if names else f'"{path}"']
    if not is_octets:
        said.append(route.answer.__name__)
    if route.method == "POST":
        take, give, media = _body(route)
        takes += take
        said += [give]
        if media:
            said.append(f"media_type={media}")
    if route.query is not NoQuery:
        required = any(field.required for field in msgspec.structs.fields(route.query))
        takes.append(f"query: {route.query.__name__}" + ("" if required else " | None = None"))
        said.append("query=query" if route.method == "POST" else "query")
    if route.method == "POST" and not route.reads:
        takes += ["*", 'key: str = ""']
        said.append("key=key")
    verb = ("_get" if route.method == "GET" else "_post") + ("_octets" if is_octets else "")
    answer = "bytes" if is_octets else route.answer.__name__
    head = f"    def {route.name}(self{''.join(', ' + take for take in takes)}) -> {answer}:"
    if len(head) > _WIDTH:
        head = f"    def {route.name}(\n        self, {', '.join(takes)}\n    ) -> {answer}:"
    call = f"        return self.{verb}({', '.join(said)})"
    if len(call) > _WIDTH:
        call = f"        return self.{verb}(\n            {', '.join(said)}\n        )"
    return f'{head}\n        """{route.summary}."""\n{call}'


def _body(route: Route) -> tuple[list[str], str, str]:
    """What a method takes, what it sends, and of which media type where that is not JSON."""
    if route.media_type == NDJSON:
        return ["reports: Iterable[Report]"], "encode_lines(reports)", "NDJSON"
    if route.media_type == OCTETS:
        return ["data: bytes"], "data", "OCTETS"
    if route.body is None:
        return ["report: Report"], "encode(report)", ""
    if not route.body.__struct_fields__:
        return [], 'b"{}"', ""
    return [f"body: {route.body.__name__}"], "encode(body)", ""


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if FILE.read_text(encoding="utf-8") == render_calls() else f"{FILE}: run python tools/client.py")
    FILE.write_text(render_calls(), encoding="utf-8")
