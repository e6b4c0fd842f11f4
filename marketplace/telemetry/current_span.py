"""The span of the current request.

Nothing here imports OpenTelemetry: without traces, the page does not load it.
"""

from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.trace import Span

current: ContextVar["Span | None"] = ContextVar("span", default=None)
"""None without traces, and outside of requests."""


def fields_of(span: "Span") -> dict[str, str]:
    """Return the ids of a span in hexadecimal, whether or not it is sampled, as fields of the log."""
    context = span.get_span_context()
    return {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}


def in_text(span: "Span | None") -> str:
    """Return what a text line of the log ends with."""
    return "" if span is None else "".join(f" {name}={value}" for name, value in fields_of(span).items())
