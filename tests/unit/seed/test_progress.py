"""The bar on a real (pseudo) terminal, lines elsewhere, nothing when quiet."""

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
    """Give a terminal of 100 columns, and a function that closes it and returns all that it has shown."""
    reader, writer = pty.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    with os.fdopen(writer, "w") as stream:

        def shown() -> str:
            stream.close()
            pieces = []
            # Linux tells the end of a closed terminal by an error, macOS by nothing.
            with contextlib.suppress(OSError):
                while piece := os.read(reader, 65_536):
                    pieces.append(piece)
            return b"".join(pieces).decode()

        yield stream, shown
    os.close(reader)


def watched(progress: Progress, rows: int, size: int | None) -> int:
    return sum(1 for _ in progress.watch(range(rows), bytes_read=lambda: (size or 0) // 2, size=size))


def test_shows_a_bar_with_rate_and_time_left_on_a_terminal(terminal: Terminal) -> None:
    stream, shown_by = terminal

    watched(Progress(stream, quiet=False), 2_000, 1_000_000)

    shown = shown_by()
    assert re.search(r"Reading +50% \|.*\| 2,000 rows, [\d,]+ a second, \d\d:\d\d left", shown)
    assert "\r" in shown


def test_shows_rows_and_rate_on_a_terminal_when_the_size_is_unknown(terminal: Terminal) -> None:
    stream, shown_by = terminal

    watched(Progress(stream, quiet=False), 2_000, None)

    assert re.search(r"Reading 00:0\d 2,000 rows, [\d,]+ a second", shown_by())


def test_a_sentence_stands_on_a_line_of_its_own_above_the_bar(terminal: Terminal) -> None:
    stream, shown_by = terminal
    progress = Progress(stream, quiet=False)

    for row in progress.watch(range(2_000), bytes_read=lambda: 500, size=1_000):
        if row == 1_500:
            progress.say("A row was refused.")

    assert re.search(r"\r +\rA row was refused\.\r?\n\rReading", shown_by())


def test_says_a_line_every_few_seconds_elsewhere() -> None:
    stream = io.StringIO()
    ticks = itertools.count(step=2.0)

    watched(Progress(stream, quiet=False, clock=lambda: next(ticks)), 4_096, 1_000)

    lines = stream.getvalue().splitlines()
    assert lines[0] == "1,536 rows read, 256 a second, about 6 s left"
    assert len(lines) == 2
    assert "\r" not in stream.getvalue()


def test_says_nothing_when_quiet() -> None:
    stream = io.StringIO()
    progress = Progress(stream, quiet=True)

    assert watched(progress, 5_000, 1_000) == 5_000
    progress.say("something")

    assert stream.getvalue() == ""
