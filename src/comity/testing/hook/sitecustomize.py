"""Python reads this before any program whose PYTHONPATH begins here: the steps of that process are watched (`crashing`)."""

import os
from pathlib import Path

if os.environ.get("COMITY_CRASHES"):
    from comity.testing.crashing import watch_this_process

    watch_this_process(Path(os.environ["COMITY_CRASHES"]))
