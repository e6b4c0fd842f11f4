"""What holds for every call: errors become statuses, and each call leaves one line in the log."""

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextvars import ContextVar
from typing import Any, TypeAlias, cast

import grpc
from google.protobuf.message import DecodeError

from recommendations.domain.errors import (
    DatabaseUnavailableError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    RecommendationsError,
    TooLateError,
)
from recommendations.storage.batcher import answered_by
from recommendations.telemetry.call_log import Call, CallLog

_STATUS = {
    InvalidRequestError: grpc.StatusCode.INVALID_ARGUMENT,
    NotFoundError: grpc.StatusCode.NOT_FOUND,
    OverloadedError: grpc.StatusCode.RESOURCE_EXHAUSTED,
    DatabaseUnavailableError: grpc.StatusCode.UNAVAILABLE,
    TooLateError: grpc.StatusCode.DEADLINE_EXCEEDED,
}

MOST_S = 5.0
"""A call that takes longer ends, whatever its caller would wait for."""

LOOK_EVERY_S = 0.25

REQUEST_ID = "x-request-id"
"""The metadata by which a caller says what this call is a part of."""

_REQUEST_ID_FORM = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)

_asked_by: ContextVar[str] = ContextVar("asked_by", default="")
"""The request id of the call that this task answers."""

_UNREADABLE = object()

_log = logging.getLogger(__name__)

_Behaviour: TypeAlias = Callable[[Any, Any], Awaitable[Any]]
_Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"


class Handlers(grpc.GenericRpcHandler):
    """What answers each method, looked up by name; and before that, the request id of the call is noted.

    No interceptor: `grpc.aio` would run one as a coroutine of each call.
    """

    def __init__(self, handlers: Mapping[str, _Handler]) -> None:
        """Keep them.

        Args:
            handlers: by the method's path, /service/method.
        """
        self._handlers = handlers

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "_Handler | None":
        """Return the method's handler, or None if there is none."""
        # Here, because the handler would have to make the metadata out of the call's a second time.
        _asked_by.set(_request_id(handler_call_details.invocation_metadata))
        return self._handlers.get(handler_call_details.method)


def wrapped(handlers: Mapping[str, _Handler], calls: CallLog) -> dict[str, _Handler]:
    """Return handlers of unary methods, by path, that end in time, turn errors into statuses and log each call."""
    overdue = _Overdue()
    return {
        path: grpc.unary_unary_rpc_method_handler(
            _told(path.rpartition("/")[2], cast("_Behaviour", handler.unary_unary), calls, overdue),
            request_deserializer=_forgiving(cast("Callable[[bytes], Any]", handler.request_deserializer)),
            response_serializer=handler.response_serializer,
        )
        for path, handler in handlers.items()
    }


def _forgiving(deserialize: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """Return a deserializer that gives `_UNREADABLE` for bytes that are no message.

    The library would answer UNKNOWN, with its exception's text.
    """

    def read(data: bytes) -> Any:
        try:
            return deserialize(data)
        except DecodeError:
            return _UNREADABLE

    return read


def _request_id(metadata: Iterable[tuple[str, str | bytes]]) -> str:
    """Return the id that came with a call, or nothing if none did or it has not the form of one."""
    for key, value in metadata:
        if key == REQUEST_ID:
            return value if isinstance(value, str) and _REQUEST_ID_FORM.fullmatch(value) else ""
    return ""


def _check_readable(request: Any) -> None:
    if request is _UNREADABLE:
        raise InvalidRequestError("The request is no message of this method.")


class _Overdue:
    """Ends calls that take too long, by looking now and then: a timer for each call costs much more."""

    def __init__(self) -> None:
        self._began: dict[asyncio.Task[Any], float] = {}
        self._ended: set[asyncio.Task[Any]] = set()
        self._looks = False

    def enter(self, task: asyncio.Task[Any], began: float) -> None:
        """Look after a call's task until it leaves."""
        self._began[task] = began
        if not self._looks:
            self._looks = True
            task.get_loop().call_later(LOOK_EVERY_S, self._look)

    def leave(self, task: asyncio.Task[Any]) -> None:
        """Forget a call's task."""
        del self._began[task]

    def ended(self, task: asyncio.Task[Any]) -> bool:
        """Return whether this task was ended for taking too long, and let it go on to say so."""
        if task not in self._ended:
            return False
        self._ended.remove(task)
        task.uncancel()
        return True

    def _look(self) -> None:
        self._looks = bool(self._began)
        if not self._looks:
            return
        asyncio.get_running_loop().call_later(LOOK_EVERY_S, self._look)
        too_old = time.perf_counter() - MOST_S
        for task, began in self._began.items():
            if began < too_old and task not in self._ended:
                self._ended.add(task)
                task.cancel()


def _told(name: str, behaviour: _Behaviour, calls: CallLog, overdue: _Overdue) -> _Behaviour:
    """Return the behaviour with its errors as statuses and a line in the log."""

    async def call(request: Any, context: Any) -> Any:
        began = time.perf_counter()
        status, details = grpc.StatusCode.OK, ""
        request_id = _asked_by.get()
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        overdue.enter(task, began)
        try:
            _check_readable(request)
            return await behaviour(request, context)
        except asyncio.CancelledError:
            if not overdue.ended(task):
                status = grpc.StatusCode.CANCELLED
                raise
            status, details = grpc.StatusCode.DEADLINE_EXCEEDED, "The answer took too long."
        except RecommendationsError as error:
            status, details = _STATUS[type(error)], str(error)
        except Exception:  # noqa: BLE001  # nothing of it may reach the caller; the log has all
            status, details = grpc.StatusCode.INTERNAL, f"internal error {secrets.token_hex(4)}"
            _log.exception("%s failed: %s", name, details, extra={"request_id": request_id})
        finally:
            overdue.leave(task)
            took_s = time.perf_counter() - began
            calls.add(Call(time.time(), name, status.name, took_s, request_id, answered_by.get()))
        return await context.abort(status, details)

    return call
