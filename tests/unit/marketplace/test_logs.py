import logging

from marketplace.logs import OneLineFormatter


def test_a_visitor_cannot_forge_a_line_or_colour_the_terminal() -> None:
    record = logging.LogRecord("access", logging.INFO, __file__, 1, "GET %s", ("/a\r\nINFO \x1b[31m\xe9",), None)

    assert OneLineFormatter().format(record) == r"GET /a\r\nINFO \x1b[31m\xe9"
