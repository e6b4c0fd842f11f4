"""Writes the log from one thread, so that a stalled reader of standard error never blocks a call."""

import os
import threading
from collections.abc import Callable

MAX_QUEUED_CHARACTERS = 1_000_000
"""Lines beyond this are dropped until the reader catches up."""

CLOSE_TIMEOUT_S = 0.5


class LogWriter:
    """Writes text to a file descriptor; if it cannot be written in time or at all, drops and counts the lines.

    `logging.handlers.QueueListener` is similar, but when it stops it waits for the stream without a limit.
    """

    def __init__(self, descriptor: int, format_dropped: Callable[[int], str]) -> None:
        """Start the thread.

        Args:
            descriptor: where to write.
            format_dropped: returns the line that reports a number of dropped lines.
        """
        self._descriptor = descriptor
        self._format_dropped = format_dropped
        self._changed = threading.Condition()
        self._queue: list[str] = []
        self._queued_characters = 0
        self._dropped_lines = 0
        self._is_closed = False
        # A daemon, because nothing can interrupt a write to a full pipe.
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def write(self, lines: str) -> None:
        """Queue whole lines, or drop them if too much is queued. Never waits for the reader."""
        with self._changed:
            if self._queued_characters + len(lines) > MAX_QUEUED_CHARACTERS:
                self._dropped_lines += lines.count("\n")
                return
            self._queue.append(lines)
            self._queued_characters += len(lines)
            self._changed.notify()

    def close(self) -> None:
        """Write what is queued, but wait at most `CLOSE_TIMEOUT_S` for it."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join(CLOSE_TIMEOUT_S)

    def _run(self) -> None:
        while text := self._next():
            remaining = text.encode("utf-8", "backslashreplace")
            try:
                while remaining:
                    remaining = remaining[os.write(self._descriptor, remaining) :]
            except OSError:  # the disk is full, or the reader is gone
                with self._changed:
                    self._dropped_lines += remaining.count(b"\n")

    def _next(self) -> str:
        """Wait for lines and return them; empty when closed and all are written."""
        with self._changed:
            while not self._queue and not self._is_closed:
                self._changed.wait()
            lines, self._queue, self._queued_characters = self._queue, [], 0
            if lines and self._dropped_lines:
                lines.append(self._format_dropped(self._dropped_lines))
                self._dropped_lines = 0
        return "".join(lines)
