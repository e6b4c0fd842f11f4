"""How the marketplace writes its log: plain lines, to standard error."""

import logging
from typing import Any


class OneLineFormatter(logging.Formatter):
    """Writes each record as one line of ASCII, so that no address a visitor sends can forge a line or move a cursor."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text, every other character escaped."""
        return super().format(record).encode("unicode_escape").decode("ascii")


# Granian hands what its workers inherit to logging.config.dictConfig, and names its own loggers like this. What it
# tells of its workers below an error is of no use to who runs the shop.
ACCESS_FORMAT = '%(addr)s "%(method)s %(path)s" %(status)d in %(dt_ms).1f ms'
CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "%(levelname)s %(name)s: %(message)s"},
        "one_line": {"()": OneLineFormatter, "format": "%(levelname)s %(name)s: %(message)s"},
    },
    "handlers": {
        "plain": {"class": "logging.StreamHandler", "formatter": "plain", "stream": "ext://sys.stderr"},
        "one_line": {"class": "logging.StreamHandler", "formatter": "one_line", "stream": "ext://sys.stderr"},
    },
    "root": {"handlers": ["plain"], "level": "INFO"},
    "loggers": {
        "_granian": {"level": "ERROR"},
        "granian.access": {"handlers": ["one_line"], "level": "INFO", "propagate": False},
    },
}
