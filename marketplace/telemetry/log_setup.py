"""Log formats: JSON lines for programs, or text for people.

Both are pure ASCII, so that no URL can forge a line or send escape sequences to a terminal.
"""

import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, TextIO

from pythonjsonlogger import json as json_logger

from marketplace.telemetry import current_span, log_writer, request_id
from marketplace.telemetry.middleware import AnsweredRequest

REQUESTS = "marketplace.requests"

_FIELDS = ("asctime", "levelname", "name", "message")
_FIELD_NAMES = {"asctime": "time", "levelname": "level", "name": "logger", "exc_info": "exception"}

_json = json.JSONEncoder(separators=(",", ":"), default=str).encode
_dumps = partial(json.dumps, separators=(",", ":"))


def as_json(log_format: str, stream: TextIO | None) -> bool:
    """Return whether lines are JSON. The format auto means text on a terminal, else JSON; None is a closed stream."""
    return log_format == "json" or (log_format == "auto" and not (stream and stream.isatty()))


def config(*, in_json: bool) -> dict[str, Any]:
    """Return the logging configuration for logging.config.dictConfig and granian."""
    formatter = JsonFormatter if in_json else TextFormatter
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"stderr": {"()": log_writer.StderrHandler, "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        # Below ERROR, granian logs only the start and stop of its workers.
        "loggers": {"_granian": {"level": "ERROR"}},
    }


def request_formatter(*, in_json: bool) -> Callable[[AnsweredRequest], str]:
    """Return the function that formats the line of a request."""
    return _request_in_json if in_json else _request_in_text


class JsonFormatter(json_logger.JsonFormatter):
    """Formats each record as one line of JSON: time, level, logger, message, request id, traceback, extra fields."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__(_FIELDS, rename_fields=_FIELD_NAMES, json_serializer=_dumps)

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Add the id of the current request and those of its span, if there are any."""
        if own_id := request_id.current.get():
            log_data["request_id"] = own_id
        if (span := current_span.current.get()) is not None:
            log_data |= current_span.fields_of(span)
        return log_data


class TextFormatter(logging.Formatter):
    """Formats each record as a line, followed by its traceback."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's name
        """Return the line without the traceback, followed by the request id and the ids of the span."""
        own_id = request_id.current.get()
        ids = (f" [{own_id}]" if own_id else "") + current_span.in_text(current_span.current.get())
        return _ascii(super().formatMessage(record)) + ids


def _request_in_json(request: AnsweredRequest) -> str:
    fields: dict[str, object] = {
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
    if request.span is not None:
        fields |= current_span.fields_of(request.span)
    return _json(fields) + "\n"


def _request_in_text(request: AnsweredRequest) -> str:
    request_line = _ascii(f'{request.client} "{request.method} {request.path}"')
    ids = f"[{request.request_id}]{current_span.in_text(request.span)}"
    return f"INFO {REQUESTS}: {request_line} {request.status} in {request.duration_ms} ms {ids}\n"


def _time(seconds: float) -> str:
    """Format a time according to RFC 3339, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _ascii(text: str) -> str:
    return text.encode("unicode_escape").decode("ascii")
