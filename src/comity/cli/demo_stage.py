"""How the demo shows its progress on stderr: bars on a terminal, plain lines where nobody looks at bars."""

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

_PLAIN_EVERY_SECONDS: Final = 5.0


class Stage:
    """Where the demo plays: told of steps and of how far everything is."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description:<32}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=self._console, refresh_per_second=5,
        )  # fmt: skip
        self._tasks: dict[str, TaskID] = {}
        self._began = time.monotonic()
        self._said_at = self._began

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bars.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:
            self._bars.stop()

    def step(self, sentence: str) -> None:
        """Tell a step when it begins."""
        self._console.print(f"{time.monotonic() - self._began:6.1f} s  {sentence}", highlight=False, soft_wrap=True)

    def show(self, bars: Mapping[str, tuple[int, int]]) -> None:
        """Show how far everything is: label → (done, of)."""
        if self._console.is_terminal:
            for label, (done, total) in bars.items():
                if label not in self._tasks:
                    self._tasks[label] = self._bars.add_task(label, total=None)
                self._bars.update(self._tasks[label], completed=done, total=total or None)
            return
        now = time.monotonic()
        if now - self._said_at >= _PLAIN_EVERY_SECONDS:
            self._said_at = now
            for label, (done, total) in bars.items():
                self.step(f"{label}: {done:,} of {total:,}")
