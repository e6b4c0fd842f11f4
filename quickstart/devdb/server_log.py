"""Finds the reason in the log of an embedded server that ended."""

from pathlib import Path

FATAL_LEVELS = ("FATAL:", "PANIC:")
OLD_CHILDREN = "pre-existing shared memory block"


def last_line(log: Path) -> str:
    """Return the last line of the log; empty if there is none."""
    return next(iter(_backwards(log)), "")


def reason(log: Path) -> str:
    """Return the line that says why the server did not start; hints may follow it."""
    return next((line for line in _backwards(log) if any(word in line for word in FATAL_LEVELS)), last_line(log))


def waits_for_old_children(log: Path) -> bool:
    """Return whether the server did not start because children of a killed one are still running."""
    return any(OLD_CHILDREN in line for line in _backwards(log))


def _backwards(log: Path) -> list[str]:
    text = log.read_text(errors="replace") if log.exists() else ""
    return [line.strip() for line in reversed(text.split("\n")) if line.strip()]
