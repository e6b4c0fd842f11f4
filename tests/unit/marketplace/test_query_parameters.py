import pytest
from werkzeug.datastructures import MultiDict

from marketplace.domain import BooksQuery, CategoriesQuery, ShelvesQuery
from marketplace.errors import BadRequestError
from marketplace.web import query_parameters


def test_what_is_left_out_is_the_services_default() -> None:
    assert query_parameters.books_query(MultiDict(), category="mystery") == BooksQuery("mystery")
    assert query_parameters.shelves_query({}) == ShelvesQuery()
    assert query_parameters.categories_query({}) == CategoriesQuery()


def test_what_is_left_empty_is_the_services_default() -> None:
    empty = MultiDict(dict.fromkeys(("max_results", "page_token", "user_id", "exclude"), ""))

    assert query_parameters.books_query(empty) == BooksQuery()


def test_exclusions_may_be_repeated_and_separated_by_commas() -> None:
    args = MultiDict([("exclude", "1,2"), ("exclude", "3"), ("exclude", ",4,")])

    assert query_parameters.books_query(args).exclude_book_ids == (1, 2, 3, 4)


@pytest.mark.parametrize("text", ["ten", "1.5", "1_000", " 7", "٣", "+1", "0x10", "9" * 5_000, "\0"])
@pytest.mark.parametrize("name", ["max_results", "user_id", "exclude"])
def test_what_is_no_whole_number_is_refused(name: str, text: str) -> None:
    with pytest.raises(BadRequestError, match=name):
        query_parameters.books_query(MultiDict({name: text}))


@pytest.mark.parametrize(
    ("name", "number"),
    [("max_results", 2**31), ("max_results", -(2**31) - 1), ("user_id", 2**63), ("exclude", -(2**63) - 1)],
)
def test_a_number_beyond_the_protos_type_is_refused(name: str, number: int) -> None:
    with pytest.raises(BadRequestError, match="must lie between"):
        query_parameters.books_query(MultiDict({name: str(number)}))


def test_the_largest_numbers_are_passed_on() -> None:
    args = MultiDict({"max_results": str(2**31 - 1), "user_id": str(-(2**63)), "exclude": str(2**63 - 1)})

    wanted = query_parameters.books_query(args)

    assert wanted == BooksQuery("", 2**31 - 1, "", -(2**63), (2**63 - 1,))


def test_text_longer_than_the_service_takes_is_refused() -> None:
    assert query_parameters.books_query(MultiDict(), category="x" * 1_000)
    with pytest.raises(BadRequestError, match="category"):
        query_parameters.books_query(MultiDict(), category="x" * 1_001)


def test_a_token_may_be_as_long_as_the_services_requests() -> None:
    assert query_parameters.categories_query({"page_token": "x" * 60_000})
    with pytest.raises(BadRequestError, match=r"page_token is longer than 60,000 characters"):
        query_parameters.categories_query({"page_token": "x" * 60_001})


def test_more_exclusions_than_the_service_takes_are_refused() -> None:
    with pytest.raises(BadRequestError, match=r"more than 1,000 books"):
        query_parameters.books_query(MultiDict({"exclude": ",".join(map(str, range(1_001)))}))


@pytest.mark.parametrize("book_id", ["x", "9" * 5_000, str(2**63)])
def test_a_books_address_without_a_whole_number_is_refused(book_id: str) -> None:
    with pytest.raises(BadRequestError, match="A book's id"):
        query_parameters.book_query(book_id)
