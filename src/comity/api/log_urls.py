"""Published ledgers (docs/spec/tiles.md §2): by origin, then C2SP tlog-tiles."""

from django.urls import re_path
from django.views.decorators.csrf import csrf_exempt

from comity.api.log_views import checkpoint, tile
from comity.api.urls import unknown

_ORIGIN = r"^(?P<origin>[a-z0-9.-]{1,120}/ledger/[a-z0-9.-]{1,120})"

urlpatterns = [
    re_path(rf"{_ORIGIN}/checkpoint$", checkpoint, name="log-checkpoint"),
    re_path(rf"{_ORIGIN}/(?P<path>tile/.*)$", tile, name="log-tile"),
    re_path("", csrf_exempt(unknown)),
]
