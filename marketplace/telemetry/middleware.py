"""WSGI middleware that gives each request an id and logs it."""

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from flask import Request

from marketplace.telemetry import current_span, request_id

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from opentelemetry.trace import Span

    from marketplace.telemetry.tracing import Tracing

MAX_LOGGED_PATH_LENGTH = 500

_Started: TypeAlias = tuple[str, list[tuple[str, str]], Request | None]


class AnsweredRequest(NamedTuple):
    """A request and its response, as the log shows them."""

    ended_s: float
    """Seconds since the epoch."""
    request_id: str
    client: str
    method: str
    path: str
    """Without the query, and at most its first 500 characters."""
    route: str | None
    """The URL rule, such as /books/<book_id>; None if no rule matches."""
    status: int
    duration_ms: float
    """Until the response was ready, not until it was sent."""
    body_bytes: int | None
    """None if the response has no Content-Length."""
    span: "Span | None" = None
    """None without traces."""


RequestLog: TypeAlias = Callable[[AnsweredRequest], None]


class RequestIdMiddleware:
    """Sets the id and the span of each request, adds the id to the response, and logs the request."""

    def __init__(
        self, application: "WSGIApplication", log: RequestLog | None, tracing: "Tracing | None" = None
    ) -> None:
        self._application = application
        self._log = log
        self._tracing = tracing

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Handle a request."""
        start_s = time.perf_counter()
        own_id = request_id.choose(environ.get("HTTP_X_REQUEST_ID", ""))
        started: _Started = ("500", [], None)

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            nonlocal started
            # Flask removes its request from the environment before it returns.
            started = status, headers, environ.get("werkzeug.request")
            return start_response(status, [*headers, (request_id.HEADER, own_id)], exc_info)

        outer = request_id.current.set(own_id)
        if self._tracing:
            current_span.current.set(self._tracing.start_request(environ))
        try:
            return self._application(environ, start)
        finally:
            request_id.current.reset(outer)
            if self._log:
                self._log(_answered_request(environ, own_id, started, time.perf_counter() - start_s))


def _answered_request(environ: "WSGIEnvironment", own_id: str, started: _Started, duration_s: float) -> AnsweredRequest:
    status, headers, request = started
    rule = request.url_rule if request else None
    length = next((value for name, value in headers if name == "Content-Length"), None)
    return AnsweredRequest(
        ended_s=time.time(),
        request_id=own_id,
        client=environ.get("REMOTE_ADDR", ""),
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"].encode("latin-1").decode(errors="replace")[:MAX_LOGGED_PATH_LENGTH],
        route=rule.rule if rule else None,
        status=int(status[:3]),
        duration_ms=round(duration_s * 1e3, 1),
        body_bytes=int(length) if length else None,
        span=current_span.current.get(),
    )
