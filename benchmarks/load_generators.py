"""The load generators, which come from the system and not from PyPI."""

import shutil

from benchmarks.errors import BenchmarkError

INSTALL = {
    "h2load": "Debian and Ubuntu: sudo apt install nghttp2-client; macOS: brew install nghttp2",
    "wrk": "Debian and Ubuntu: sudo apt install wrk; macOS: brew install wrk",
}
"""Each program and how to install it."""


def find_program(name: str) -> str:
    """Return the path of one of the programs.

    Raises:
        BenchmarkError: it is not installed; the message says how to install it.
    """
    path = shutil.which(name)
    if path is None:
        raise BenchmarkError(f"make bench needs {name}, which is not on this computer: install it ({INSTALL[name]}).")
    return path


def require_programs() -> None:
    """Raise BenchmarkError if one of them is missing."""
    for name in INSTALL:
        find_program(name)
