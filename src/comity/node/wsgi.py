"""The WSGI application that serves pages, API and links of one node."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
