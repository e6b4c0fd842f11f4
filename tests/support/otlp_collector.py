"""A collector of traces: receives what the services export by OTLP over gRPC."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as pb
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as pb_grpc
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2


@dataclass(frozen=True)
class Span:
    """A span as it arrived, with its ids in hexadecimal."""

    service: str
    name: str
    kind: int
    trace_id: str
    span_id: str
    parent_id: str
    links: tuple[str, ...]
    """The spans that it links to."""

    attributes: dict[str, object]
    is_error: bool


@dataclass
class Collector(pb_grpc.TraceServiceServicer):
    """Keeps every span, or refuses them."""

    refuses: bool = False
    port: int = 0
    spans: list[Span] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def Export(  # noqa: N802  # the name in the protocol
        self, request: pb.ExportTraceServiceRequest, context: grpc.ServicerContext
    ) -> pb.ExportTraceServiceResponse:
        if self.refuses:
            context.abort(grpc.StatusCode.UNAVAILABLE, "refused by the test")
        for of_resource in request.resource_spans:
            service = str(_attributes(of_resource.resource.attributes)["service.name"])
            for scope in of_resource.scope_spans:
                self.spans += [_span(service, span) for span in scope.spans]
        return pb.ExportTraceServiceResponse()

    def of_trace(self, trace_id: str) -> list[Span]:
        """Return the spans of a trace so far."""
        return [span for span in self.spans if span.trace_id == trace_id]


@contextmanager
def collecting(*, refuses: bool = False) -> Iterator[Collector]:
    """Run a collector on a free port until the block ends."""
    collector = Collector(refuses)
    server = grpc.server(ThreadPoolExecutor(max_workers=4))
    pb_grpc.add_TraceServiceServicer_to_server(collector, server)  # type: ignore[no-untyped-call]
    collector.port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield collector
    finally:
        server.stop(None).wait()


def _span(service: str, span: trace_pb2.Span) -> Span:
    return Span(
        service,
        span.name,
        span.kind,
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        tuple(link.span_id.hex() for link in span.links),
        _attributes(span.attributes),
        span.status.code == trace_pb2.Status.STATUS_CODE_ERROR,
    )


def _attributes(pairs: Iterable[KeyValue]) -> dict[str, object]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> object:
    kind = value.WhichOneof("value")
    return getattr(value, kind) if kind else None
