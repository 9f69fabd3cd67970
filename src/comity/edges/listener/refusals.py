"""What the listener refuses by itself, before the application is asked: each with its code (docs/spec/link.md §6)."""

from comity.core.errors import ComityError, InputError


class SlowError(InputError):
    """The request did not come in time."""

    code = "too-slow"
    http_status = 408


class EncodingError(InputError):
    """A body is sent as it is; compressed ones are not taken."""

    code = "encoding-refused"
    http_status = 415


class HeadError(InputError):
    """A request's head is longer than is taken."""

    code = "head-too-large"
    http_status = 431


class BusyError(ComityError):
    """The node has more requests than it can take now; the same again later is right."""

    code = "busy"
    http_status = 503
