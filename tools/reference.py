"""Writes docs/reference from the program: every command, setting, environment variable, error and API address.

    tools/reference.py            write the pages
    tools/reference.py --check    say which page is not what the program says, and fail

What the program cannot say about itself (a sentence for each setting and environment variable) stands here in two
tables; tests/docs refuses a setting or a variable that is missing from them, and one that is no longer in the program.
"""

import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Annotated, Any, Final, Literal, get_args, get_origin

import click
import django
import msgspec

PAGES: Final = Path(__file__).resolve().parent.parent / "docs" / "reference"

SETTINGS: Final = {
    "party": "The registry whose node this is, as a domain name: `cctld.ru`.",
    "zones": "The top-level domains it is responsible for, as A-labels: `[\"ru\", \"xn--p1ai\"]`.",
    "secret_key": "Signs sessions and forms.  Made by `comity init`; whoever has it can sign in as anybody.",
    "languages": "The languages offered on the pages, in this order.",
    "time_zone": "Times on the pages are shown in it, as an IANA name; times in data are always UTC.",
    "web.host": "Address on which pages and API listen.",
    "web.port": "Port on which pages and API listen.",
    "web.url": "How people reach the pages, as it is written into links; empty: made from host and port.",
    "web.workers": "Processes that answer pages and API.",
    "web.calls_per_minute": "How often a token of the API may call in a minute, at all workers together; 0: no limit.",
    "link.host": "Address on which partners' nodes are awaited, over mutual TLS.",
    "link.port": "Port on which partners' nodes are awaited.",
    "link.url": "How partners reach this node; it is what their operators give to `comity link add`.",
    "link.batch_entries": "At most so many entries go in one batch, under one signature.",
    "link.poll_seconds": "The courier looks for something unsent this often.",
    "link.fetch_seconds": "Where the partner's ledger is fetched, it is asked for this often.",
    "link.ask_seconds": "A partner to whom nothing waits is asked this often what it holds: it may be restored.",
    "link.answer_seconds": "How long the courier waits for a partner's answer before it asks again.",
    "link.back_off_seconds": "After trouble the courier waits longer each time, at most so long.",
    "link.settle_seconds": (
        "After a restore nothing is signed for so long: what was on its way to partners has arrived or ended by then."
    ),
    "database.url": "`sqlite:///FILE` in the node's directory, or `postgresql://user:password@host:port/name`.",
    "database.replica": "A PostgreSQL that follows the one of `url`: pages and API calls that only read may use it.",
    "names.suffix_list": "A Public Suffix List to use instead of the one that came with the program.",
    "guard.popularity": "A popularity list (`rank,name` or a name per line; gzip allowed): the top of it is protected.",
    "guard.popularity_rank_under": "Names whose rank is lower than this are protected.",
    "guard.lists": "Further protected names: a label and a file with a name per line.",
    "desk.confirm_score": "The evidence score that the desk asks for before an analyst may confirm a case.",
    "desk.hold_score": "The evidence score that the desk asks for before a hold may be proposed.",
    "desk.hold_score_critical": "The same for a case of critical severity.",
    "epp.host": "The registry's EPP server; empty: plans are carried out by hand.",
    "epp.port": "Its port.",
    "epp.client": "The client identifier to log in as: the registry's own, or a registrar's where the profile says so.",
    "epp.password_file": "A file with the password, readable by the node's account alone.",
    "epp.ca": "The certificate authority that the server's certificate must come from; no other is believed.",
    "epp.certificate": "The client certificate that the node shows.",
    "epp.key": "Its private key.",
    "epp.server_name": "The name in the server's certificate, if it is not `host`.",
    "epp.answer_seconds": "How long an answer may take before the session is given up.",
    "plans.most_names": "A plan of more names is a bulk plan: a supervisor must say that so many are meant.",
    "plans.registrar_percent": "So is one that touches more than this share of the known names of one registrar.",
    "plans.zone_percent": "So is one that touches more than this share of the names of one zone.",
    "plans.share_floor": "Shares count only where a plan has at least so many names of one registrar or zone.",
    "plans.zone_names": "How many names a zone has, by its A-label; a zone that is not here has no known share.",
    "plans.expire_hours": "How long a proposed plan waits for its approval.",
    "sign_in.second_factor_for": "Roles that may do nothing before they have a second factor: `[\"supervisor\"]`.",
    "sign_in.session_hours": "A session ends after so many hours, however busy it is.",
    "sign_in.idle_minutes": "A session ends when nothing was asked for so long.",
    "sign_in.oidc_issuer": "The address of an OpenID Connect provider by which people may sign in; empty: none.",
    "sign_in.oidc_name": "What the button for it says.",
    "sign_in.oidc_client": "This node's client identifier at the provider.",
    "sign_in.oidc_secret_file": "A file with the client's secret; relative paths are taken from the node's directory.",
    "mail.server": "The mail server (submission) that takes this node's notices; empty: no mail is sent.",
    "mail.port": "Its port: 587 for `starttls`, 465 for `tls`.",
    "mail.security": "`starttls`, `tls` from the first octet, or `none`, which is for a server on this machine only.",
    "mail.user": "The name to sign in with; empty: without signing in.",
    "mail.password_file": "The file with the password alone, readable by the node's user only; relative to the node.",
    "mail.ca": "The certificates by which the server is known (PEM); empty: those of the system.",
    "mail.from_address": "Who the letters are from, and where the mail system's own answers go.",
    "mail.reply_to": "Where people's answers go, if not to `from_address`.",
    "mail.daily_limit": "At most so many letters leave in 24 hours; the others wait, and an alarm tells.",
    "mail.deadline_seconds": "How long one letter may take to be handed over.",
    "mailbox.server": "The IMAP server from which mail that reports abuse is read; empty: none is.",
    "mailbox.port": "Its port: 993 for `tls`, 143 for `starttls`.",
    "mailbox.security": "`tls` from the first octet, `starttls`, or `none`, for a server on this machine only.",
    "mailbox.user": "The name to sign in with.",
    "mailbox.password_file": "The file with the password alone, readable by the node's user only.",
    "mailbox.ca": "The certificates by which the server is known (PEM); empty: those of the system.",
    "mailbox.folder": "The folder that is read; `Done`, `Held` and `Refused` are made beside it.",
    "mailbox.maildir": "A maildir that is read instead of a server; its subfolders are made in it.",
    "mailbox.address": "The address of the mailbox: mail from it is the node's own and is never answered.",
    "mailbox.own_server": "The own mail server's name in `Authentication-Results`; empty: none is believed.",
    "mailbox.notifiers": "Trusted notifiers by proven address: `{\"soc@cert.example\" = \"cert.example\"}`.",
    "mailbox.answers": "Whether senders are told what became of their mail.",
    "mailbox.deadline_seconds": "How long the server may take for one answer.",
    "rdap.bootstrap": "IANA's servers (RFC 9224), a file or `https://data.iana.org/rdap/dns.json`; empty: none.",
    "rdap.servers": "RDAP servers of zones that the list has not, or has otherwise: `{ru = \"https://rdap.example/\"}`.",
    "rdap.ca": "The certificates by which RDAP servers are known (PEM); empty: those of the system.",
    "rdap.deadline_seconds": "How long one question may take, redirects included.",
    "dns.server": "The address of the resolver that is asked about names; empty: the DNS is not asked.",
    "dns.port": "Its port.",
    "dns.deadline_seconds": "How long the questions about one name may take together.",
    "blocking.host": "The address at which resolvers fetch zones of names to block (docs/how-to/resolver.md).",
    "blocking.port": "The port, UDP and TCP; 0: no zones are served.  Below 1024 systemd must allow it.",
    "blocking.hot_hours": "For how many hours a new name stands also in the small zone `hot.<zone>`.",
    "blocking.base_seconds": (
        "How long a large zone and the lists wait for more names before there is a new version; a withdrawal never "
        "waits."
    ),
    "blocking.refresh_seconds": "How often a resolver asks that heard no notification (SOA refresh).",
    "blocking.expire_seconds": "After how long without us a resolver lets a zone go (SOA expire).",
    "blocking.zones": (
        "Zones by their name: `subscriber`, `categories` (empty: all), `action` (`nxdomain`, `nodata`, a host), `hot`, "
        "`keys` and `allow` (who may fetch: names of keys, addresses), `secondaries` (who is notified)."
    ),
    "warnings.registrants": "Whose names are whose, `name<TAB>registrant` a line; empty: unknown.",
    "warnings.intersection_packages": "Where `openmined.psi` lies; empty: `psi` in the program's environment.",
    "log.format": "`text`, `json` (one object a line), or `auto`: JSON under systemd, text elsewhere.",
    "log.level": "What is at least as grave is logged: `debug`, `info`, `warning` or `error`.",
    "calendar.time_zone": "Time zone of this registry's working hours, as an IANA name; empty: `time_zone`.",
    "calendar.workdays": "Days of the week on which it works.",
    "calendar.hours": "From when to when; hours that end before they begin (`22:00-06:00`) end on the next day.",
    "calendar.holidays": (
        "The list of holidays: a country such as `ru`, `by`, `vn` or `cn`; `auto`: that of the party; empty: none."
    ),
    "calendar.days": (
        "What a list lacks, by its name, also where a memorandum names it: `off` without work, `on` of work."
    ),
    "contacts.duty": "Who is written to when three quarters of a clock have passed; empty: see docs/spec/clocks.md §7.",
    "contacts.head": "Who is written to when a clock has run out.",
    "contacts.legal": "Who is written to when a clock has run twice its time.",
    "sweep.sources": (
        "Where the node's zones are read for its daily sweep, by A-label: `{ru = \"zones/ru.zone.gz\"}`, or "
        "`axfr://ADDRESS[:PORT]/ZONE?key=NAME`; without one nothing is swept (docs/how-to/sweep.md)."
    ),
    "sweep.at": "When the daily sweep begins, `HH:MM`, in the node's time zone.",
    "sweep.open_ended": (
        "Whether dumps may end without their SOA, as NSD writes them; one that was cut between two lines then passes "
        "for whole unless it lost a tenth of its names."
    ),
    "sweep.own_reports": "Whether the names that this node's reports name are the sweep's indicators.",
    "sweep.brands": "A file of protected names that are looked for, themselves and what looks like them; empty: none.",
    "sweep.patterns": "A file of patterns of names that are looked for; empty: none.",
    "sweep.engine": "Which engine runs the parts of a sweep: `local`, this machine's own; `spark`, a cluster.",
    "sweep.cluster": (
        "The cluster that `spark` uses, by its Spark Connect address `sc://host:port`; one with a token in it is "
        "better given by the variable SPARK_REMOTE of the environment, which wins (docs/how-to/cluster.md)."
    ),
    "sweep.files_at": (
        "Where files are put for the workers of a cluster while it works, a URL such as `s3://bucket/comity`; empty: "
        "they see the node's directory under the same path."
    ),
    "sweep.daily": (
        "Whether each of brands, patterns and indicators that is the same as at the last sweep is compared with new "
        "names only."
    ),
    "sweep.keep_dumps": (
        "Whether each dump is kept until the next day, to be compared with: `link` where that costs no room, `copy` in "
        "any case, `no`."
    ),
    "sweep.workers": "How many processes work at a time; 0: as many as memory and processors allow.",
    "sweep.memory": "How much memory a sweep may use in all, as `4G` or `1500M`; the partitions follow from it.",
    "sweep.keep_runs": "How many runs are kept; older ones are removed when a new one is done.",
}  # fmt: skip

VARIABLES: Final = {
    "COMITY_DIR": "The node's directory, for commands that are not given `--dir`.",
    "COMITY_CRASHES": "Tests: where a process is told at which durable step to die (`comity.testing.crashing`).",
    "COMITY_PROGRAM": "Tests: the command line that is started in place of `comity`.",
    "COMITY_EMPTY_STORE": "Tests: where a run keeps the empty store that its nodes' stores are copies of.",
    "COMITY_SHARED": "Tests and measurements: where the shared data is, if not in `../shared`.",
    "COMITY_SOAK": "Tests: `1` lets Hypothesis try for long instead of for a moment (`make soak`).",
    "COMITY_TEST_DATABASE": "Tests: `sqlite` (as without it) or `postgresql`.",
    "COMITY_TEST_DATABASE_URL": "Tests: a PostgreSQL to use instead of one of their own; they make and drop databases.",
}


def render_commands() -> str:
    """The page of every command, argument and option."""
    from_cli = import_module("comity.cli.main")
    parts = [_head("Commands", "Every command, its arguments and options, as `--help` says them.")]
    for path, command in walk_commands(from_cli.comity):
        parts.append(_command(path, command))
    return "\n".join(parts)


def walk_commands(
    root: click.Command, path: tuple[str, ...] = ("comity",)
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command under `root` with the words that call it."""
    yield path, root
    if isinstance(root, click.Group):
        context = click.Context(root, info_name=path[-1], help_option_names=["-h", "--help"])
        for name in root.list_commands(context):
            command = root.get_command(context, name)
            if command is not None and not command.hidden:
                yield from walk_commands(command, (*path, name))


def _command(path: tuple[str, ...], command: click.Command) -> str:
    context = click.Context(command, info_name=" ".join(path), help_option_names=["-h", "--help"])
    lines = [f"\n{'#' * min(len(path) + 1, 4)} `{' '.join(path)}`\n"]
    text = (command.help or command.short_help or "").replace("\b\n", "").strip()
    lines.append(text + "\n")
    lines.append(f"```text\n{' '.join(path)} {' '.join(command.collect_usage_pieces(context))}\n```\n")
    options = [
        parameter for parameter in command.params if isinstance(parameter, click.Option) and not parameter.hidden
    ]
    if options:
        lines += ["| option | what it does |", "|---|---|"]
        for option in options:
            names, said = option.get_help_record(context) or ("", "")
            lines.append(f"| `{_cell(names)}` | {_cell(said)} |")
        lines.append("")
    return "\n".join(lines)


def render_settings() -> str:
    """The page of every key of node.toml and every environment variable."""
    home = import_module("comity.edges.home")
    parts = [
        _head(
            "Settings",
            "Every key of a node's `node.toml`, and every environment variable the program and its tests read.",
        ),
        "## node.toml\n",
        "A key that is not listed is refused; so is a value of the wrong type.  `comity init` writes the file.\n",
        "| key | type | without it | what it does |",
        "|---|---|---|---|",
    ]
    for key, kind, default in walk_settings(home.NodeSettings):
        parts.append(f"| `{key}` | {kind} | {default} | {_cell(SETTINGS.get(key, ''))} |")
    parts += ["\n## Environment variables\n", "| variable | what it does |", "|---|---|"]
    parts += [f"| `{name}` | {_cell(said)} |" for name, said in VARIABLES.items()]
    return "\n".join(parts) + "\n"


def walk_settings(struct: type[msgspec.Struct], prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Every key with its type and what it is when left out."""
    for field in msgspec.structs.fields(struct):
        key = prefix + field.encode_name
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            yield from walk_settings(field.type, key + ".")
            continue
        default: Any = field.default
        if field.default_factory is not msgspec.NODEFAULT:
            default = field.default_factory()
        shown = "must be given" if default is msgspec.NODEFAULT else f"`{_toml(default)}`"
        yield key, _type_name(field.type), shown


def render_errors() -> str:
    """The page of every error code."""
    parts = [
        _head("Errors", "Every error a person may see, by its code.  A code never changes once released."),
        "On the command line an error is one line that ends with its code in brackets, and exit code 1.  The API",
        "answers with `application/problem+json` that carries the code.  A refusal that the field expects (a name that",
        "cannot be folded, a clause that withholds) is no error: it is a value with its reason.\n",
        "| code | HTTP | what it means | where |",
        "|---|---|---|---|",
    ]
    for error in sorted(walk_errors(), key=lambda each: each.code):
        meaning = (error.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " ")
        parts.append(
            f"| `{error.code}` | {error.http_status} | {_cell(meaning)} | `{error.__module__}.{error.__name__}` |"
        )
    return "\n".join(parts) + "\n"


def render_api() -> str:
    """The page of every address of the HTTP API."""
    parts = [
        _head("HTTP API", "Every address under `/api/v1/`, what it does, who may, and what it takes."),
        "The same as a machine reads it, with every type and bound: `/api/v1/openapi.json`.  A token goes into",
        "`Authorization: Bearer …`; without the role an address answers 403.  Wrong input answers with a",
        "[code](errors.md).  Beside it, `/log/` publishes the node's ledgers ([tiles](../spec/tiles.md)).\n",
        "| | address | what it does | for whom | takes |",
        "|---|---|---|---|---|",
    ]
    for route in import_module("comity.api.routes").ROUTES:
        takes = [f"`?{field.encode_name}`" for field in msgspec.structs.fields(route.query)]
        takes += [f"`{field.encode_name}`" for field in msgspec.structs.fields(route.body)] if route.body else []
        roles = ", ".join(route.roles) or "everybody, without a token"
        parts.append(
            f"| {route.method} | `{route.path}` | {_cell(route.summary)} | {roles} | {', '.join(takes) or '-'} |"
        )
    return "\n".join(parts) + "\n"


# They define no errors, and what they need may not be installed.
_OF_THE_EXTRA_SPARK = {f"comity.sweep.engines.{name}" for name in ("spark", "spark_places", "spark_worker")}


def walk_errors() -> list[Any]:
    """Every class of error in the program, the root included."""
    package = import_module("comity")
    for module in walk_packages(package.__path__, "comity."):
        is_run = module.name.endswith((".__main__", ".wsgi"))
        if not is_run and ".migrations" not in module.name and module.name not in _OF_THE_EXTRA_SPARK:
            import_module(module.name)
    found: list[Any] = [import_module("comity.core.errors").ComityError]
    for error in found:  # grows while it is walked: subclasses of subclasses
        found += [each for each in error.__subclasses__() if each not in found]
    return found


def _head(title: str, said: str) -> str:
    note = "<!-- Written by tools/reference.py (make docs): change the program, not this page. -->"
    return f"{note}\n\n# {title}\n\n{said}\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(_toml(each) for each in value)}]"
    return str(value)


def _type_name(kind: Any) -> str:
    names = {str: "text", int: "whole number", float: "number", bool: "true or false"}
    if kind in names:
        return names[kind]
    if get_origin(kind) is Annotated:
        bare, *limits = get_args(kind)
        bounds = [
            f"{word} {limit}"
            for each in limits
            for word, limit in (("from", each.ge), ("to", each.le))
            if limit is not None
        ]
        return f"{_type_name(bare)}, {' '.join(bounds)}" if bounds else _type_name(bare)
    if get_origin(kind) is Literal:
        return " or ".join(f"`{value}`" for value in get_args(kind))
    return {tuple: "list of texts", dict: "table of texts"}[get_origin(kind)]


def pages() -> dict[str, str]:
    """Every page by file name."""
    return {
        "commands.md": render_commands(),
        "settings.md": render_settings(),
        "errors.md": render_errors(),
        "api.md": render_api(),
    }


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check compare them."""
    stale = []
    for name, text in pages().items():
        file = PAGES / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            stale.append(name)
            if arguments != ["--check"]:
                file.write_text(text, encoding="utf-8")
    if arguments == ["--check"] and stale:
        print(f"docs/reference is not what the program says: {', '.join(stale)}; run: make docs")
        return 1
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.node.settings")
    django.setup()
    sys.exit(main(sys.argv[1:]))
