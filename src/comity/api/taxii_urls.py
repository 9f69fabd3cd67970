"""Where TAXII 2.1 answers: discovery, and one API root."""

from django.urls import path, re_path

from comity.api.taxii_answers import unknown_address
from comity.api.taxii_objects import manifest, of_collection, of_object, versions
from comity.api.taxii_views import api_root, collection, collections, discovery, status

_COLLECTION = "api/collections/<str:uuid>/"

urlpatterns = [
    path("", discovery, name="taxii-discovery"),
    path("api/", api_root, name="taxii-root"),
    path("api/collections/", collections, name="taxii-collections"),
    path(_COLLECTION, collection, name="taxii-collection"),
    path(f"{_COLLECTION}manifest/", manifest, name="taxii-manifest"),
    path(f"{_COLLECTION}objects/", of_collection, name="taxii-objects"),
    path(f"{_COLLECTION}objects/<str:stix_id>/", of_object, name="taxii-object"),
    path(f"{_COLLECTION}objects/<str:stix_id>/versions/", versions, name="taxii-versions"),
    path("api/status/<str:uuid>/", status, name="taxii-status"),
    re_path("", unknown_address),
]
