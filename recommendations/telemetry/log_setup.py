"""How the service writes its log to standard error: lines of JSON for programs, or plain ones for people."""

import json
import logging
import sys
import time
from functools import lru_cache
from typing import TextIO


def as_json(log_format: str, stream: TextIO) -> bool:
    """Tell whether lines are JSON: the format is json, text, or auto, which is text exactly on a terminal."""
    return log_format == "json" or (log_format == "auto" and not stream.isatty())


def configure(*, in_json: bool) -> None:
    """Write all log records of this process to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if in_json else logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


class JsonFormatter(logging.Formatter):
    """Writes each record as one JSON object in one line of ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON; a traceback is one field of it."""
        fields = {
            "time": utc(record.created),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := getattr(record, "request_id", None):
            fields["request_id"] = request_id
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(fields, separators=(",", ":"))


def utc(seconds: float) -> str:
    """Return a time since the epoch as RFC 3339 has it, in UTC with milliseconds."""
    whole, thousandths = divmod(int(seconds * 1_000), 1_000)
    return f"{_utc_second(whole)}.{thousandths:03d}Z"


@lru_cache(maxsize=2)
def _utc_second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
