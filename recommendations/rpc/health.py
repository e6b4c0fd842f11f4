"""The standard gRPC health service, `grpc.health.v1.Health`.

grpc_health's own asyncio servicer sends to every watcher before `set` returns, so one watcher that does not read stops
the health probe and the shutdown (docs/decisions/0016-overload.md). Here each watcher waits alone.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, TypeAlias

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from recommendations.domain.errors import InvalidRequestError, NotFoundError
from recommendations.rpc.admission import Handler
from recommendations.rpc.deadline_enforcer import DeadlineEnforcer
from recommendations.rpc.interceptors import lenient_deserializer, receive, wrap_handlers
from recommendations.rpc.statuses import end_call

NAME = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name

_Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
_Response: TypeAlias = health_pb2.HealthCheckResponse


class HealthServicer(health_pb2_grpc.HealthServicer):
    """Reports NOT_SERVING until `report` is called, and never waits for a watcher to read."""

    def __init__(self, service_names: Iterable[str]) -> None:
        """Report the same status for each of these services; the empty name is the whole server."""
        self._service_names = frozenset(service_names)
        self._status: int = _Response.NOT_SERVING
        self._changed = asyncio.Event()
        self.changes: Counter[tuple[str, ...]] = Counter()
        """How often the status has become serving and not_serving."""
        self._is_shutting_down = False

    @property
    def is_serving(self) -> bool:
        """Whether the status is SERVING."""
        return self._status == _Response.SERVING

    def report(self, is_serving: bool) -> None:  # noqa: FBT001  # a callback with one argument
        """Report whether the service can serve; after `enter_graceful_shutdown` it stays NOT_SERVING."""
        serves = is_serving and not self._is_shutting_down
        if serves != self.is_serving:
            self.changes[("serving" if serves else "not_serving",)] += 1
        self._status = _Response.SERVING if serves else _Response.NOT_SERVING
        self._wake_watchers()

    def enter_graceful_shutdown(self) -> None:
        """Report NOT_SERVING for good."""
        self._is_shutting_down = True
        self.report(False)  # noqa: FBT003

    async def Check(self, request: health_pb2.HealthCheckRequest, context: _Context) -> _Response:
        """Return the status of a service; NOT_FOUND if there is no such service."""
        if request.service not in self._service_names:
            raise NotFoundError("There is no such service.")
        return _Response(status=self._status)

    async def Watch(self, request: health_pb2.HealthCheckRequest, context: _Context) -> AsyncIterator[_Response]:
        """Send the status of a service now and after each change; SERVICE_UNKNOWN if there is no such service."""
        sent = None
        while True:
            changed = self._changed
            status = self._status if request.service in self._service_names else _Response.SERVICE_UNKNOWN
            if status == sent:
                await changed.wait()
            else:
                yield _Response(status=status)
                sent = status

    def _wake_watchers(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


def health_handlers(servicer: HealthServicer, enforcer: DeadlineEnforcer) -> dict[str, Handler]:
    """Return the handlers of the health service by full method name."""
    check = grpc.unary_unary_rpc_method_handler(
        servicer.Check, health_pb2.HealthCheckRequest.FromString, _Response.SerializeToString
    )
    watch = grpc.stream_stream_rpc_method_handler(
        _watch_with(servicer),
        lenient_deserializer(health_pb2.HealthCheckRequest.FromString),
        _Response.SerializeToString,
    )
    return {**wrap_handlers({f"/{NAME}/Check": check}, enforcer), f"/{NAME}/Watch": watch}


def _watch_with(servicer: HealthServicer) -> Callable[[object, _Context], AsyncIterator[_Response]]:
    async def watch(_: object, context: _Context) -> AsyncIterator[_Response]:
        try:
            request = await receive(context)
        except InvalidRequestError as error:
            await end_call(context, grpc.StatusCode.INVALID_ARGUMENT, str(error))
        async for response in servicer.Watch(request, context):
            yield response

    return watch
