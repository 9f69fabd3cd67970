"""What an error is in Comity: a stable code, a sentence for a person, and the item it is about.

A refusal that the field expects (a name that cannot be folded, a clause that withholds) is a value with reasons, never
an exception.  An exception means malformed input or a broken promise.  Every class here has a `code` that never changes
once released; docs/reference/errors.md lists them all and the tests compare.  HTTP answers are made from them in
`comity.api.problems` and nowhere else.
"""

from typing import ClassVar


class ComityError(Exception):
    """Base of every error a person may see.  `item` names what it is about (a line, a file, a key, a position)."""

    code: ClassVar[str] = "comity-error"
    http_status: ClassVar[int] = 500

    def __init__(self, message: str, *, item: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.item = item

    def __str__(self) -> str:
        return f"{self.item}: {self.message}" if self.item else self.message


class InputError(ComityError):
    """What was given cannot be read as what it should be."""

    code = "bad-input"
    http_status = 400


class TooLargeError(InputError):
    """A bound on size was exceeded before anything was parsed."""

    code = "too-large"
    http_status = 413


class LengthRequiredError(InputError):
    """A body's length must be declared (Content-Length); transfer codings are not taken."""

    code = "length-required"
    http_status = 411


class NotFoundError(ComityError):
    """No such case, report, memorandum or link."""

    code = "not-found"
    http_status = 404


class ForbiddenError(ComityError):
    """The caller's role or party may not do this."""

    code = "forbidden"
    http_status = 403


class ConflictError(ComityError):
    """The present state does not allow this."""

    code = "conflict"
    http_status = 409


class StoreUnavailableError(ComityError):
    """The node's own store cannot do this now: its disk is full, it takes no writes, or it is not there; ask again."""

    code = "store-unavailable"
    http_status = 503


class SettingError(ComityError):
    """The node's configuration is missing or wrong."""

    code = "bad-setting"


class PersonalDataError(InputError):
    """What is to be sent holds personal data that no clause lets cross; confirm that it is taken out, or reword."""

    code = "personal-data-found"
