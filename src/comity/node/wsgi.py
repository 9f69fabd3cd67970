"""The WSGI application that serves pages, API and links of one node."""

from django.core.wsgi import get_wsgi_application

from comity.edges.garbage import collect_seldom

collect_seldom()
application = get_wsgi_application()
