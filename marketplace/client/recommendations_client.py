"""The gRPC client of the recommendations service."""

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

# gRPC retries calls that reach a replica during its shutdown, on the next replica
# (https://github.com/grpc/proposal/blob/master/A6-client-retries.md). Throttling keeps retries from amplifying an
# overload: a failed attempt costs one token, a success returns a tenth, and below half of them no call is retried.
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
    # Replicas that report NOT_SERVING get no calls. Without health checking, a replica that closes cancels about one
    # call in thousands, and CANCELLED is not retried.
    "healthCheckConfig": {"serviceName": SERVICE},
}

_CHANNEL_OPTIONS = (
    ("grpc.service_config", json.dumps(_SERVICE_CONFIG)),
    # Reconnect within about a second. By default gRPC waits up to 2 minutes between connection attempts, up to
    # 20 seconds for each of them, and 30 seconds between DNS lookups.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.dns_min_time_between_resolutions_ms", 1_000),
    # Replace dead connections.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 1),
    # Ignore the http_proxy of the environment: the service is on the same network.
    ("grpc.enable_http_proxy", 0),
)

_UNAVAILABLE_CODES = (
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.CANCELLED,
)


class _Connection(NamedTuple):
    channel: grpc.Channel
    books: pb_grpc.RecommendationsServiceStub
    health: Any  # its type stubs lack the methods


class RecommendationsClient:
    """A thread-safe client of the recommendations service.

    It connects at the first call, because gRPC's threads do not survive a fork. Calls raise UnavailableError if there
    is no response by the deadline, BadRequestError for INVALID_ARGUMENT, and InternalError for unexpected statuses.
    """

    def __init__(self, target: str) -> None:
        self._target = target
        self._lock = threading.Lock()
        self._connection: _Connection | None = None

    def recommend_books(self, query: domain.BooksQuery, deadline: Deadline) -> domain.BooksPage:
        """Draw books from one category or the whole catalogue, or return the page of a token.

        Raises:
            NotFoundError: If the category does not exist.
        """
        request = _request(pb.RecommendBooksRequest, query)
        return conversion.books_from(_call(self._connect().books.RecommendBooks, request, deadline))

    def recommend_shelves(self, query: domain.ShelvesQuery, deadline: Deadline) -> domain.ShelvesPage:
        """Draw books from several categories, the largest first."""
        request = _request(pb.RecommendShelvesRequest, query)
        return conversion.shelves_from(_call(self._connect().books.RecommendShelves, request, deadline))

    def list_categories(self, query: domain.CategoriesQuery, deadline: Deadline) -> domain.CategoriesPage:
        """List the categories that contain books, ordered by name."""
        request = _request(pb.ListCategoriesRequest, query)
        return conversion.categories_from(_call(self._connect().books.ListCategories, request, deadline))

    def get_book(self, query: domain.BookQuery, deadline: Deadline) -> domain.Book:
        """Return one book with all its details.

        Raises:
            NotFoundError: If the book does not exist.
        """
        request = _request(pb.GetBookRequest, query)
        return conversion.book_from(_call(self._connect().books.GetBook, request, deadline).book)

    def is_ready(self, deadline: Deadline) -> bool:
        """Return whether the service reports SERVING before the deadline."""
        request = health_pb2.HealthCheckRequest(service=SERVICE)
        try:
            response = self._connect().health.Check(request, timeout=deadline.remaining_s())
        except grpc.RpcError:
            return False
        return bool(response.status == health_pb2.HealthCheckResponse.SERVING)

    def close(self) -> None:
        """Close the connection. The next call opens another one."""
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


def _request(message: Callable[..., Request], query: "DataclassInstance") -> Request:
    """Convert a query to its message. Both have the same field names."""
    try:
        return message(**vars(query))  # asdict would copy each value, which is slow
    except ValueError as error:  # a number out of range, or a surrogate in text
        raise BadRequestError("A value in this address is out of range.") from error


def _call(method: "grpc.UnaryUnaryMultiCallable[Request, Response]", request: Request, deadline: Deadline) -> Response:
    """Make one call and map its status to an exception."""
    try:
        return method(request, timeout=deadline.remaining_s(), metadata=_metadata())
    except grpc.RpcError as error:
        if not isinstance(error, grpc.Call):  # gRPC raises the call object itself
            raise
        code, details = error.code(), error.details() or ""
        if code in _UNAVAILABLE_CODES:
            raise UnavailableError(f"{code.name}: {details}") from error
        if code is grpc.StatusCode.NOT_FOUND:
            raise NotFoundError(details) from error
        if code is grpc.StatusCode.INVALID_ARGUMENT:
            raise BadRequestError(details) from error
        raise InternalError(f"{code.name}: {details}") from error


def _metadata() -> tuple[tuple[str, str]] | None:
    """Return the id of the current request as metadata, if there is one."""
    own_id = request_id.current.get()
    return ((request_id.HEADER.lower(), own_id),) if own_id else None
