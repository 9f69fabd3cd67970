"""The WSGI application that serves pages, API and links of one node.

Read in a worker of the server: one whose server was killed has nobody who would end it, and would keep its port.
"""

from django.core.wsgi import get_wsgi_application

from comity.edges.garbage import collect_seldom
from comity.edges.processes import die_with_parent

die_with_parent()
collect_seldom()
application = get_wsgi_application()
