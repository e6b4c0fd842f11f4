"""Configures the log on standard error: JSON lines for programs, plain lines for people."""

import json
import logging
import sys
import time
from functools import lru_cache
from typing import TextIO


def is_json(log_format: str, stream: TextIO) -> bool:
    """Return whether a log format (json, text or auto) means JSON; auto is text on a terminal and JSON elsewhere."""
    return log_format == "json" or (log_format == "auto" and not stream.isatty())


def configure(*, json_log: bool) -> None:
    """Write all log records of this process to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if json_log else logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


class JsonFormatter(logging.Formatter):
    """Formats each record as a JSON object on one line of ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON, with any traceback in one field."""
        fields = {
            "time": format_utc(record.created),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := getattr(record, "request_id", None):
            fields["request_id"] = request_id
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(fields, separators=(",", ":"))


def format_utc(seconds: float) -> str:
    """Return a time since the epoch in RFC 3339 form, in UTC with milliseconds."""
    whole, milliseconds = divmod(int(seconds * 1_000), 1_000)
    return f"{_format_utc_second(whole)}.{milliseconds:03d}Z"


@lru_cache(maxsize=2)
def _format_utc_second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
