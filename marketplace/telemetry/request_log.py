"""One line in the log for each request, written some at a time.

A write for each line would give the interpreter's lock away in the midst of a page.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from select import PIPE_BUF
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO, TypeAlias

from flask import Request

from marketplace.telemetry import request_id

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FLUSH_EVERY_S = 0.1
"""What a kill -9 may lose of the log."""

_LONGEST_PATH = 500

_Answer: TypeAlias = tuple[str, list[tuple[str, str]], Request | None]


class AnsweredRequest(NamedTuple):
    """A request and how it was answered."""

    ended_s: float
    """Seconds since 1970."""
    request_id: str
    client: str
    method: str
    path: str
    """Without the query, and at most its first 500 characters."""
    route: str | None
    """The rule that the path follows, such as /books/<book_id>; None if it follows none."""
    status: int
    duration_ms: float
    """Until the answer was made, not until it was sent."""
    body_bytes: int | None
    """None if the answer has no length."""


class RequestLog:
    """Writes requests to a stream, as lines of ASCII. Any number of threads may add some."""

    def __init__(self, stream: TextIO, line: Callable[[AnsweredRequest], str]) -> None:
        self._stream = stream
        self._line = line
        self._lock = threading.Lock()
        self._requests: list[AnsweredRequest] = []

    def add(self, request: AnsweredRequest) -> None:
        """Note a request; its line stands in the log soon after."""
        with self._lock:
            self._requests.append(request)
            if len(self._requests) > 1:
                return
        timer = threading.Timer(FLUSH_EVERY_S, self.flush)
        timer.daemon = False  # When the process ends, it is waited for: no line is lost.
        try:
            timer.start()
        except RuntimeError:  # There are too many threads already: better to write at once than never.
            self.flush()

    def flush(self) -> None:
        """Write the lines of the requests noted so far."""
        with self._lock:
            requests, self._requests = self._requests, []
        for piece in _pieces(map(self._line, requests)):
            self._stream.write(piece)
            self._stream.flush()


class RequestIdMiddleware:
    """A WSGI application whose requests have ids, which its answers bear and its log."""

    def __init__(self, application: "WSGIApplication", log: RequestLog | None) -> None:
        self._application = application
        self._log = log

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        began = time.perf_counter()
        own_id = request_id.id_for(environ.get("HTTP_X_REQUEST_ID", ""))
        answered: _Answer = ("500", [], None)

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            nonlocal answered
            # Flask takes its request away again before it returns.
            answered = status, headers, environ.get("werkzeug.request")
            return start_response(status, [*headers, (request_id.HEADER, own_id)], exc_info)

        outer = request_id.current.set(own_id)
        try:
            return self._application(environ, start)
        finally:
            request_id.current.reset(outer)
            if self._log:
                self._log.add(_answered_request(environ, own_id, answered, time.perf_counter() - began))


def _answered_request(environ: "WSGIEnvironment", own_id: str, answer: _Answer, took_s: float) -> AnsweredRequest:
    """Return what the log tells of a request."""
    status, headers, request = answer
    rule = request.url_rule if request else None
    length = next((value for name, value in headers if name == "Content-Length"), None)
    return AnsweredRequest(
        ended_s=time.time(),
        request_id=own_id,
        client=environ.get("REMOTE_ADDR", ""),
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"].encode("latin-1").decode(errors="replace")[:_LONGEST_PATH],
        route=rule.rule if rule else None,
        status=int(status[:3]),
        duration_ms=round(took_s * 1e3, 1),
        body_bytes=int(length) if length else None,
    )


def _pieces(lines: Iterable[str]) -> Iterator[str]:
    """Join lines to pieces that a pipe takes whole, so that those of several processes do not mix."""
    piece = ""
    for line in lines:
        if len(piece) + len(line) > PIPE_BUF and piece:
            yield piece
            piece = ""
        piece += line
    if piece:
        yield piece
