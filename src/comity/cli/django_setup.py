"""Start Django once, before any module that holds a model is read."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.node.settings")
django.setup()
