"""Which gRPC status a failed call gets, and how it is sent."""

import asyncio
import time
from typing import Any, NoReturn, TypeAlias

import grpc

from recommendations.domain.errors import (
    DatabaseUnavailableError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    RecommendationsError,
    TooLateError,
)

_Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"

STATUS_OF: dict[type[RecommendationsError], grpc.StatusCode] = {
    InvalidRequestError: grpc.StatusCode.INVALID_ARGUMENT,
    NotFoundError: grpc.StatusCode.NOT_FOUND,
    OverloadedError: grpc.StatusCode.RESOURCE_EXHAUSTED,
    DatabaseUnavailableError: grpc.StatusCode.UNAVAILABLE,
    TooLateError: grpc.StatusCode.DEADLINE_EXCEEDED,
}

TIMER_SLACK_S = 0.02
"""A call that is cancelled this shortly before its deadline counts as late: the caller's timer fired first."""


def status_of_cancelled(deadline: float) -> grpc.StatusCode:
    """Return the status of a cancelled call: gRPC core cancels calls at their deadline after answering the caller.

    Args:
        deadline: the caller's, by `time.perf_counter()`; infinite if there is none.
    """
    is_late = time.perf_counter() > deadline - TIMER_SLACK_S
    return grpc.StatusCode.DEADLINE_EXCEEDED if is_late else grpc.StatusCode.CANCELLED


async def end_call(context: _Context, status: grpc.StatusCode, details: str) -> NoReturn:
    """End a call with an error, or silently if its caller has gone.

    gRPC core knows that a caller has gone before grpc.aio cancels the call. Until then core refuses to send the status,
    which grpc.aio would log with a traceback.
    """
    try:
        await context.abort(status, details)
    except grpc.aio.InternalError:
        raise asyncio.CancelledError from None
