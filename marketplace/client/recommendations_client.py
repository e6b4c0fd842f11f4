"""The gRPC client of the recommendations service."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import grpc
from grpc_health.v1 import health_pb2

from marketplace import domain
from marketplace.client import conversion
from marketplace.client.channel import SERVICE
from marketplace.client.connection import Connection
from marketplace.client.deadline import Deadline
from marketplace.client.tls import TlsFiles
from marketplace.errors import BadRequestError, InternalError, NotFoundError, UnavailableError
from marketplace.telemetry import request_id
from protobufs import recommendations_pb2 as pb

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from opentelemetry.trace import Span

    from marketplace.telemetry.tracing import Tracing

Request = TypeVar("Request")
Response = TypeVar("Response")

_UNAVAILABLE_CODES = (
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.CANCELLED,
)


Observe: TypeAlias = Callable[[str, str, float], None]


class RecommendationsClient:
    """A thread-safe client of the recommendations service.

    It connects at the first call, because gRPC's threads do not survive a fork. Calls raise UnavailableError if there
    is no response by the deadline, BadRequestError for INVALID_ARGUMENT, and InternalError for unexpected statuses.
    """

    def __init__(
        self,
        target: str,
        tls: TlsFiles | None = None,
        observe: Observe | None = None,
        tracing: "Tracing | None" = None,
    ) -> None:
        """Create a client of the service at a gRPC target; `observe` gets each call's method, status and seconds."""
        self._connection = Connection(target, tls)
        self._observe = observe
        self._tracing = tracing

    def recommend_books(self, query: domain.BooksQuery, deadline: Deadline) -> domain.BooksPage:
        """Draw books from one category, one author or the whole catalogue, or return the page of a token.

        Raises:
            NotFoundError: If the category or the author does not exist.
        """
        request = _request(pb.RecommendBooksRequest, query)
        return conversion.books_from(self._call(self._connection.stubs().books.RecommendBooks, request, deadline))

    def recommend_shelves(self, query: domain.ShelvesQuery, deadline: Deadline) -> domain.ShelvesPage:
        """Draw books from several categories: the named ones first, then the largest."""
        request = _request(pb.RecommendShelvesRequest, query)
        return conversion.shelves_from(self._call(self._connection.stubs().books.RecommendShelves, request, deadline))

    def list_categories(self, query: domain.CategoriesQuery, deadline: Deadline) -> domain.CategoriesPage:
        """List the categories that contain books, ordered by name."""
        request = _request(pb.ListCategoriesRequest, query)
        return conversion.categories_from(self._call(self._connection.stubs().books.ListCategories, request, deadline))

    def get_book(self, query: domain.BookQuery, deadline: Deadline) -> domain.Book:
        """Return one book with all its details.

        Raises:
            NotFoundError: If the book does not exist.
        """
        request = _request(pb.GetBookRequest, query)
        return conversion.book_from(self._call(self._connection.stubs().books.GetBook, request, deadline).book)

    def is_ready(self, deadline: Deadline) -> bool:
        """Return whether the service reports SERVING before the deadline."""
        request = health_pb2.HealthCheckRequest(service=SERVICE)
        try:
            response = self._connection.stubs().health.Check(request, timeout=deadline.remaining_s())
        except (grpc.RpcError, UnavailableError):
            return False
        return bool(response.status == health_pb2.HealthCheckResponse.SERVING)

    def _call(
        self, method: "grpc.UnaryUnaryMultiCallable[Request, Response]", request: Request, deadline: Deadline
    ) -> Response:
        """Make one call, and map its status to an exception."""
        started = time.perf_counter()
        code = grpc.StatusCode.OK
        span = self._tracing.start_call(f"{SERVICE}/{_method_of(request)}") if self._tracing else None
        try:
            return method(request, timeout=deadline.remaining_s(), metadata=self._metadata(span))
        except grpc.RpcError as error:
            if not isinstance(error, grpc.Call):  # gRPC raises the call object itself
                raise
            code = error.code()
            raise _exception(code, error.details() or "") from error
        finally:
            if self._observe:
                self._observe(_method_of(request), code.name, time.perf_counter() - started)
            if self._tracing and span is not None:
                self._tracing.end_call(span, code.name)

    def _metadata(self, span: "Span | None") -> tuple[tuple[str, str], ...]:
        """Return the call's metadata: the id of the current request and the call's span, if there are any."""
        own_id = request_id.current.get()
        ids = ((request_id.HEADER.lower(), own_id),) if own_id else ()
        return (*ids, *self._tracing.metadata(span)) if self._tracing and span is not None else ids

    def close(self) -> None:
        """Close the connection. The next call opens another one."""
        self._connection.close()


def _request(message: Callable[..., Request], query: "DataclassInstance") -> Request:
    """Convert a query to its message, which has the same field names."""
    try:
        return message(**vars(query))  # asdict would copy each value, which is slow
    except ValueError as error:  # a number out of range, or a surrogate in text
        raise BadRequestError("A value in this address is out of range.") from error


def _exception(code: grpc.StatusCode, details: str) -> Exception:
    if code in _UNAVAILABLE_CODES:
        return UnavailableError(f"{code.name}: {details}")
    if code is grpc.StatusCode.NOT_FOUND:
        return NotFoundError(details)
    if code is grpc.StatusCode.INVALID_ARGUMENT:
        return BadRequestError(details)
    return InternalError(f"{code.name}: {details}")


def _method_of(request: object) -> str:
    """Return the name of the method that takes this message."""
    return type(request).__name__.removesuffix("Request")
