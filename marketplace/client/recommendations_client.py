"""The recommendations service as the shop sees it: the only file that knows gRPC."""

import json
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from marketplace import domain
from marketplace.client import conversion
from marketplace.client.deadline import Deadline
from marketplace.errors import BadRequestError, InternalError, NotFoundError, UnavailableError
from marketplace.telemetry import request_id
from protobufs import recommendations_pb2 as pb
from protobufs import recommendations_pb2_grpc as pb_grpc

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Request = TypeVar("Request")
Response = TypeVar("Response")

SERVICE = pb.DESCRIPTOR.services_by_name["RecommendationsService"].full_name

# gRPC's own retries (https://github.com/grpc/proposal/blob/master/A6-client-retries.md): what met a replica that
# was just going away is sent again, to the next one. The throttle keeps retries from adding to a flood: each
# failed attempt takes a token, each good answer gives back a tenth, and below half of them nobody retries.
_SERVICE_CONFIG = {
    "loadBalancingConfig": [{"round_robin": {}}],
    "methodConfig": [
        {
            "name": [{"service": SERVICE}],
            "retryPolicy": {
                "maxAttempts": 3,
                "initialBackoff": "0.05s",
                "maxBackoff": "0.4s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ],
    "retryThrottling": {"maxTokens": 100, "tokenRatio": 0.1},
    # A replica that says it does not serve any more gets no calls. Without this, a call that reaches one in the very
    # moment when it closes is cancelled, about one in thousands of a restart under load, and that is not retried.
    "healthCheckConfig": {"serviceName": SERVICE},
}

_CHANNEL_OPTIONS = (
    ("grpc.service_config", json.dumps(_SERVICE_CONFIG)),
    # A service that comes back is found within about a second. Left alone, gRPC waits for up to two minutes
    # between attempts to connect, for 20 seconds in one of them, and for 30 before it asks for an address again.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.dns_min_time_between_resolutions_ms", 1_000),
    # A connection that died without a word is noticed and made anew.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 1),
    # The service is a neighbour: a proxy to the outer world that the environment names is not for it.
    ("grpc.enable_http_proxy", 0),
)

_NOT_NOW = (
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.CANCELLED,
)


class _Connection(NamedTuple):
    channel: grpc.Channel
    books: pb_grpc.RecommendationsServiceStub
    health: Any  # its type stubs do not know its calls


class RecommendationsClient:
    """A client of one recommendations service, for any number of threads.

    The connection is made at the first call, because gRPC's threads do not survive a fork: each worker process
    makes its own. Every method that takes a deadline raises UnavailableError if no answer comes within it,
    BadRequestError if the service refuses what is asked, and InternalError if the service is broken.
    """

    def __init__(self, target: str) -> None:
        self._target = target
        self._lock = threading.Lock()
        self._connection: _Connection | None = None

    def recommend_books(self, wanted: domain.BooksQuery, deadline: Deadline) -> domain.BooksPage:
        """Draw books from one category or the whole catalogue, or go on in a shuffle.

        Raises:
            NotFoundError: If there is no such category.
        """
        request = _request(pb.RecommendBooksRequest, wanted)
        return conversion.books_from(_answer(self._connect().books.RecommendBooks, request, deadline))

    def recommend_shelves(self, wanted: domain.ShelvesQuery, deadline: Deadline) -> domain.ShelvesPage:
        """Draw books from each of several categories, those with the most books first."""
        request = _request(pb.RecommendShelvesRequest, wanted)
        return conversion.shelves_from(_answer(self._connect().books.RecommendShelves, request, deadline))

    def list_categories(self, wanted: domain.CategoriesQuery, deadline: Deadline) -> domain.CategoriesPage:
        """List the categories that hold books, by name."""
        request = _request(pb.ListCategoriesRequest, wanted)
        return conversion.categories_from(_answer(self._connect().books.ListCategories, request, deadline))

    def get_book(self, wanted: domain.BookQuery, deadline: Deadline) -> domain.Book:
        """Return all that is known of one book.

        Raises:
            NotFoundError: If there is no such book.
        """
        request = _request(pb.GetBookRequest, wanted)
        return conversion.book_from(_answer(self._connect().books.GetBook, request, deadline).book)

    def is_ready(self, deadline: Deadline) -> bool:
        """Tell whether the service says that it serves; no answer within the deadline is a no."""
        request = health_pb2.HealthCheckRequest(service=SERVICE)
        try:
            answer = self._connect().health.Check(request, timeout=deadline.remaining_s())
        except grpc.RpcError:
            return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    def close(self) -> None:
        """Give up the connection; the next call makes another one."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection:
            connection.channel.close()

    def _connect(self) -> _Connection:
        with self._lock:
            if not self._connection:
                channel = grpc.insecure_channel(self._target, options=_CHANNEL_OPTIONS)
                books, health = pb_grpc.RecommendationsServiceStub(channel), health_pb2_grpc.HealthStub(channel)
                self._connection = _Connection(channel, books, health)
            return self._connection


def _request(message: Callable[..., Request], wanted: "DataclassInstance") -> Request:
    """Return the request message for what is wanted, whose fields bear the message's names."""
    try:
        return message(**vars(wanted))  # asdict copies each value, which takes longer than the rest
    except ValueError as error:  # a number out of range or text that is not UTF-8
        raise BadRequestError("This address holds a value that is out of range.") from error


def _answer(call: "grpc.UnaryUnaryMultiCallable[Request, Response]", request: Request, deadline: Deadline) -> Response:
    """Make one call, and say in the shop's words what went wrong."""
    try:
        return call(request, timeout=deadline.remaining_s(), metadata=_metadata())
    except grpc.RpcError as error:
        if not isinstance(error, grpc.Call):  # what a call raises is the call itself, with its status
            raise
        code, details = error.code(), error.details() or ""
        if code in _NOT_NOW:
            raise UnavailableError(f"{code.name}: {details}") from error
        if code is grpc.StatusCode.NOT_FOUND:
            raise NotFoundError(details) from error
        if code is grpc.StatusCode.INVALID_ARGUMENT:
            raise BadRequestError(details) from error
        raise InternalError(f"{code.name}: {details}") from error


def _metadata() -> tuple[tuple[str, str]] | None:
    """Return what tells the service which request of ours it works for, if it is one."""
    own_id = request_id.current.get()
    return ((request_id.HEADER.lower(), own_id),) if own_id else None
