"""Refuses calls while too many run, so that those that are accepted finish in time.

Another limit stands in front of this one: `server` lets few calls wait in gRPC core, which refuses the rest before
Python spends any time on them.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import grpc

from recommendations.domain.errors import OverloadedError
from recommendations.rpc.statuses import end_call
from recommendations.telemetry.current_span import current_span
from recommendations.telemetry.request_id import current_request_id, request_id_of
from recommendations.telemetry.service_metrics import ServiceMetrics

if TYPE_CHECKING:
    from recommendations.telemetry.tracing import Tracing

MAX_RUNNING = 128
"""The most calls that run at once. A worker process of the marketplace has at most 64 (`MARKETPLACE_THREADS`)."""

LOG_INTERVAL_S = 1.0

_MESSAGE = "More calls are running than can be finished in time."

_log = logging.getLogger(__name__)

Behavior: TypeAlias = Callable[[Any, Any], Awaitable[Any]]
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"


class AdmissionControl:
    """Counts running and refused calls; the refused ones are logged once a second instead of one by one."""

    def __init__(self) -> None:
        self.refused_total = 0
        self._running = 0
        self._refused = 0
        # It reads no message: refusing a call must cost a fraction of answering it.
        self.refusal: Handler = grpc.stream_unary_rpc_method_handler(self._refuse)

    @property
    def is_full(self) -> bool:
        """Whether a further call must be refused."""
        return self._running >= MAX_RUNNING

    def enter(self) -> None:
        """Count a call whose message has arrived, until it leaves.

        Raises:
            OverloadedError: if too many run. Then the call must not leave.
        """
        if self.is_full:
            raise OverloadedError(_MESSAGE)
        self._running += 1

    def leave(self) -> None:
        """Stop counting a call."""
        self._running -= 1

    def register(self, metrics: ServiceMetrics) -> None:
        """Let the metrics show the refused calls."""
        metrics.read(
            "recommendations_calls_refused_total",
            "Calls refused because too many ran; they are not among the finished ones.",
            lambda: self.refused_total,
        )

    async def _refuse(self, _: object, context: Any) -> None:
        if not self._refused:
            asyncio.get_running_loop().call_later(LOG_INTERVAL_S, self._log_refused)
        self._refused += 1
        self.refused_total += 1
        await end_call(context, grpc.StatusCode.RESOURCE_EXHAUSTED, _MESSAGE)

    def _log_refused(self) -> None:
        _log.warning("refused %d calls: too many are running", self._refused)
        self._refused = 0


class MethodRouter(grpc.GenericRpcHandler):
    """Looks up the handler of each call by its method, refuses calls under overload, and notes whose request it is."""

    def __init__(
        self,
        limited: Mapping[str, Handler],
        unlimited: Mapping[str, Handler],
        admission: AdmissionControl,
        tracing: "Tracing | None" = None,
    ) -> None:
        """Route to these handlers.

        Args:
            limited: by the method's full name, /service/method; refused while too many calls run.
            unlimited: always called.
            admission: decides.
            tracing: makes a span for each limited call.
        """
        self._limited = limited
        self._unlimited = unlimited
        self._admission = admission
        self._tracing = tracing

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "Handler | None":
        """Return the method's handler; None if there is no such method."""
        handler = self._limited.get(handler_call_details.method)
        if handler is None:
            return self._unlimited.get(handler_call_details.method)
        if self._admission.is_full:
            return self._admission.refusal
        # Read the metadata here: in the handler, grpc.aio would convert it a second time.
        metadata = handler_call_details.invocation_metadata
        current_request_id.set(request_id_of(metadata))
        if self._tracing:
            current_span.set(self._tracing.start_call(handler_call_details.method, metadata))
        return handler
