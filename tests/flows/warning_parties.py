"""Two registries that several tests share: their keys and the memorandum that both signed cost most of a test."""

import pytest

from flows.two_parties import Parties

_made: list[Parties] = []


def parties_of(folders: pytest.TempPathFactory) -> Parties:
    """The two parties of this process, made once; each test sits down at an empty store."""
    if not _made:
        _made.append(Parties(folders.mktemp("parties")))
    return _made[0]
