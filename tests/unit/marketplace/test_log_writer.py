import logging
import os
import threading
from collections.abc import Iterator

import pytest

from marketplace.telemetry.log_writer import LogWriter
from tests.support.processes import wait_until

LINE = "x" * 99 + "\n"


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    yield reader, writer
    for fd in (reader, writer):
        os.close(fd)


def fill(fd: int) -> None:
    """Fill a pipe that nobody reads."""
    os.set_blocking(fd, False)
    try:
        while True:
            os.write(fd, b"." * 4_096)
    except BlockingIOError:
        os.set_blocking(fd, True)


def drain(fd: int) -> bytes:
    """Return what the pipe holds now."""
    os.set_blocking(fd, False)
    received = b""
    try:
        while piece := os.read(fd, 1 << 20):
            received += piece
    except BlockingIOError:
        return received
    return received


def test_writes_whole_lines_in_order(pipe: tuple[int, int]) -> None:
    reader, fd = pipe
    writer = LogWriter(fd)
    for number in range(300):
        writer.add(f"{number}\n")

    writer.close()

    assert os.read(reader, 1 << 16).decode().splitlines() == [str(number) for number in range(300)]


def test_writes_without_being_closed(pipe: tuple[int, int]) -> None:
    reader, fd = pipe

    LogWriter(fd).add(LINE)

    assert os.read(reader, 1_000).decode() == LINE


def test_a_full_pipe_blocks_nobody_and_dropped_lines_are_reported_later(
    pipe: tuple[int, int], caplog: pytest.LogCaptureFixture
) -> None:
    reader, fd = pipe
    fill(fd)
    writer = LogWriter(fd, max_queued_lines=10)
    threads = threading.active_count()
    for _ in range(1_000):
        writer.add(LINE)
    assert threading.active_count() == threads + 1

    def reported() -> bool:
        drain(reader)
        return bool(caplog.records)

    wait_until(reported)
    writer.close()

    (record,) = caplog.records
    assert (record.levelno, record.args) in [(logging.WARNING, (count,)) for count in (980, 990)]


def test_closing_does_not_wait_for_a_stalled_reader(pipe: tuple[int, int]) -> None:
    reader, fd = pipe
    fill(fd)
    writer = LogWriter(fd)
    writer.add(LINE)

    closing = threading.Thread(target=writer.close)
    closing.start()
    closing.join(5)

    assert not closing.is_alive()
    drain(reader)  # lets the daemon thread end before the pipe is closed


def test_a_full_disk_is_ignored() -> None:
    with open("/dev/full", "wb", buffering=0) as full:  # noqa: PTH123 - a device
        writer = LogWriter(full.fileno())
        writer.add(LINE)
        writer.close()


def test_a_closed_standard_error_is_ignored() -> None:
    writer = LogWriter(None)

    writer.add(LINE)
    writer.close()
