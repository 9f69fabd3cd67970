"""What the links listener answers."""

from django.urls import include, path

urlpatterns = [path("link/v1/", include("comity.api.link_urls"))]
