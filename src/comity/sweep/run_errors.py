"""What ends a sweep before it is whole.  Whatever it found until then stays in its folder, without a summary."""

from comity.core.errors import ComityError, ConflictError, InputError, SettingError


class PlanChangedError(ConflictError):
    """The folder holds another sweep, or the plan is not the one that was asked for; nothing was touched."""

    code = "plan-changed"


class SweepBusyError(ConflictError):
    """Another process is at work on this sweep now."""

    code = "sweep-busy"


class NoResultError(InputError):
    """The folder holds no whole sweep: it has no summary, or one that cannot be read."""

    code = "sweep-not-whole"


class WorkerLostError(ComityError):
    """A process that worked on a part of a sweep ended, and ended again when the part was given to another one."""

    code = "worker-lost"


class NoRoomError(ComityError):
    """The disk is full; what was written so far stays, and the same command goes on from there."""

    code = "disk-full"


class EngineError(SettingError):
    """The engine that was asked for is not installed, cannot be reached, or stopped working."""

    code = "engine-unavailable"


def find_error(code: str) -> type[ComityError]:
    """The error class of a code: a worker's error is raised here as what it was there."""
    waiting: list[type[ComityError]] = [ComityError]
    while waiting:
        found = waiting.pop()
        if found.code == code:
            return found
        waiting += found.__subclasses__()
    return WorkerLostError
