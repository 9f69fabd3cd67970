"""What the links listener answers."""

from django.urls import include, path

handler404 = "comity.api.link_views.unknown_address"
urlpatterns = [
    path("link/v1/", include("comity.api.link_urls")),
    path("taxii2/", include("comity.api.taxii_urls")),
]
