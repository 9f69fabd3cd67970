"""Many commands in one process: lists of arguments as JSON on standard input; answers code, output, errors of each."""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout

from comity.cli.main import comity
from comity.cli.outcome import run

done = []
for arguments in json.load(sys.stdin):
    said, wrong = io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(wrong):
        try:
            code = run(comity, arguments)
        except SystemExit as ended:
            code = int(ended.code or 0)
    done.append([code, said.getvalue(), wrong.getvalue()])
print(json.dumps(done))
