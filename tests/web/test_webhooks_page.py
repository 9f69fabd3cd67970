"""The page of webhooks: what an administrator may do there, and an auditor not."""

import pytest

from comity.store.webhooks import get_webhook
from web.small_registry import Registry, signed_in

pytestmark = pytest.mark.django_db
PAGE = "/administration/webhooks/"


def test_an_administrator_tries_again_what_was_given_up(registry: Registry) -> None:
    client = signed_in("administrator")
    page = client.get(PAGE).content.decode()
    assert "given up" in page
    assert "answered 500" in page
    assert page.count('<input type="hidden" name="name"') == 1

    assert client.post(PAGE, {"name": "old-desk"}).status_code == 302
    row = get_webhook("old-desk")
    assert (row.state, row.tries, row.position) == ("open", 0, 3)
    assert "There is no such webhook any more." in client.post(PAGE, {"name": "x"}, follow=True).content.decode()


def test_an_auditor_reads_and_changes_nothing(registry: Registry) -> None:
    client = signed_in("auditor")
    page = client.get(PAGE).content.decode()
    assert "desk-chat" in page
    assert "Try old-desk again" not in page
    assert client.post(PAGE, {"name": "old-desk"}).status_code == 404
    assert get_webhook("old-desk").state == "given-up"
