"""What the embedded server wrote, read for the person who has to know why it ended."""

from pathlib import Path

GRAVE = ("FATAL:", "PANIC:")
OLD_CHILDREN = "pre-existing shared memory block"


def last_line(log: Path) -> str:
    """Return the last line that the server wrote; empty if it wrote none."""
    return next(iter(_backwards(log)), "")


def reason(log: Path) -> str:
    """Return the line that tells why the server did not start, which may have hints behind it."""
    return next((line for line in _backwards(log) if any(word in line for word in GRAVE)), last_line(log))


def waits_for_old_children(log: Path) -> bool:
    """Tell whether the server did not start since children of one that was killed have yet to notice and end."""
    return any(OLD_CHILDREN in line for line in _backwards(log))


def _backwards(log: Path) -> list[str]:
    text = log.read_text(errors="replace") if log.exists() else ""
    return [line.strip() for line in reversed(text.split("\n")) if line.strip()]
