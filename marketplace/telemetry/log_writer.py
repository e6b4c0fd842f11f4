"""Writes log lines to standard error without ever blocking the thread that logs."""

import logging
import os
import select
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from multiprocessing.util import Finalize
from select import PIPE_BUF

FLUSH_INTERVAL_S = 0.1
"""The shortest time between two writes. A write per line would release the GIL in the middle of a page."""

MAX_QUEUED_LINES = 10_000
CLOSE_TIMEOUT_S = 1.0

logger = logging.getLogger(__name__)


class LogWriter:
    """Writes queued lines from one background thread, which starts with the first line of a process.

    If the reader of the stream falls behind or the stream fails, lines are dropped and counted, and the count is logged
    once the stream works again. Forked processes start with an empty queue.
    """

    def __init__(self, fd: int | None, max_queued_lines: int = MAX_QUEUED_LINES) -> None:
        """Create a writer; no thread starts yet.

        Args:
            fd: the file descriptor to write to. None drops all lines.
            max_queued_lines: lines beyond this number are dropped until the queue is written.
        """
        self._fd = fd
        self._max_queued_lines = max_queued_lines
        self._reset()
        os.register_at_fork(after_in_child=self._reset)

    def add(self, line: str) -> None:
        """Queue a line, which ends with a newline. Never blocks and never raises."""
        with self._lock:
            if self._fd is None:
                return
            if len(self._lines) >= self._max_queued_lines:
                self._dropped += 1
                return
            self._lines.append(line)
            if not self._thread:
                self._start()
        if not self._has_lines.is_set():
            self._has_lines.set()

    def close(self) -> None:
        """Write what is queued, waiting at most CLOSE_TIMEOUT_S for the stream."""
        self._closing.set()
        self._has_lines.set()
        if self._thread:
            self._thread.join(CLOSE_TIMEOUT_S)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._lines: deque[str] = deque()
        self._dropped = 0
        self._has_lines = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def _start(self) -> None:
        # If no thread can start now, the next line tries again.
        with suppress(RuntimeError):
            thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
            thread.start()
            self._thread = thread
            # Unlike atexit, this also runs in the worker processes of multiprocessing.
            Finalize(None, self.close, exitpriority=0)

    def _run(self) -> None:
        while not self._closing.is_set():
            self._has_lines.wait()
            self._has_lines.clear()
            self._flush()
            self._closing.wait(FLUSH_INTERVAL_S)
        self._flush()

    def _flush(self) -> None:
        with self._lock:
            lines, self._lines = self._lines, deque()
        lost = sum(piece.count("\n") for piece in _pieces(lines) if not self._write(piece.encode()))
        with self._lock:
            self._dropped += lost
            reported = 0 if lost else self._dropped
            self._dropped -= reported
        if reported:
            logger.warning("dropped %d log lines because standard error did not accept them", reported)

    def _write(self, piece: bytes) -> bool:
        """Write a piece and return whether the stream accepted it."""
        assert self._fd is not None
        try:
            while piece:
                try:
                    piece = piece[os.write(self._fd, piece) :]
                except BlockingIOError:  # the stream is shared and another process made it non-blocking
                    select.select([], [self._fd], [])
        except OSError:
            return False
        return True


class StderrHandler(logging.Handler):
    """A logging handler that queues formatted records for standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        """Queue the formatted record."""
        stderr_writer().add(self.format(record) + "\n")


@cache
def stderr_writer() -> LogWriter:
    """Return the process's only writer to standard error."""
    return LogWriter(sys.stderr.fileno() if sys.stderr else None)


def _pieces(lines: Iterable[str]) -> Iterator[str]:
    """Join lines into pieces that a pipe accepts atomically, so that lines of several processes do not mix."""
    piece = ""
    for line in lines:
        if len(piece) + len(line) > PIPE_BUF and piece:
            yield piece
            piece = ""
        piece += line
    if piece:
        yield piece
