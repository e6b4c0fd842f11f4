import io
import json
import logging

import pytest

from marketplace.telemetry import log_setup
from marketplace.telemetry.middleware import AnsweredRequest

REQUEST = AnsweredRequest(1e9, "abc", "10.0.0.1", "GET", "/a\r\nINFO \x1b[31m\xe9", None, 404, 1.5, None)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("log_format", "stream", "in_json"),
    [
        ("auto", io.StringIO(), True),
        ("auto", Terminal(), False),
        ("json", Terminal(), True),
        ("text", io.StringIO(), False),
        ("auto", None, True),
    ],
)
def test_lines_are_json_unless_on_a_terminal_or_configured(
    log_format: str, stream: io.StringIO | None, *, in_json: bool
) -> None:
    assert log_setup.as_json(log_format, stream) is in_json


@pytest.mark.parametrize("formatter", [log_setup.JsonFormatter(), log_setup.TextFormatter()])
def test_a_url_cannot_forge_a_line_or_control_the_terminal(formatter: logging.Formatter) -> None:
    record = logging.LogRecord("marketplace", logging.INFO, __file__, 1, "GET %s", ("/a\r\nINFO \x1b[31m\xe9",), None)

    line = formatter.format(record)

    assert line.isascii()
    assert line.isprintable()


@pytest.mark.parametrize("in_json", [False, True])
def test_a_request_is_one_line_of_ascii(*, in_json: bool) -> None:
    line = log_setup.request_formatter(in_json=in_json)(REQUEST)

    assert line.isascii()
    assert line.endswith("\n")
    assert line.removesuffix("\n").isprintable()


def test_a_traceback_is_one_field() -> None:
    error = ValueError("two\nlines")
    record = logging.LogRecord("marketplace", logging.ERROR, __file__, 1, "fault", (), (ValueError, error, None))

    line = json.loads(log_setup.JsonFormatter().format(record))

    assert line["exception"].endswith("ValueError: two\nlines")
    assert "request_id" not in line
