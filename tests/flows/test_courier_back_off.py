"""A partner that is away for days: the courier goes on asking, never more seldom than it says."""

import time
from pathlib import Path

import pytest

from comity.core.exchange import Sender
from comity.flows.courier import Line
from comity.store import models
from flows.two_parties import Parties, file, phishing

pytestmark = pytest.mark.django_db


def test_the_delay_is_bounded_however_often_it_failed(tmp_path: Path) -> None:
    parties = Parties(tmp_path)
    parties.sit(parties.ru)
    file(parties.ru, phishing("http://bank-demo-a1.by/login"))
    line = Line(parties.ru, models.Link.objects.get())
    line._failures = 5000
    line.sender = Sender("asking")
    line._step("no-answer")
    assert line.sender.state == "waiting"
    assert line._next_try <= time.monotonic() + parties.ru.settings.link.back_off_seconds
