"""Progress: a bar on a pseudo-terminal, lines elsewhere, nothing when quiet."""

import contextlib
import fcntl
import io
import itertools
import os
import pty
import re
import struct
import termios
from collections.abc import Callable, Iterator
from typing import TextIO

import pytest

from seed.cli.progress import Progress

Terminal = tuple[TextIO, Callable[[], str]]


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """Return a terminal of 100 columns, and a function that closes it and returns its output."""
    reader, writer = pty.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    with os.fdopen(writer, "w") as stream:

        def closed_output() -> str:
            stream.close()
            chunks = []
            # At the end of a closed terminal Linux raises an error and macOS returns nothing.
            with contextlib.suppress(OSError):
                while chunk := os.read(reader, 65_536):
                    chunks.append(chunk)
            return b"".join(chunks).decode()

        yield stream, closed_output
    os.close(reader)


def tracked(progress: Progress, rows: int, size: int | None) -> int:
    return sum(1 for _ in progress.track(range(rows), bytes_read=lambda: (size or 0) // 2, size=size))


def test_shows_a_bar_with_rate_and_time_left_on_a_terminal(terminal: Terminal) -> None:
    stream, closed_output = terminal

    tracked(Progress(stream, quiet=False), 2_000, 1_000_000)

    output = closed_output()
    # Half of the file is a sixth of the load.
    assert re.search(r"Loading +1[78]% \|.*\| 2,000 rows, [\d,]+ a second, \d\d:\d\d left", output)
    assert "\r" in output


def test_the_bar_goes_on_with_the_steps_after_the_file(terminal: Terminal) -> None:
    stream, closed_output = terminal

    with Progress(stream, quiet=False) as progress:
        for _ in progress.track(range(2_000), bytes_read=lambda: 1_000, size=1_000):
            pass
        progress.advance("Storing the books", 0.55)

    output = closed_output()
    shown = [int(percentage) for percentage in re.findall(r"Loading +(\d+)%", output)]
    assert shown == sorted(shown)
    assert {0, 35, 55, 100} <= set(shown)
    assert re.search(r"Loading +55% \|.*\| Storing the books", output)


def test_shows_rows_and_rate_on_a_terminal_when_the_size_is_unknown(terminal: Terminal) -> None:
    stream, closed_output = terminal

    tracked(Progress(stream, quiet=False), 2_000, None)

    assert re.search(r"Loading 00:0\d 2,000 rows, [\d,]+ a second", closed_output())


def test_a_message_has_its_own_line_above_the_bar(terminal: Terminal) -> None:
    stream, closed_output = terminal
    progress = Progress(stream, quiet=False)

    for row in progress.track(range(2_000), bytes_read=lambda: 500, size=1_000):
        if row == 1_500:
            progress.log("A row was rejected.")

    assert re.search(r"\r +\rA row was rejected\.\r?\n\rLoading", closed_output())


def test_prints_a_line_every_few_seconds_elsewhere() -> None:
    stream = io.StringIO()
    ticks = itertools.count(step=2.0)

    tracked(Progress(stream, quiet=False, clock=lambda: next(ticks)), 4_096, 1_000)

    lines = stream.getvalue().splitlines()
    assert lines[0] == "1,536 rows read, 256 a second, about 6 s left"
    assert len(lines) == 2
    assert "\r" not in stream.getvalue()


def test_prints_nothing_when_quiet() -> None:
    stream = io.StringIO()
    progress = Progress(stream, quiet=True)

    assert tracked(progress, 5_000, 1_000) == 5_000
    progress.log("something")

    assert stream.getvalue() == ""
