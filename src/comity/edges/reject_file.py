"""The rejects file of a run: written while the run goes on, put in its place when the run ends.

It is made with the first refusal, so a clean run leaves none.  Until the end it is called `….part`: what stands at the
name itself is always whole.  Each source begins with its own header record.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Self

from comity.core.errors import InputError
from comity.wire.formats import Format
from comity.wire.rejects import Reject, render_header, render_rejects


class RejectFile:
    """Use it as a context manager; `path` is where the refusals are, if there are any."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = path.with_name(f"{path.name}.part")
        self._file: BinaryIO | None = None
        self._header = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if self._file is None:
            return
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        if error is None:
            self._part.replace(self.path)

    @property
    def is_written(self) -> bool:
        """Whether anything was refused."""
        return self._file is not None

    def write(self, rejects: Sequence[Reject], *, source: str, reporter: str, declared: Format, header: str) -> None:
        """Add refusals of one source.  Raises `InputError` where the file cannot be written."""
        head = render_header(source, reporter, declared, header)
        try:
            if self._file is None:
                self._part.parent.mkdir(parents=True, exist_ok=True)
                self._file = self._part.open("wb")
                self._part.chmod(0o600)  # what was refused may hold personal data
            if head != self._header:
                self._file.write(head)
                self._header = head
            self._file.write(render_rejects(rejects))
        except OSError as error:
            raise InputError(f"the rejects file cannot be written: {error.strerror}", item=str(self._part)) from error
