"""What a command returns."""

from typing import NamedTuple

PARTLY_READ = 3
"""The exit status of a load that is complete except for damaged parts of the file."""


class CommandResult(NamedTuple):
    """The text to print, and the exit status."""

    output: str
    status: int = 0
