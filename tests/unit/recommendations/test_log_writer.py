"""The thread that writes the log, with a reader that has stopped."""

import os
import time
from collections.abc import Iterator

import pytest

from recommendations.telemetry.log_writer import MAX_QUEUED_CHARACTERS, LogWriter

LINE = "x" * 999 + "\n"
LINES = 2 * MAX_QUEUED_CHARACTERS // len(LINE)
TIMEOUT_S = 10.0


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Give the two ends of a pipe."""
    reader, writer = os.pipe()
    yield reader, writer
    os.close(reader)


def test_lines_that_do_not_fit_are_dropped_and_counted_once_the_reader_catches_up(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    log = LogWriter(writer, lambda count: f"{count} dropped\n")
    for _ in range(LINES):
        log.write(LINE)

    read = b""
    deadline = time.monotonic() + TIMEOUT_S
    while b"dropped\n" not in read:
        assert time.monotonic() < deadline
        read += os.read(reader, 1_000_000)
        log.write("y\n")
    log.close()
    os.close(writer)

    written = read.count(LINE.encode())
    dropped = int(read.split(b" dropped\n")[0].split(b"\n")[-1])
    assert 0 < dropped < LINES
    assert written + dropped >= LINES
