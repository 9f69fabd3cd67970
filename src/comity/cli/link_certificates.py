"""`comity link`, the certificates: renewed, put in the place of older ones, and told about before they end."""

from datetime import UTC, datetime
from pathlib import Path

import click

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.edges.authorities import add_authority, list_ends, use_authority
from comity.edges.tls import certificate_hosts, renew_certificate
from comity.store.links import list_links


@click.command("renew-certificate")
@click.option("--host", "hosts", multiple=True, help="A host name or address that the certificate is for; as before.")
@dir_option
@json_option
def renew(hosts: tuple[str, ...], directory: Path, as_json: bool) -> None:
    """Make a new key and certificate for this node, by its own authority.  Partners need not be told."""
    home = use_node(directory)
    named = hosts or certificate_hosts(home)
    renew_certificate(home.path, party=home.party, hosts=named, at=datetime.now(UTC))
    if as_json:
        print_json({"hosts": named})
    else:
        click.echo(f"{home.party}: a new certificate for {', '.join(named)}")


@click.command("new-authority")
@dir_option
@json_option
def new_authority(directory: Path, as_json: bool) -> None:
    """Make a second authority that does not sign yet; give partners both (export-ca), then use-authority."""
    home = use_node(directory)
    both = add_authority(home, at=datetime.now(UTC))
    partners = [link.partner for link in list_links()]
    if as_json:
        print_json({"authorities": both.count("BEGIN CERTIFICATE"), "tell": partners})
    else:
        click.echo(f"{home.party}: two authorities; give both (comity link export-ca) to {', '.join(partners) or '-'}")


@click.command("use-authority")
@dir_option
@json_option
def use(directory: Path, as_json: bool) -> None:
    """Let the second authority sign, when all partners have both.  It renews this node's certificate, too."""
    home = use_node(directory)
    kept = use_authority(home, at=datetime.now(UTC))
    if as_json:
        print_json({"authorities": kept.count("BEGIN CERTIFICATE")})
    else:
        click.echo(f"{home.party}: the new authority signs; partners may drop the old one")


@click.command()
@dir_option
@json_option
def certificates(directory: Path, as_json: bool) -> int:
    """List when our certificates and the partners' authorities end; exit code 1 when one does within 60 days."""
    home = use_node(directory)
    ends = list_ends(home, {link.partner: link.ca_pem for link in list_links()}, at=datetime.now(UTC))
    if as_json:
        print_json(
            [
                {"party": end.whose, "what": end.what, "ends_at": end.ends_at.isoformat(), "soon": end.warn}
                for end in ends
            ]
        )
    else:
        for end in ends:
            soon = "  soon" if end.warn else ""
            click.echo(f"{end.ends_at:%Y-%m-%d}  {end.whose:<20} {end.what}{soon}")
    return 1 if any(end.warn for end in ends) else 0
