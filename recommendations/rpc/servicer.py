"""The RPCs: validate, ask, answer."""

from typing import TYPE_CHECKING, Any, TypeAlias

from protobufs import recommendations_pb2 as pb
from protobufs import recommendations_pb2_grpc as pb_grpc
from recommendations.domain.page_token import encode_list
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
        """Draw one page from one shelf."""
        return conversion.books_response(await self._recommender.books(validation.books_question(request)))

    async def RecommendShelves(
        self, request: pb.RecommendShelvesRequest, context: _Context
    ) -> pb.RecommendShelvesResponse:
        """Draw from each of several categories."""
        pages, last = await self._recommender.shelves(*validation.shelves_question(request))
        response = pb.RecommendShelvesResponse()
        for page in pages:
            conversion.add_shelf(response, page)
        if last:
            book_count, slug = last
            response.next_page_token = encode_list("shelves", str(book_count), slug)
        return response

    async def ListCategories(self, request: pb.ListCategoriesRequest, context: _Context) -> pb.ListCategoriesResponse:
        """List the categories that hold a book."""
        categories, has_more = await self._recommender.categories(*validation.categories_question(request))
        response = pb.ListCategoriesResponse()
        for slug, name, book_count, _ in categories:
            response.categories.add(slug=slug, name=name, book_count=book_count)
        if has_more:
            last_slug, _, _, folded_name = categories[-1]
            response.next_page_token = encode_list("categories", folded_name, last_slug)
        return response

    async def GetBook(self, request: pb.GetBookRequest, context: _Context) -> pb.GetBookResponse:
        """Return one book with all its fields."""
        return conversion.book_response(await self._recommender.book(validation.book_id(request)))
