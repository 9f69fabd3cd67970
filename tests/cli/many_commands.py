"""Many commands of the program in one process: their codes, what they said, and what was wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_MANY = str(Path(__file__).with_name("many.py"))


def many(*commands: list[str]) -> list[tuple[int, str, str]]:
    environment = {**os.environ, "PYTHONPATH": str(_ROOT / "src"), "COLUMNS": "200", "POLARS_MAX_THREADS": "1"}
    ended = subprocess.run(
        [sys.executable, _MANY],
        input=json.dumps(commands),
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return [(code, said, wrong) for code, said, wrong in json.loads(ended.stdout)]
