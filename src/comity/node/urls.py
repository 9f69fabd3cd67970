"""Where everything hangs: pages at the root, the API, published ledgers, and what machines ask about the node's health.

Partners' nodes have a listener of their own behind mutual TLS (`link_urls`): nothing of it answers here.
"""

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("comity.api.urls")),
    path("lists/", include("comity.api.list_urls")),
    path("misp/", include("comity.api.misp_urls")),
    path("taxii2/", include("comity.api.taxii_urls")),
    path("log/", include("comity.api.log_urls")),
    path("", include("comity.api.health_urls")),
    path("", include("comity.web.account_urls")),
    path("", include("comity.web.urls")),
]

handler400 = "comity.web.views.errors.bad_request"
handler403 = "comity.web.views.errors.forbidden"
handler404 = "comity.node.not_found.not_found"
handler500 = "comity.web.views.errors.failed"
