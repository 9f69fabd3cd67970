"""Python reads this before any program whose PYTHONPATH begins here: the steps of that process are watched
(`crashing`).

Where the clock is faked (`machine.Clock`) it also lets `time.sleep` wait by select: libfaketime answers EINVAL to the
absolute sleeps that Python makes on the monotonic clock.
"""

import os
import select
import time
from pathlib import Path

if os.environ.get("FAKETIME_TIMESTAMP_FILE"):
    time.sleep = lambda seconds: select.select((), (), (), float(seconds)) and None

if os.environ.get("COMITY_CRASHES"):
    from comity.testing.crashing import watch_this_process

    watch_this_process(Path(os.environ["COMITY_CRASHES"]))
