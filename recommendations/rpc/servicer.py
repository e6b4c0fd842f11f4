"""The RPCs: validate the request, run the use case, convert the result."""

from typing import TYPE_CHECKING, Any, TypeAlias

from protobufs import recommendations_pb2 as pb
from protobufs import recommendations_pb2_grpc as pb_grpc
from recommendations.domain.model import AuthorQuery
from recommendations.recommender import Recommender
from recommendations.rpc import conversion, validation

if TYPE_CHECKING:
    import grpc

_Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"


class RecommendationsServicer(pb_grpc.RecommendationsServiceServicer):
    """Serves `bookstall.recommendations.v1.RecommendationsService`; `interceptors` maps exceptions to statuses."""

    def __init__(self, recommender: Recommender) -> None:
        self._recommender = recommender

    async def RecommendBooks(self, request: pb.RecommendBooksRequest, context: _Context) -> pb.RecommendBooksResponse:
        """Draw one page of one shelf, or of an author's books."""
        query = validation.books_query(request)
        if isinstance(query, AuthorQuery):
            return conversion.books_response(await self._recommender.books_by_author(query))
        return conversion.books_response(await self._recommender.books(query))

    async def RecommendShelves(
        self, request: pb.RecommendShelvesRequest, context: _Context
    ) -> pb.RecommendShelvesResponse:
        """Draw from each of several categories."""
        return conversion.shelves_response(await self._recommender.shelves(validation.shelves_query(request)))

    async def ListCategories(self, request: pb.ListCategoriesRequest, context: _Context) -> pb.ListCategoriesResponse:
        """List the categories that hold a book."""
        listed = await self._recommender.categories(validation.categories_query(request))
        return conversion.categories_response(listed)

    async def GetBook(self, request: pb.GetBookRequest, context: _Context) -> pb.GetBookResponse:
        """Return one book with all its fields."""
        return conversion.book_response(await self._recommender.book(validation.book_id(request)))
