import io
import json
import logging
import threading

import pytest

from marketplace.telemetry import log_setup
from marketplace.telemetry.request_log import AnsweredRequest, RequestLog

REQUEST = AnsweredRequest(1e9, "abc", "10.0.0.1", "GET", "/a\r\nINFO \x1b[31m\xe9", None, 404, 1.5, None)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Pipe(io.StringIO):
    """Keeps each piece that is written."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def write(self, text: str) -> int:
        self.pieces.append(text)
        return len(text)


@pytest.mark.parametrize(
    ("log_format", "stream", "in_json"),
    [
        ("auto", io.StringIO(), True),
        ("auto", Terminal(), False),
        ("json", Terminal(), True),
        ("text", io.StringIO(), False),
    ],
)
def test_lines_are_json_where_no_person_reads_them_or_as_told(
    log_format: str, stream: io.StringIO, *, in_json: bool
) -> None:
    assert log_setup.as_json(log_format, stream) is in_json


@pytest.mark.parametrize("formatter", [log_setup.JsonFormatter(), log_setup.TextFormatter()])
def test_a_visitor_cannot_forge_a_line_or_colour_the_terminal(formatter: logging.Formatter) -> None:
    record = logging.LogRecord("shop", logging.INFO, __file__, 1, "GET %s", ("/a\r\nINFO \x1b[31m\xe9",), None)

    line = formatter.format(record)

    assert line.isascii()
    assert line.isprintable()


@pytest.mark.parametrize("in_json", [False, True])
def test_a_request_is_one_line_of_ascii(*, in_json: bool) -> None:
    line = log_setup.request_line(in_json=in_json)(REQUEST)

    assert line.isascii()
    assert line.endswith("\n")
    assert line.removesuffix("\n").isprintable()


def test_a_traceback_is_one_field() -> None:
    error = ValueError("two\nlines")
    record = logging.LogRecord("shop", logging.ERROR, __file__, 1, "fault", (), (ValueError, error, None))

    line = json.loads(log_setup.JsonFormatter().format(record))

    assert line["exception"].endswith("ValueError: two\nlines")
    assert "request_id" not in line


def test_lines_are_written_together_in_pieces_that_a_pipe_takes_whole() -> None:
    pipe = Pipe()
    log = RequestLog(pipe, log_setup.request_line(in_json=True))
    for _ in range(100):
        log.add(REQUEST)

    log.flush()

    assert 1 < len(pipe.pieces) < 20
    assert all(len(piece) <= 4_096 and piece.endswith("\n") for piece in pipe.pieces)
    assert len("".join(pipe.pieces).splitlines()) == 100


def test_what_is_not_flushed_is_written_soon() -> None:
    written = Pipe()
    RequestLog(written, log_setup.request_line(in_json=True)).add(REQUEST)

    for timer in (each for each in threading.enumerate() if isinstance(each, threading.Timer)):
        timer.join()
    assert json.loads("".join(written.pieces))["request_id"] == "abc"


def test_a_line_is_written_at_once_where_no_thread_can_be_started_to_wait() -> None:
    written = Pipe()
    log = RequestLog(written, log_setup.request_line(in_json=True))
    usual = threading.stack_size(1 << 46)  # no computer has so much room
    try:
        log.add(REQUEST)
        log.add(REQUEST)
    finally:
        threading.stack_size(usual)

    assert len("".join(written.pieces).splitlines()) == 2
