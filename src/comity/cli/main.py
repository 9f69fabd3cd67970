"""The command line: which verb lives in which file.  A verb's module is read only when it is called."""

from importlib import import_module
from typing import Final

import click

COMMANDS: Final[dict[str, tuple[str, str, bool]]] = {
    # verb: (module, one line, does it work on a node's store?)
    "demo": ("demo", "Run the main job on this machine: two nodes, one memorandum, a feed at each.", True),
    "init": ("init", "Make a new node.", True),
    "serve": ("serve", "Serve pages, API and links, and do the node's background work.", True),
    "intake": ("intake", "Take in reports from files or standard input.", True),
    "feed": ("feed", "Feeds: what this node fetches by itself, and how good it was found.", True),
    "finding": ("finding", "Findings of sweeps: list, show, dismiss, open as cases.", True),
    "names": ("names", "Fold names: one per line in, NDJSON out.", False),
    "memo": ("memo", "Memoranda: check, propose, countersign, explain.", True),
    "case": ("case", "Cases: list, show, and every verb of the desk.", True),
    "campaign": ("campaign", "Campaigns: the likely siblings of a confirmed case, and why.", True),
    "plan": ("plan", "Plans of action: make, propose, approve by hash, carry out.", True),
    "zone": ("zone", "Zones: who may do what in them, and by which rule.", True),
    "look-up": ("look_up", "Ask RDAP and the DNS about a name, and keep the look.", True),
    "mail": ("mail", "Letters to registrars, hosts and registrants: what waits, what was given up.", True),
    "mailbox": ("mailbox", "Mail that reports abuse: read it, see what waits for a person, choose, dismiss.", True),
    "publish": ("publish", "Outputs: what a subscriber may read, written as its software reads it.", True),
    "registrar": ("registrar", "Registrars, and where their notices go.", True),
    "report": ("report", "Reports: who was told, correct, mark, withdraw, erase.", True),
    "reporter": ("reporter", "Reporters: how good their reports were found; slow, stop and allow them.", True),
    "subscriber": ("subscriber", "Subscribers: who reads outputs without a node, and their keys.", True),
    "appeal": ("appeal", "Appeals: what waits, and the decision of somebody uninvolved.", True),
    "library": ("library", "The library of experience: playbooks and case studies.", True),
    "consultation": ("consultation", "Consultations: ask partners, answer, list, show, close, reopen.", True),
    "warning": ("warning", "Warnings of campaigns: make, list, show, sweep, answer, withdraw, intersect.", True),
    "dga": ("dga", "Names that malware will make: add, share by zone, check, answer.", True),
    "expert": ("expert", "Experts: whom partners may ask, about what, in which languages.", True),
    "output": ("output", "Outputs: lists and zones of names to block, who has which version, keys.", True),
    "sweep": ("sweep", "Sweep whole zones: indicators, look-alikes, patterns, changes.", False),
    "statistics": ("statistics", "Statistics: own numbers, what is signed with partners, what the public reads.", True),
    "link": ("link", "Links to partners: add, status, sync, verify.", True),
    "webhook": ("webhook", "Webhooks: where what a subscriber is told is posted, signed.", True),
    "backup": ("backup", "Write all that a node remembers into one file, while it serves.", True),
    "restore": ("restore", "Fill a node's store from a backup.", True),
    "key": ("key", "Signing keys: made, used, revoked, distrusted.", True),
    "evidence": ("evidence", "Make an evidence package of a case, for somebody who has no node.", True),
    "verify": ("verify", "Check an evidence package offline; needs no node.", False),
    "migrate-store": ("migrate_store", "Move a node to another database: SQLite to PostgreSQL, or back.", True),
    "doctor": ("doctor", "Find what is wrong with a node and say how to mend it.", False),
    "person": ("person", "People who sign in, and their API tokens.", True),
}


class Verbs(click.Group):
    """Loads a verb on demand, so that `comity names` starts without a web framework."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 — click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _line, needs_store = COMMANDS[cmd_name]
        if needs_store:
            import_module("comity.cli.django_setup")
        command = getattr(import_module(f"comity.cli.{module}"), cmd_name.replace("-", "_"))
        if not isinstance(command, click.Command):
            raise TypeError(cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_module, line, _store) in COMMANDS.items()])


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="comity")
def comity() -> None:
    """Carry out memoranda of cooperation between top-level-domain registries against domain abuse."""
