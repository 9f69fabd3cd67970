"""The doctor on other days: `python look.py DIR DAY…`; for each day the codes with what they are about, as JSON."""

import json
import sys
from datetime import datetime
from pathlib import Path

import comity.cli.broken_node_setup  # noqa: F401 — starts Django before any module that holds a model
from comity.flows.admit import admit
from comity.flows.diagnose import diagnose
from comity.store.connect import use_database

patient = admit(Path(sys.argv[1]))
use_database(patient.home.database())
told = [diagnose(patient, at=datetime.fromisoformat(day)) for day in sys.argv[2:]]
print(json.dumps([sorted([alarm.code, alarm.about] for alarm in alarms) for alarms in told]))
