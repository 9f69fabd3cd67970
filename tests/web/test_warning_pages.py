"""The pages of warnings: what was told and answered, names of ours alone, releases by supervisors only."""

import pytest

from comity.store.models import CampaignWarning, WarningAnswer
from web.small_registry import Registry, signed_in
from web.warning_rows import INTERSECTION, OURS, WAITS, WARNING

pytestmark = pytest.mark.django_db


def test_a_reader_sees_what_was_told_answered_and_withheld(registry: Registry) -> None:
    del registry
    client = signed_in("auditor")
    page = client.get("/warnings/").content.decode()
    assert all(uuid in page for uuid in (WARNING, OURS, WAITS, INTERSECTION))
    assert "fewer than 5" in page
    assert "the clause lets none of these signs out" in page
    received = client.get(f"/warnings/{WARNING}/").content.decode()
    assert "demobank-login[.]ru" in received
    assert "hxxp://demo-bad[.]ru" in received
    assert "refused: would match 900,000 of 6,000,000" in received
    assert "Token of a registrant" in received
    assert "<form" not in received.partition("<main")[2]
    ours = client.get(f"/warnings/{OURS}/").content.decode()
    assert "Withheld by the memorandum" in ours
    run = client.get(f"/warnings/runs/{INTERSECTION}/").content.decode()
    assert "demo-both[.]ru" in run
    assert run.count("ab" * 32) == 3
    for place in ("/warnings/none/", "/warnings/runs/none/"):
        assert client.get(place).status_code == 404


def test_a_supervisor_releases_and_an_analyst_withdraws(registry: Registry) -> None:
    del registry
    analyst, boss = signed_in("analyst"), signed_in("supervisor")
    form = {"zone": "ru", "release": "names"}
    assert analyst.post(f"/warnings/{WARNING}/release/", form).status_code == 403
    page = boss.post(f"/warnings/{WARNING}/release/", form, follow=True).content.decode()
    assert "The answer stays here: not yet in force" in page
    assert WarningAnswer.objects.get(warning__uuid=WARNING).told_at is None
    wrong = boss.post(f"/warnings/{WARNING}/release/", form | {"release": "all"}, follow=True).content.decode()
    assert "It cannot be released" in wrong
    assert boss.post(f"/warnings/{WARNING}/release/", {"zone": "su", "release": "names"}).status_code == 404
    done = analyst.post(f"/warnings/{OURS}/withdraw/", follow=True).content.decode()
    assert "The warning was withdrawn" in done
    assert CampaignWarning.objects.get(uuid=OURS).withdrawn_at is not None
    assert "It cannot be withdrawn" in analyst.post(f"/warnings/{OURS}/withdraw/", follow=True).content.decode()
