"""The page of a case's siblings: a picture and a table that say the same; the desk settles, others read."""

import pytest

from comity.store.models import CampaignSibling
from comity.web.campaign_picture import MOST_NAMES, draw_campaign
from web.small_registry import Registry, signed_in

pytestmark = pytest.mark.django_db


def test_siblings_are_shown_with_reasons_in_picture_and_table(registry: Registry) -> None:
    page = signed_in("auditor").get(f"/cases/{registry.protected}/campaign/").content.decode()
    assert "<svg role" in page
    assert "style=" not in page
    assert page.count("bank-demo-a1[.]ru") == 2  # the picture and the table
    assert "ns1.demo.su ns2.demo.su (12 of 1,000,000 names have it)" in page
    assert "Same pattern: bank-demo-‹letters 2› (about 20 of 1,000,000 names have it)" in page
    assert "too common to say anything" in page
    assert "Make enquiries" not in page
    assert (
        f"/cases/{registry.protected}/campaign/"
        in signed_in("auditor").get(f"/cases/{registry.protected}/").content.decode()
    )
    bare = signed_in("auditor").get(f"/cases/{registry.closed}/campaign/").content.decode()
    assert f"comity campaign find {registry.closed}" in bare


def test_the_desk_settles_and_what_is_wrong_is_said_beside_its_field(registry: Registry) -> None:
    client, place = signed_in("analyst"), f"/cases/{registry.protected}/campaign/"
    ticked = {"sibling": "bank-demo-a1.ru"}
    for typed, field, said in (
        ({}, "siblings", "Tick at least one name."),
        (ticked | {"do": "dismiss"}, "reason", "Choose a reason"),
        (ticked | {"do": "dismiss", "reason": "other"}, "note", "Say why in words"),
    ):
        refused = client.post(place, typed)
        assert refused.status_code == 409
        assert f'href="#field-{field}"' in refused.content.decode()
        assert said in refused.content.decode()
    done = client.post(place, ticked | {"do": "dismiss", "reason": "chance"}, follow=True).content.decode()
    assert "Settled: 1. Left as they were: 0." in done
    assert CampaignSibling.objects.get(name="bank-demo-a1.ru").state == "not-related"


def test_the_picture_is_bounded() -> None:
    names = [(f"demo-{n}.ru", "open") for n in range(90)]
    picture = draw_campaign("seed.ru", [(["Same days"], names[:50]), (["Same servers"], names[50:])])
    assert (len(picture.names), picture.more) == (MOST_NAMES, 30)
    assert all(0 <= one.y < picture.height for one in picture.names)
