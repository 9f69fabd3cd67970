"""`comity look-up NAME`: what the registration data (RDAP) and the DNS say of a name now.

The look is kept, as one from the case page is.  A question that was not answered is told with its code, beside what was
learned the last time; the command ends with 1 when no question was answered.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.harmless import defang
from comity.core.observations import NOT_REGISTERED, Observed, Registration, Resolution
from comity.flows.observe import observe, registrable_of
from comity.store.observations import newest


@click.command()
@click.argument("name")
@dir_option
@json_option
def look_up(name: str, directory: Path, as_json: bool) -> None:
    """Ask RDAP and the DNS about NAME: a domain, a host or a URL, defanged or not."""
    home = use_node(directory)
    registrable = registrable_of(home, name)
    looks = observe(home, registrable, at=datetime.now(UTC)).looks
    if as_json:
        print_json({"name": registrable, "looks": [_document(look) for look in looks]})
    else:
        click.echo(defang(registrable))
        for look in looks:
            _show(look)
            if look.value is None and look.error != NOT_REGISTERED:
                known = newest(registrable, look.kind)
                if known is not None and known.value is not None:
                    _show(known)
    if all(look.value is None and look.error != NOT_REGISTERED for look in looks):
        sys.exit(1)


def _document(look: Observed) -> dict[str, Any]:
    value = None if look.value is None else msgspec.to_builtins(look.value)
    return {"kind": look.kind, "at": look.at, "error": look.error, "value": value}


def _show(look: Observed) -> None:
    head = f"{look.kind.upper()}, {look.at:%Y-%m-%d %H:%M} UTC"
    if look.value is None:
        click.echo(f"{head}: {look.error}")
        return
    click.echo(head)
    for word, said in _facts(look.value):
        if said:
            click.echo(f"  {word:<14} {said}")


def _facts(value: Registration | Resolution) -> list[tuple[str, str]]:
    if isinstance(value, Resolution):
        return [
            ("answer", value.answer),
            ("addresses", ", ".join(value.addresses)),
            ("lead inward", ", ".join(value.inward)),
            ("name servers", ", ".join(value.name_servers)),
            ("mail", ", ".join(value.mail_hosts)),
            ("not answered", ", ".join(value.unanswered)),
        ]
    dates = (value.registered_at, value.changed_at, value.expires_at)
    registered, changed, expires = ("" if day is None else day.strftime("%Y-%m-%d") for day in dates)
    return [
        ("registrar", value.registrar + (f" ({value.registrar_id})" if value.registrar_id else "")),
        ("abuse contact", value.abuse_email),
        ("status", ", ".join(value.statuses)),
        ("name servers", ", ".join(value.name_servers)),
        ("registered", registered),
        ("changed", changed),
        ("expires", expires),
        ("DNSSEC", "signed" if value.is_signed else "not signed"),
    ]
