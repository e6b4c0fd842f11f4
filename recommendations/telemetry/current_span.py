"""The current span of a task.

Nothing here imports OpenTelemetry: without traces, the service does not load it.
"""

from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from opentelemetry.trace import Span

current_span: ContextVar["Span | None"] = ContextVar("current_span", default=None)
"""The span of the call or of its batch; None without traces, and outside of calls."""


class SpanIds(NamedTuple):
    """The ids of a span, in hexadecimal, as traces show them."""

    trace_id: str
    span_id: str


def ids_of(span: "Span") -> SpanIds:
    """Return the ids of a span, whether or not it is sampled."""
    context = span.get_span_context()
    return SpanIds(f"{context.trace_id:032x}", f"{context.span_id:016x}")


def in_text(span: "Span | None") -> str:
    """Return the ids of the span as the end of a text log line; empty without a span."""
    return "" if span is None else " trace_id={} span_id={}".format(*ids_of(span))
