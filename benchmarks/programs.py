"""The programs that make the load: they come from the system, not from PyPI."""

import shutil

from benchmarks.errors import BenchmarkError

PACKAGES = {"h2load": "nghttp2-client", "wrk": "wrk"}
"""Each program, and the package of Debian and Ubuntu that has it."""


def find_program(name: str) -> str:
    """Return the path of one of the programs.

    Raises:
        BenchmarkError: it is not installed; the sentence says what to install.
    """
    path = shutil.which(name)
    if path is None:
        raise BenchmarkError(
            f"make bench needs {name}: install it (Debian and Ubuntu: sudo apt install {PACKAGES[name]})."
        )
    return path


def require_programs() -> None:
    """Raise BenchmarkError, before anything is started, if one of them is missing."""
    for name in PACKAGES:
        find_program(name)
