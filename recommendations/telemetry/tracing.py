"""Traces by OpenTelemetry: a span for each call, for its batch, and for each SQL statement.

Import this module only if tracing is enabled: it loads OpenTelemetry (docs/decisions/0027-traces.md).
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, Span, SpanKind, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from recommendations.telemetry.call_log import CallRecord
from recommendations.telemetry.current_span import current_span

STOP_TIMEOUT_S = 0.5
"""The longest time to send the last spans."""

_SERVICE = "recommendations"
_CONTEXT_KEYS = ("traceparent", "tracestate")
_SERVER_ERRORS = {"UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"}
"""The statuses that OpenTelemetry's semantic conventions for gRPC classify as server errors."""


class Tracing:
    """Creates spans and sends them from a thread. OpenTelemetry's standard environment variables configure it.

    Span attributes contain no user ids, tokens or SQL parameters.
    """

    def __init__(self) -> None:
        resource = Resource.create({SERVICE_NAME: _SERVICE}).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer(_SERVICE)
        self._propagator = TraceContextTextMapPropagator()

    def start_call(self, path: str, metadata: Iterable[tuple[str, str | bytes]]) -> Span:
        """Start the span of a call as a child of the caller's; `end_calls` ends it.

        Args:
            path: the method's full name, /service/method.
            metadata: of the call; `traceparent` names the caller's span.
        """
        carrier = {key: value for key, value in metadata if key in _CONTEXT_KEYS and isinstance(value, str)}
        parent = self._propagator.extract(carrier) if carrier else None
        name = path[1:]
        return self._tracer.start_span(name, parent, SpanKind.SERVER, {"rpc.system.name": "grpc", "rpc.method": name})

    def end_calls(self, records: Sequence[CallRecord]) -> None:
        """End the spans of finished calls, at the time when they finished."""
        for record in records:
            span = record.span
            if span is not None and span.is_recording():
                span.set_attribute("rpc.response.status_code", record.status)
                if record.status in _SERVER_ERRORS:
                    span.set_status(StatusCode.ERROR)
                    span.set_attribute("error.type", record.status)
                span.end(int(record.ended_s * 1e9))

    @contextmanager
    def batch(self, calls: Sequence[Span | None], number: int) -> Iterator[None]:
        """Run the block in the span of a batch.

        Its parent is the first sampled call of the batch. It links to all sampled calls, and the others link to it.
        """
        sampled = [span for span in calls if span is not None and span.is_recording()]
        if not sampled:
            current_span.set(calls[0])
            yield
            return
        links = [Link(span.get_span_context()) for span in sampled]
        attributes = {"bookstall.batch.number": number, "bookstall.batch.requests": len(calls)}
        parent = set_span_in_context(sampled[0])
        span = self._tracer.start_span("batch", parent, attributes=attributes, links=links)
        for call in sampled[1:]:
            call.add_link(span.get_span_context())
        current_span.set(span)
        try:
            yield
        finally:
            span.end()

    @contextmanager
    def statement(self, text: str) -> Iterator[None]:
        """Run the block in the span of an SQL statement, a child of the current span if that is sampled.

        Args:
            text: the statement, without its parameters.
        """
        parent = current_span.get()
        if parent is None or not parent.is_recording():
            yield
            return
        operation = text.split(maxsplit=1)[0].upper()
        attributes = {"db.system.name": "postgresql", "db.operation.name": operation, "db.query.text": text}
        context = set_span_in_context(parent)
        span = self._tracer.start_span(operation, context, SpanKind.CLIENT, attributes)
        try:
            yield
        except Exception as error:
            # The text of the exception may hold parameters.
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(StatusCode.ERROR)
            raise
        finally:
            span.end()

    def stop(self) -> None:
        """Send the last spans, but wait at most `STOP_TIMEOUT_S` for the collector."""
        # `shutdown` waits for the running export, which an unresponsive collector can block.
        stopping = threading.Thread(target=self._provider.shutdown, name="stop-tracing", daemon=True)
        stopping.start()
        stopping.join(STOP_TIMEOUT_S)
