"""Cross-cutting behaviour of every RPC: error mapping, deadlines and the call log.

None of these is a `grpc.aio.ServerInterceptor`: grpc.aio would await each interceptor in every call.
"""

import asyncio
import logging
import math
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any, cast

import grpc
from google.protobuf.message import DecodeError

from recommendations.domain.errors import InvalidRequestError, RecommendationsError
from recommendations.rpc.admission import AdmissionControl, Behavior, Handler
from recommendations.rpc.deadline_enforcer import DeadlineEnforcer
from recommendations.rpc.statuses import STATUS_OF, end_call, status_of_cancelled
from recommendations.storage.batcher import batch_number, caller_deadline
from recommendations.telemetry.call_log import CallLog, CallRecord
from recommendations.telemetry.current_span import current_span
from recommendations.telemetry.request_id import current_request_id

_MALFORMED = object()
"""Stands for a request that could not be parsed."""

_log = logging.getLogger(__name__)


def wrap_handlers(
    handlers: Mapping[str, Handler],
    enforcer: DeadlineEnforcer,
    call_log: CallLog | None = None,
    admission: AdmissionControl | None = None,
) -> dict[str, Handler]:
    """Return the handlers of unary methods, by full name, with error mapping, deadlines, call log and admission.

    Towards grpc.aio they take a stream of requests and read one: for a unary method, grpc.aio never answers a call
    that brings no message.
    """
    wrapped = {}
    for path, handler in handlers.items():
        behavior = cast("Behavior", handler.unary_unary)
        method = path.rpartition("/")[2]
        wrapped[path] = grpc.stream_unary_rpc_method_handler(
            with_error_mapping(method, behavior, call_log, enforcer, admission or AdmissionControl()),
            request_deserializer=lenient_deserializer(cast("Callable[[bytes], Any]", handler.request_deserializer)),
            response_serializer=handler.response_serializer,
        )
    return wrapped


def lenient_deserializer(deserialize: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """Return a deserializer that returns a marker for a malformed request, which becomes INVALID_ARGUMENT.

    If a deserializer raises, gRPC sends UNKNOWN with the exception's text.
    """

    def deserialize_leniently(data: bytes) -> Any:
        try:
            return deserialize(data)
        except DecodeError:
            return _MALFORMED

    return deserialize_leniently


async def receive(context: Any) -> Any:
    """Return the one request of a call.

    Raises:
        InvalidRequestError: if it is missing or malformed.
    """
    request = await context.read()
    if request is grpc.aio.EOF:
        raise InvalidRequestError("The call has no request message.")
    if request is _MALFORMED:
        raise InvalidRequestError("The request is not a valid message of this method.")
    return request


def with_error_mapping(
    method: str, behavior: Behavior, call_log: CallLog | None, enforcer: DeadlineEnforcer, admission: AdmissionControl
) -> Behavior:
    """Return the behavior with its exceptions mapped to statuses, a deadline, and a record in the call log."""

    async def call(_: object, context: Any) -> Any:
        started = time.perf_counter()
        status, details, request_id = grpc.StatusCode.OK, "", current_request_id.get()
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        enforcer.enter(task, started)
        deadline = _note_deadline(context, started)
        try:
            request = await receive(context)
            admission.enter()
            try:
                return await behavior(request, context)
            finally:
                admission.leave()
        except asyncio.CancelledError:
            if not enforcer.has_expired(task):
                status = status_of_cancelled(deadline)
                raise
            status, details = grpc.StatusCode.DEADLINE_EXCEEDED, "The call took too long."
        except RecommendationsError as error:
            status, details = STATUS_OF[type(error)], str(error)
        except Exception:  # noqa: BLE001  # the client gets an id, the log gets the exception
            status, details = grpc.StatusCode.INTERNAL, f"internal error {secrets.token_hex(4)}"
            _log.exception("%s failed: %s", method, details, extra={"request_id": request_id})
        finally:
            enforcer.leave(task)
            if call_log:
                origin = request_id, batch_number.get(), current_span.get()
                call_log.add(CallRecord(time.time(), method, status.name, time.perf_counter() - started, *origin))
        return await end_call(context, status, details)

    return call


def _note_deadline(context: Any, started: float) -> float:
    """Return the caller's deadline, by `time.perf_counter()`; the batcher reads it, too."""
    remaining_s = context.time_remaining()
    deadline = math.inf if remaining_s is None else started + float(remaining_s)
    caller_deadline.set(deadline)
    return deadline
