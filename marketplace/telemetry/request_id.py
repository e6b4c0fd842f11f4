"""The id of the request that is being answered: in its answer, in the lines of this log and of the service's."""

import re
import secrets
from contextvars import ContextVar

HEADER = "X-Request-ID"

current: ContextVar[str] = ContextVar("request_id", default="")
"""Empty outside of requests."""

_FORM = re.compile(r"[A-Za-z0-9._-]{1,64}")


def id_for(sent: str) -> str:
    """Return the id that came with a request, as a proxy's does, if it has the form of one, else a new one."""
    return sent if _FORM.fullmatch(sent) else secrets.token_hex(8)
