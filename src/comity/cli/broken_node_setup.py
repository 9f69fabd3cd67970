"""Start Django without opening a node, so that a node whose configuration is broken can be looked at.

Imported instead of `django_setup`, before any module that holds a model is read.
"""

import os

import django

_named = os.environ.pop("COMITY_DIR", None)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.node.settings")
django.setup()
if _named is not None:
    os.environ["COMITY_DIR"] = _named  # `--dir` is read from it
