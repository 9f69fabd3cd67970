"""Problem details (RFC 9457): an error as the document that an HTTP answer carries.

    {"type": "urn:comity:problem:<code>", "title": …, "status": …, "detail": …, "code": …, "item": …}

`code` is the stable code of the error's class, `title` the first line of its documentation, `detail` the sentence for a
person.  Which answer carries it is decided in `comity.api.problems`, and by the listener for what it refuses unread.
"""

from typing import Final

import orjson

from comity.core.errors import ComityError

CONTENT_TYPE: Final = "application/problem+json"


def render_problem(error: ComityError) -> bytes:
    """Write the document for an error."""
    document = {
        "type": f"urn:comity:problem:{error.code}",
        "title": (type(error).__doc__ or "").partition("\n")[0].rstrip("."),
        "status": error.http_status,
        "detail": error.message,
        "code": error.code,
    }
    if error.item:
        document["item"] = error.item
    return orjson.dumps(document)
