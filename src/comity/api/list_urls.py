"""Lists of names to block (docs/spec/blocking.md §4): by subscriber, then the file of a form."""

from django.urls import re_path
from django.views.decorators.csrf import csrf_exempt

from comity.api.list_views import list_file
from comity.api.urls import unknown

urlpatterns = [
    re_path(r"^(?P<subscriber>[a-z0-9-]{1,60})/(?P<file>[a-z]{1,20}\.[a-z]{1,6})$", list_file, name="list-file"),
    re_path("", csrf_exempt(unknown)),
]
