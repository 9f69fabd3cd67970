"""A worker of the local engine: a process that takes tasks on standard input, one JSON line each, and answers each.

    python -m comity.sweep.engines.worker

It holds nothing between two tasks but what it may read again (the tables), so it may be killed at any time.  It ends
when its input does, and at once when the process that started it is gone (Linux: PR_SET_PDEATHSIG).
"""

import ctypes
import os
import resource
import signal
import sys
from typing import BinaryIO, Final

import msgspec

from comity.core.errors import ComityError
from comity.sweep.do_task import do_task
from comity.sweep.tasks import Answer, Failed, Task

_PR_SET_PDEATHSIG: Final = 1
OUT_OF_MEMORY: Final = "out-of-memory"


def serve(tasks: BinaryIO, answers: BinaryIO) -> None:
    """Do each task of a stream and answer it, until the stream ends."""
    decoder, encoder = msgspec.json.Decoder(Task), msgspec.json.Encoder()
    while line := tasks.readline():
        answers.write(encoder.encode(answer(decoder.decode(line))) + b"\n")
        answers.flush()


def answer(task: Task) -> Answer:
    """Do one task; what cannot be done is an answer too."""
    try:
        done = do_task(task)
    except ComityError as error:
        return Failed(code=error.code, message=error.message, item=error.item)
    except MemoryError:
        return Failed(code=OUT_OF_MEMORY, message="the machine has no more memory for a worker")
    except OSError as error:
        return Failed(code="system", message=error.strerror or str(error), item=str(error.filename or ""))
    used = resource.getrusage(resource.RUSAGE_SELF)
    return msgspec.structs.replace(done, cpu_seconds=used.ru_utime + used.ru_stime, peak_bytes=used.ru_maxrss * 1024)


def main() -> None:
    """Serve on the standard streams; what libraries print goes to standard error."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        return  # it was gone before it could be watched
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that gave the tasks decides
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
