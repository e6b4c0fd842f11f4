"""Configures the log on standard error: JSON lines for programs, plain lines for people."""

import json
import logging
import os
import sys
import time
from functools import lru_cache, partial
from typing import Any, TextIO

from pythonjsonlogger import json as json_logger

from recommendations.telemetry.current_span import current_span, ids_of, in_text
from recommendations.telemetry.log_writer import LogWriter

_FIELDS = ("asctime", "levelname", "name", "message")
_FIELD_NAMES = {"asctime": "time", "levelname": "level", "name": "logger", "exc_info": "exception"}

_LIBRARIES = ("grpc", "asyncio")
_CONNECTION_POOL = "sqlalchemy.pool"

_log = logging.getLogger(__name__)


def is_json(log_format: str, stream: TextIO | None) -> bool:
    """Return whether a log format (json, text or auto) means JSON; auto is text on a terminal and JSON elsewhere."""
    return log_format == "json" or (log_format == "auto" and not (stream and stream.isatty()))


def open_standard_streams() -> None:
    """Open closed standard streams on /dev/null, so that no socket reuses their descriptors and receives log lines."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def configure(*, json_log: bool) -> LogWriter:
    """Write all log records of this process to standard error through one thread; return its writer."""
    handler = _WriterHandler(JsonFormatter() if json_log else TextFormatter(), sys.__stderr__)
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    return handler.writer


class _WriterHandler(logging.Handler):
    def __init__(self, formatter: logging.Formatter, stream: TextIO | None) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self.writer = LogWriter(stream.fileno() if stream else 2, self._format_dropped)

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(_LIBRARIES) and isinstance(record.exc_info, tuple):
            record.exc_info = record.exc_info if _is_worth_a_traceback(record.exc_info[1]) else None
        if record.name.startswith(_CONNECTION_POOL) and isinstance(record.exc_info, tuple):
            # The pool has lost a connection and will open another one; the error alone says why.
            record.msg, record.args = f"{record.getMessage()}: {record.exc_info[1]}", None
            record.exc_info = None
        try:
            self.writer.write(self.format(record) + "\n")
        except Exception:  # noqa: BLE001  # as every handler does
            self.handleError(record)

    def _format_dropped(self, lines: int) -> str:
        message = "%d lines were dropped: standard error could not be written"
        record = _log.makeRecord(_log.name, logging.WARNING, __file__, 0, message, (lines,), None)
        return self.format(record) + "\n"


def _is_worth_a_traceback(error: BaseException | None) -> bool:
    """Return whether a library's traceback can point to a bug; bytes that are not UTF-8 come from a client."""
    return error is not None and not isinstance(error, UnicodeDecodeError)


class JsonFormatter(json_logger.JsonFormatter):
    """Formats each record as one line of JSON: time, level, logger, message, extra fields, traceback."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        serializer = partial(json.dumps, separators=(",", ":"))
        super().__init__(_FIELDS, rename_fields=_FIELD_NAMES, json_serializer=serializer)

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Leave out an empty request id, and add the ids of the current span."""
        if not log_data.get("request_id"):
            log_data.pop("request_id", None)
        if (span := current_span.get()) is not None:
            log_data |= ids_of(span)._asdict()
        return log_data


class TextFormatter(logging.Formatter):
    """Formats each record as a line of ASCII, with its traceback below."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's name
        """Return the line without the traceback, followed by the ids of the current span."""
        return super().formatMessage(record).encode("unicode_escape").decode("ascii") + in_text(current_span.get())


def format_utc(seconds: float) -> str:
    """Return a time since the epoch in RFC 3339 form, in UTC with milliseconds."""
    whole, milliseconds = divmod(int(seconds * 1_000), 1_000)
    return f"{_format_utc_second(whole)}.{milliseconds:03d}Z"


@lru_cache(maxsize=2)
def _format_utc_second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
