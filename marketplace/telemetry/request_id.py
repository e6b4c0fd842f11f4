"""The id of the current request. It appears in the response, in this log and in the service's log."""

import re
import secrets
from contextvars import ContextVar

HEADER = "X-Request-ID"

current: ContextVar[str] = ContextVar("request_id", default="")
"""Empty outside of requests."""

_VALID_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def choose(received: str) -> str:
    """Return the id that a proxy sent if it is valid, else a random one."""
    return received if _VALID_ID.fullmatch(received) else secrets.token_hex(8)
