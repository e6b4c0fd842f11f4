"""Each rule of the proto that depends on the request alone."""

from collections.abc import Callable
from typing import Any

import pytest

from protobufs import recommendations_pb2 as pb
from recommendations.domain.errors import InvalidRequestError
from recommendations.domain.model import FIRST_CATEGORY, FIRST_SHELF, CategoriesQuery, ShelvesQuery, ShuffleCursor
from recommendations.domain.page_token import encode_list, encode_shuffle
from recommendations.rpc import validation

INT32_MAX = 2**31 - 1
PLACE = ShuffleCursor(7, 5, 1_000, 20, 30)


@pytest.mark.parametrize(("requested", "applied"), [(0, 5), (1, 1), (5, 5), (9, 9), (10, 9), (INT32_MAX, 9)])
def test_sizes_follow_aip_158(requested: int, applied: int) -> None:
    assert validation.size("page_size", requested, 5, 9) == applied


@pytest.mark.parametrize("requested", [-1, -INT32_MAX - 1])
def test_negative_size_is_rejected_with_the_name_of_the_field(requested: int) -> None:
    with pytest.raises(InvalidRequestError, match=r"^page_size must not be negative\.$"):
        validation.size("page_size", requested, 5, 9)


def test_empty_request_draws_ten_books_from_the_whole_catalogue() -> None:
    query = validation.books_query(pb.RecommendBooksRequest())
    assert query == ("", 10, None, frozenset())


def test_token_holds_its_page_size() -> None:
    query = validation.books_query(pb.RecommendBooksRequest(page_token=encode_shuffle(PLACE)))
    assert (query.page_size, query.cursor) == (30, PLACE)


@pytest.mark.parametrize(("requested", "applied"), [(7, 7), (101, 100)])
def test_requested_size_overrides_the_size_in_the_token(requested: int, applied: int) -> None:
    request = pb.RecommendBooksRequest(page_token=encode_shuffle(PLACE), max_results=requested)
    query = validation.books_query(request)
    assert query.page_size == applied
    assert query.cursor == ShuffleCursor(7, 5, 1_000, 20, applied)


def test_list_without_token_starts_at_the_beginning_with_default_size() -> None:
    assert validation.shelves_query(pb.RecommendShelvesRequest()) == ShelvesQuery(
        FIRST_SHELF, 12, 6, categories=[], exclude_categories=[]
    )
    assert validation.categories_query(pb.ListCategoriesRequest()) == CategoriesQuery(FIRST_CATEGORY, 100)


def test_list_continues_after_its_token() -> None:
    shelves = pb.RecommendShelvesRequest(page_token=encode_list("shelves", "12", "poetry"))
    assert validation.shelves_query(shelves)[0] == (12, "poetry")
    categories = pb.ListCategoriesRequest(page_token=encode_list("categories", "poésie", "poetry"))
    assert validation.categories_query(categories)[0] == ("poésie", "poetry")


Question = Callable[[Any], object]


@pytest.mark.parametrize(
    ("question", "request_"),
    [
        (validation.books_query, pb.RecommendBooksRequest(user_id=-1)),
        (validation.books_query, pb.RecommendBooksRequest(max_results=-1)),
        (validation.books_query, pb.RecommendBooksRequest(category="a" * 1_001)),
        (validation.books_query, pb.RecommendBooksRequest(category="a\0")),
        (validation.books_query, pb.RecommendBooksRequest(exclude_book_ids=[1] * 1_001)),
        (validation.books_query, pb.RecommendBooksRequest(page_token="A")),
        (validation.books_query, pb.RecommendBooksRequest(page_token=encode_list("shelves", "1", "a"))),
        (validation.shelves_query, pb.RecommendShelvesRequest(user_id=-1)),
        (validation.shelves_query, pb.RecommendShelvesRequest(max_shelves=-1)),
        (validation.shelves_query, pb.RecommendShelvesRequest(max_results=-1)),
        (validation.shelves_query, pb.RecommendShelvesRequest(page_token=encode_list("shelves", "-1", "a"))),
        (validation.shelves_query, pb.RecommendShelvesRequest(page_token=encode_list("shelves", "²", "a"))),
        (validation.shelves_query, pb.RecommendShelvesRequest(page_token=encode_list("shelves", "9" * 19, "a"))),
        (validation.shelves_query, pb.RecommendShelvesRequest(page_token=encode_list("shelves", "9" * 5_000, "a"))),
        (validation.shelves_query, pb.RecommendShelvesRequest(page_token=encode_shuffle(PLACE))),
        (validation.categories_query, pb.ListCategoriesRequest(page_size=-1)),
        (validation.categories_query, pb.ListCategoriesRequest(page_token="\0")),
        (validation.book_id, pb.GetBookRequest()),
        (validation.book_id, pb.GetBookRequest(id=-1)),
    ],
)
def test_request_that_breaks_a_rule_is_rejected_with_one_sentence(question: Question, request_: Any) -> None:
    with pytest.raises(InvalidRequestError, match=r"^[a-z_]+ .*\.$"):
        question(request_)


def test_the_longest_text_and_the_most_exclusions_are_accepted() -> None:
    request = pb.RecommendBooksRequest(category="é" * 1_000, exclude_book_ids=range(1_000))
    assert len(validation.books_query(request).excluded) == 1_000
