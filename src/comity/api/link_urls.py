"""Node to node (docs/spec/link.md §3): what a partner may ask, by the origin of its ledger."""

from django.urls import path

from comity.api.link_views import fetch, give_return, push, recall, receipt, status

urlpatterns = [
    path("<path:origin>/batch", push, name="link-batch"),
    path("<path:origin>/status", status, name="link-status"),
    path("<path:origin>/fetch", fetch, name="link-fetch"),
    path("<path:origin>/receipt", receipt, name="link-receipt"),
    path("<path:origin>/recall", recall, name="link-recall"),
    path("<path:origin>/return", give_return, name="link-return"),
]
