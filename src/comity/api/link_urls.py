"""Node to node (docs/spec/link.md §3): what a partner may ask, by the origin of its ledger."""

from django.urls import path

from comity.api.link_views import push, status

urlpatterns = [
    path("<path:origin>/batch", push, name="link-batch"),
    path("<path:origin>/status", status, name="link-status"),
]
