"""The counts of several processes are told while another one begins."""

import subprocess
import sys
from pathlib import Path

PROGRAM = """
from pathlib import Path
import os, sys
from prometheus_client import Counter
from prometheus_client.exposition import generate_latest
from comity.edges.counters import counted
Counter("comity_demo", "Demo").inc(3)
Path(os.environ["PROMETHEUS_MULTIPROC_DIR"], "counter_999999.db").touch()
print(generate_latest(counted()).decode())
"""


def test_a_process_that_only_just_begins_does_not_hide_the_counts_of_others(tmp_path: Path) -> None:
    """Its file is there and has no size yet (prometheus_client.mmap_dict: opened, then truncated)."""
    environment = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": ":".join(sys.path)}
    told = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert "comity_demo_total 3.0" in told.stdout
