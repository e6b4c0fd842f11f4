"""Admission control: limits the running and the waiting requests, and rejects all others at once."""

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import request

from marketplace.client.deadline import Deadline
from marketplace.errors import UnavailableError
from marketplace.telemetry.page_metrics import PageMetrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PAGE_TIMEOUT_S = 2.0
MAX_WAIT_S = 1.0
"""A request that waits longer has too little time left for its page."""

MAX_WAITING = 64
RESERVED_THREADS = 16
"""Server threads that are never blocked. They answer /healthz and reject requests."""

LIVENESS_PATH = "/healthz"
DEADLINE_KEY = "bookstall.deadline"
OVERLOAD_KEY = "bookstall.is_overloaded"


class Response(NamedTuple):
    """A complete response."""

    status: str
    headers: list[tuple[str, str]]
    body: list[bytes]


class AdmissionControl:
    """WSGI middleware that starts the deadline of each request and limits their number.

    A request that finds the queue full, or waits longer than MAX_WAIT_S, gets the application's response to
    OVERLOAD_KEY. That is rendered once and cached, because rejections must be cheap. Liveness checks are never queued
    or rejected.
    """

    def __init__(self, application: "WSGIApplication", max_running: int) -> None:
        """Create the middleware.

        Args:
            application: handles the requests. If environ[OVERLOAD_KEY] is true, it must only report the overload.
            max_running: how many requests it handles concurrently.
        """
        self._application = application
        self._running = threading.Semaphore(max_running)
        self._waiting = threading.Semaphore(MAX_WAITING)
        self.running: set[int] = set()
        """The threads that handle a request. Unlike a counter, a set needs no lock."""
        self.waiting: set[int] = set()
        """The threads whose requests wait."""
        self._rejections: dict[bool, Response] = {}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Handle a request."""
        environ[DEADLINE_KEY] = Deadline(PAGE_TIMEOUT_S)
        if environ["PATH_INFO"] == LIVENESS_PATH:
            return self._application(environ, start_response)
        if not self._admit():
            rejection = self._rejection(environ)
            start_response(rejection.status, list(rejection.headers))
            return rejection.body
        self.running.add(threading.get_ident())
        try:
            return self._application(environ, start_response)
        finally:
            self.running.discard(threading.get_ident())
            self._running.release()

    def register(self, metrics: PageMetrics) -> None:
        """Add the numbers of busy and waiting threads to the metrics."""
        metrics.read("marketplace_threads_busy", "Threads that handle a request.", lambda: len(self.running))
        metrics.read("marketplace_requests_waiting", "Requests that wait for a thread.", lambda: len(self.waiting))

    def _admit(self) -> bool:
        if self._running.acquire(blocking=False):
            return True
        if not self._waiting.acquire(blocking=False):
            return False
        self.waiting.add(threading.get_ident())
        try:
            return self._running.acquire(timeout=MAX_WAIT_S)
        finally:
            self.waiting.discard(threading.get_ident())
            self._waiting.release()

    def _rejection(self, environ: "WSGIEnvironment") -> Response:
        is_api = environ["PATH_INFO"].startswith("/api/")
        if is_api not in self._rejections:
            self._rejections[is_api] = self._render_rejection(environ, "/api/" if is_api else "/")
        return self._rejections[is_api]

    def _render_rejection(self, environ: "WSGIEnvironment", path: str) -> Response:
        status, headers = "503 Service Unavailable", list[tuple[str, str]]()

        def start(new_status: str, new_headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], object]:
            nonlocal status, headers
            status, headers = new_status, new_headers
            return lambda _: None

        # The response is cached for all clients, so it must contain nothing from this request.
        neutral = {key: value for key, value in environ.items() if not key.startswith("HTTP_")}
        neutral |= {"PATH_INFO": path, "QUERY_STRING": "", "REQUEST_METHOD": "GET", OVERLOAD_KEY: True}
        body = list(self._application(neutral, start))
        return Response(status, headers, body)


def report_overload() -> None:
    """Report the overload if this request was rejected.

    Raises:
        UnavailableError: If the request was rejected.
    """
    if OVERLOAD_KEY in request.environ:
        raise UnavailableError("too many requests in progress")
