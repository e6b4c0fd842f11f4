"""Traces by OpenTelemetry: a span for each request, and for each call of the recommendations service.

Import this module only if traces are wanted: it loads OpenTelemetry (docs/decisions/0027-traces.md).
"""

import threading
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from marketplace.telemetry import current_span
from marketplace.telemetry.middleware import AnsweredRequest

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

STOP_TIMEOUT_S = 0.5
"""The maximum time to send the last spans."""

_SERVICE = "marketplace"
_HEADERS = {"traceparent": "HTTP_TRACEPARENT", "tracestate": "HTTP_TRACESTATE"}
_METHODS = ("GET", "HEAD")
_HEALTH_CHECKS = ("/healthz", "/readyz")
"""Not traced: they arrive every few seconds and would hide other requests."""


class Tracing:
    """Creates spans, and sends them from a thread. OpenTelemetry's standard environment variables configure it.

    Each worker process needs its own instance. Attributes contain no URLs or query parameters, because those may
    contain user ids and tokens.
    """

    def __init__(self) -> None:
        resource = Resource.create({SERVICE_NAME: _SERVICE}).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer(_SERVICE)
        self._propagator = TraceContextTextMapPropagator()
        # Unlike atexit, this also runs in worker processes. The log is flushed after it.
        Finalize(None, self._stop, exitpriority=1)

    def start_request(self, environ: "WSGIEnvironment") -> Span | None:
        """Start the span of a request, as a child of the one in its traceparent header; None for a health check.

        `end_request` ends it.
        """
        if environ["PATH_INFO"] in _HEALTH_CHECKS:
            return None
        carrier = {name: environ[key] for name, key in _HEADERS.items() if key in environ}
        parent = self._propagator.extract(carrier) if carrier else None
        method = environ["REQUEST_METHOD"] if environ["REQUEST_METHOD"] in _METHODS else "_OTHER"
        attributes = {"http.request.method": method, "url.scheme": environ["wsgi.url_scheme"]}
        return self._tracer.start_span(method, parent, SpanKind.SERVER, attributes)

    def end_request(self, request: AnsweredRequest) -> None:
        """End the span of a request."""
        span = request.span
        if span is None or not span.is_recording():
            return
        span.set_attribute("http.response.status_code", request.status)
        if request.route:
            span.set_attribute("http.route", request.route)
            span.update_name(f"{request.method} {request.route}")
        if request.status >= 500:  # noqa: PLR2004  # a server error
            span.set_attribute("error.type", str(request.status))
            span.set_status(StatusCode.ERROR)
        span.end()

    def start_call(self, name: str) -> Span | None:
        """Start the span of a call, as a child of the current request's; None without one.

        Args:
            name: the method's full name, service/method.
        """
        request = current_span.current.get()
        if request is None:
            return None
        attributes = {"rpc.system.name": "grpc", "rpc.method": name}
        return self._tracer.start_span(name, set_span_in_context(request), SpanKind.CLIENT, attributes)

    def metadata(self, span: Span) -> tuple[tuple[str, str], ...]:
        """Return the metadata that lets the service continue a call's trace."""
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier, set_span_in_context(span))
        return tuple(carrier.items())

    def end_call(self, span: Span, code: str) -> None:
        """End the span of a call with this status."""
        span.set_attribute("rpc.response.status_code", code)
        if code != "OK":
            span.set_attribute("error.type", code)
            span.set_status(StatusCode.ERROR)
        span.end()

    def _stop(self) -> None:
        # shutdown waits for the running export, which hangs if the collector does not answer.
        stopping = threading.Thread(target=self._provider.shutdown, name="stop-tracing", daemon=True)
        stopping.start()
        stopping.join(STOP_TIMEOUT_S)
