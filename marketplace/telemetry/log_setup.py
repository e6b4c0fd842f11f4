"""How the marketplace writes its log: lines of JSON for programs, or plain ones for people, to standard error.

Either way a record or a request is told in ASCII, so that no address a visitor sends can forge a line or move a cursor.
"""

import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, TextIO

from pythonjsonlogger import json as json_logger

from marketplace.telemetry import request_id
from marketplace.telemetry.request_log import AnsweredRequest

REQUESTS = "marketplace.requests"

_FIELDS = ("asctime", "levelname", "name", "message")
_FIELD_NAMES = {"asctime": "time", "levelname": "level", "name": "logger", "exc_info": "exception"}

_json = json.JSONEncoder(separators=(",", ":"), default=str).encode
_dumps = partial(json.dumps, separators=(",", ":"))


def as_json(log_format: str, stream: TextIO) -> bool:
    """Tell whether lines are JSON: the format is json, text, or auto: text exactly if the stream is a terminal."""
    return log_format == "json" or (log_format == "auto" and not stream.isatty())


def config(*, in_json: bool) -> dict[str, Any]:
    """Return how to log, as logging.config.dictConfig and Granian take it."""
    formatter = JsonFormatter if in_json else TextFormatter
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"},
        },
        "root": {"handlers": ["stderr"], "level": "INFO"},
        # What Granian tells of its workers below an error is of no use to who runs the shop.
        "loggers": {"_granian": {"level": "ERROR"}},
    }


def request_line(*, in_json: bool) -> Callable[[AnsweredRequest], str]:
    """Return what makes a line of a request."""
    return _request_in_json if in_json else _request_in_text


class JsonFormatter(json_logger.JsonFormatter):
    """Formats each record as one line of JSON: time, level, logger, message, request id, traceback, extra fields."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__(_FIELDS, rename_fields=_FIELD_NAMES, json_serializer=_dumps)

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Add the id of the current request, if there is one."""
        if own_id := request_id.current.get():
            log_data["request_id"] = own_id
        return log_data


class TextFormatter(logging.Formatter):
    """Writes each record as a line, and its traceback below it."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's name
        """Return the line without the traceback, with the request's id at its end."""
        own_id = request_id.current.get()
        return _ascii(super().formatMessage(record)) + (f" [{own_id}]" if own_id else "")


def _request_in_json(request: AnsweredRequest) -> str:
    fields = {
        "time": _time(request.ended_s),
        "level": "INFO",
        "logger": REQUESTS,
        "request_id": request.request_id,
        "client": request.client,
        "method": request.method,
        "path": request.path,
        "route": request.route,
        "status": request.status,
        "duration_ms": request.duration_ms,
        "bytes": request.body_bytes,
    }
    return _json(fields) + "\n"


def _request_in_text(request: AnsweredRequest) -> str:
    asked = _ascii(f'{request.client} "{request.method} {request.path}"')
    return f"INFO {REQUESTS}: {asked} {request.status} in {request.duration_ms} ms [{request.request_id}]\n"


def _time(seconds: float) -> str:
    """Write a time as RFC 3339 does, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _ascii(text: str) -> str:
    return text.encode("unicode_escape").decode("ascii")
