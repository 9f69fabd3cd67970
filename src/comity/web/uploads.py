"""How much a form may bring: bounded while it comes in, whatever it says of its length, and never on the disk.

Django reads a form before any view is asked (the CSRF check does).  So the bound is here, in the first of its upload
handlers: octets of files beyond it are thrown away as they come, and the view is told.
"""

from typing import Any, Final

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from comity.core.media_types import MAX_BYTES

MOST_OCTETS: Final = MAX_BYTES + 65_536  # of all files of one form
_MARK: Final = "comity.form-too-large"


class BoundedUpload(FileUploadHandler):
    """Lets the octets of all files of a form through up to `MOST_OCTETS`; the file that goes beyond is left out."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._seen = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Once a form has been too large, no further file of it is taken."""
        super().new_file(*args, **kwargs)
        if self._seen > MOST_OCTETS:
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002 — Django's signature
        """Count, and let the next handler have it or nobody."""
        self._seen += len(raw_data)
        if self._seen > MOST_OCTETS:
            if self.request is not None:
                self.request.META[_MARK] = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002 — Django's signature
        """The handler that keeps the octets makes the file."""
        return


def is_too_large(request: HttpRequest) -> bool:
    """Answer whether the files of this form were more than one form may bring."""
    return bool(request.FILES is not None and request.META.get(_MARK, False))  # asking for the files reads the form
