"""How often the interpreter looks for garbage that reference counts leave behind.

By default it looks each time seven hundred more objects live, which is from the first module to the last while a
program is read: a quarter of what a start costs, a third of what the schema of a new store costs, and nothing is
found.  Rings of objects are rare in this program, so it may look once in as many as make a few megabytes.
"""

import gc
from typing import Final

_OBJECTS: Final = 50_000


def collect_seldom() -> None:
    """Let this process look for garbage once in 50,000 objects that came to live."""
    gc.set_threshold(_OBJECTS, *gc.get_threshold()[1:])
