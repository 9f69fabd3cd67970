"""What machines ask about the node: alive, ready, and its numbers."""

from django.urls import path

from comity.api.health_views import healthz, metrics, readyz

urlpatterns = [path("healthz", healthz), path("readyz", readyz), path("metrics", metrics)]
