"""The span of the current request.

This module does not import OpenTelemetry, so the marketplace loads it only for traces.
"""

from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.trace import Span

current: ContextVar["Span | None"] = ContextVar("span", default=None)
"""None without traces, or outside of requests."""


def fields_of(span: "Span") -> dict[str, str]:
    """Return the ids of a span in hexadecimal, whether or not it is sampled, as fields of the log."""
    context = span.get_span_context()
    return {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}


def in_text(span: "Span | None") -> str:
    """Return the end of a text line in the log: the ids of the span."""
    return "" if span is None else "".join(f" {name}={value}" for name, value in fields_of(span).items())
