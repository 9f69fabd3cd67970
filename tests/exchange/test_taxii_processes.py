"""A real node and a client that is not ours: taxii2-client over TLS, with a token and with a client certificate."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from taxii2client.v21 import ApiRoot, Collection, Server, as_pages

from api.taxii_world import TAXII, made, stix_id
from comity.demo.nodes import Node, make_nodes
from comity.edges.tls import make_certificates, renew_certificate

pytestmark = pytest.mark.processes


def identity(directory: Path) -> tuple[str, str]:
    """A client certificate and its key, by an authority of its own."""
    make_certificates(directory, party="soc.example", hosts=("127.0.0.1",), at=datetime.now(UTC))
    return str(directory / "tls/node.pem"), str(directory / "tls/node.key")


def is_let_in(url: str, authority: str, certificate: tuple[str, str] | None) -> bool:
    try:
        answer = requests.get(url, verify=authority, cert=certificate, headers={"Accept": TAXII}, timeout=20)
    except requests.exceptions.ConnectionError:
        return False
    return answer.status_code == 200


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node."""
    (node,) = make_nodes(tmp_path, ["oac.by"])
    try:
        yield node
    finally:
        node.stop()


def test_taxii2_client_reads_and_writes_with_a_token_and_with_a_certificate(
    node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # requests prefers them to what the client was told
        monkeypatch.delenv(name, raising=False)
    certificate = identity(tmp_path / "soc")
    by = ("--as", "olga")
    about = ("--name", "Demo", "--kind", "cert", "--ceiling", "TLP:AMBER", "--clause", "MoU 4.2")
    node.work("subscriber", "add", "cert-demo", *about, *by)
    given = node.work("subscriber", "token", "cert-demo", "--label", "t", "--may-write", "--json", *by)
    shown = ("--file", certificate[0], "--label", "c", "--may-write")
    node.work("subscriber", "certificate", "cert-demo", *shown, *by)
    node.serve()
    node.wait_until_ready()
    token, authority = json.loads(given)["token"], str(node.place.path / "tls/ca.pem")

    server = Server(f"{node.place.url}taxii2/", user="cert-demo", password=token, verify=authority)
    (root,) = server.api_roots
    inbox = next(one for one in root.collections if one.can_write)
    status = inbox.add_objects({"objects": [made(number) for number in range(30)]})
    assert (status.status, status.success_count) == ("complete", 30)
    pages = list(as_pages(inbox.get_objects, per_request=7))
    wanted = [stix_id(number) for number in range(30)]
    assert [one["id"] for page in pages for one in page["objects"]] == wanted
    manifest = list(as_pages(inbox.get_manifest, per_request=7))
    assert [one["id"] for page in manifest for one in page["objects"]] == wanted

    url = f"{node.place.link_url}taxii2/"
    there = Collection(inbox.url.replace(node.place.url, node.place.link_url), cert=certificate, verify=authority)
    assert there.add_objects({"objects": [made(30)]}).status == "complete"
    assert len(there.get_objects()["objects"]) == 31
    assert isinstance(Server(url, cert=certificate, verify=authority).default, ApiRoot)

    status_of_a_ledger = f"{node.place.link_url}link/v1/oac.by/ledger/cctld.ru/status"
    assert requests.post(status_of_a_ledger, cert=certificate, verify=authority, timeout=20).status_code == 403
    assert not is_let_in(url, authority, None)
    assert not is_let_in(url, authority, identity(tmp_path / "stranger"))
    renew_certificate(tmp_path / "soc", party="soc.example", hosts=("127.0.0.1",), at=datetime.now(UTC))
    assert not is_let_in(url, authority, certificate), "another certificate of the same authority is a stranger's"
