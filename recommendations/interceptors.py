"""What holds for every call: errors become statuses, and each call leaves one line in the log."""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import grpc
from google.protobuf.message import DecodeError

from recommendations.errors import (
    DatabaseUnavailableError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    RecommendationsError,
    TooLateError,
)

_STATUS = {
    InvalidRequestError: grpc.StatusCode.INVALID_ARGUMENT,
    NotFoundError: grpc.StatusCode.NOT_FOUND,
    OverloadedError: grpc.StatusCode.RESOURCE_EXHAUSTED,
    DatabaseUnavailableError: grpc.StatusCode.UNAVAILABLE,
    TooLateError: grpc.StatusCode.DEADLINE_EXCEEDED,
}

MOST_S = 5.0
"""A call that takes longer ends, whatever its caller would wait for."""

_UNREADABLE = object()

_log = logging.getLogger(__name__)
_calls = logging.getLogger("recommendations.calls")

_Behaviour: TypeAlias = Callable[[Any, Any], Awaitable[Any]]
_Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Wraps each unary call; streams (health's Watch) pass as they are."""

    def __init__(self) -> None:
        self._wrapped: dict[str, _Handler] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable["_Handler | None"]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "_Handler | None":
        """Return the method's handler, wrapped; wrapped handlers are kept by method."""
        method = handler_call_details.method
        known = self._wrapped.get(method)
        if known is not None:
            return known
        handler = await continuation(handler_call_details)
        if handler is None or not method.startswith("/bookstall."):
            return handler
        if not handler.unary_unary or not handler.request_deserializer:
            return handler
        wrapped = grpc.unary_unary_rpc_method_handler(
            _told(method.rpartition("/")[2], handler.unary_unary),
            request_deserializer=_forgiving(handler.request_deserializer),
            response_serializer=handler.response_serializer,
        )
        self._wrapped[method] = wrapped
        return wrapped


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


def _check_readable(request: Any) -> None:
    if request is _UNREADABLE:
        raise InvalidRequestError("The request is no message of this method.")


def _told(name: str, behaviour: _Behaviour) -> _Behaviour:
    """Return the behaviour with its errors as statuses and a line in the log."""

    async def call(request: Any, context: Any) -> Any:
        began = time.perf_counter()
        status, details = grpc.StatusCode.OK, ""
        try:
            _check_readable(request)
            async with asyncio.timeout(MOST_S):
                return await behaviour(request, context)
        except TimeoutError:
            status, details = grpc.StatusCode.DEADLINE_EXCEEDED, "The answer took too long."
        except asyncio.CancelledError:
            status = grpc.StatusCode.CANCELLED
            raise
        except RecommendationsError as error:
            status, details = _STATUS[type(error)], str(error)
        except Exception:  # noqa: BLE001  # nothing of it may reach the caller; the log has all
            status, details = grpc.StatusCode.INTERNAL, f"internal error {secrets.token_hex(4)}"
            _log.exception("%s failed: %s", name, details)
        finally:
            _calls.info("%s %s %.1f ms", name, status.name, (time.perf_counter() - began) * 1e3)
        return await context.abort(status, details)

    return call
