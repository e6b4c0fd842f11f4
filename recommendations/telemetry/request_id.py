"""The id that a caller gives a request, so that the logs of both services can be joined."""

import re
from collections.abc import Iterable
from contextvars import ContextVar

METADATA_KEY = "x-request-id"

_FORMAT = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)

current_request_id: ContextVar[str] = ContextVar("current_request_id", default="")
"""The request id of the call that this task serves; empty if the caller sent none."""


def request_id_of(metadata: Iterable[tuple[str, str | bytes]]) -> str:
    """Return the request id in a call's metadata; empty if it is missing or malformed."""
    for key, value in metadata:
        if key == METADATA_KEY:
            return value if isinstance(value, str) and _FORMAT.fullmatch(value) else ""
    return ""
