"""Admit a node for examination: read what can still be read of it, however broken it is.

A node whose configuration cannot be read is examined all the same: its party is taken from its certificate, its other
settings are those that are used when none is given, and what a check needs from the broken file it leaves out.
"""

from pathlib import Path

import msgspec

from comity.core.alarms import Alarm
from comity.core.errors import SettingError
from comity.edges.certificates import read_party
from comity.edges.home import Home, NodeSettings, open_home


class Patient(msgspec.Struct, frozen=True):
    """A node as far as it can be read; `trouble` holds what is wrong with its configuration."""

    home: Home
    trouble: tuple[Alarm, ...] = ()

    @property
    def path(self) -> Path:
        return self.home.path

    @property
    def has_settings(self) -> bool:
        """Whether the settings are the node's own."""
        return not self.trouble


def admit(directory: Path) -> Patient:
    """Open a node; where that fails, as much of it as there is."""
    try:
        return Patient(open_home(directory))
    except SettingError as error:
        settings = NodeSettings(party=read_party(directory), zones=(), secret_key="")
        told = Alarm("settings-unreadable", error.item or str(directory / "node.toml"), one_line(error.message))
        return Patient(Home(path=directory.resolve(), settings=settings), (told,))


def one_line(text: str) -> str:
    """A reason as one short line."""
    return " ".join(text.split())[:160]
