"""MISP feeds (docs/spec/misp.md §3): by the subscriber's key, then as every MISP feed."""

from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from comity.api.misp_views import event, hashes, manifest
from comity.api.urls import unknown

urlpatterns = [
    path("<slug:key>/manifest.json", manifest, name="misp-manifest"),
    path("<slug:key>/hashes.csv", hashes, name="misp-hashes"),
    path("<slug:key>/<uuid:uuid>.json", event, name="misp-event"),
    re_path("", csrf_exempt(unknown)),
]
