"""What can go wrong between a program and a node: the node says why not, or it cannot be asked."""

from comity.core.errors import ComityError
from comity.wire.api.parts import ProblemDocument


class RefusedError(ComityError):
    """The node refused a call; `problem` is what it said, and `problem.code` is stable (docs/reference/errors.md)."""

    code = "api-refused"
    http_status = 502

    def __init__(self, problem: ProblemDocument) -> None:
        super().__init__(f"{problem.detail or problem.title} [{problem.code}]", item=problem.item)
        self.problem = problem


class UnreachableError(ComityError):
    """The node could not be asked, or its answer cannot be read; whether a call was done is not known without a key."""

    code = "api-unreachable"
    http_status = 502
