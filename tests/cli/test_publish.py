"""`comity publish`: files of a feed for subscribers, as a person calls it, with a node of its own."""

import json
from datetime import UTC, datetime
from pathlib import Path
