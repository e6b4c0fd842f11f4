"""The rules of RecommendBooks, one draw at a time."""

import grpc
import pytest

from protobufs import recommendations_pb2 as pb
from tests.support.service import Client, refused
from tests.support.shelves import Shop

INT64_MAX = 2**63 - 1


def ids(answer: pb.RecommendBooksResponse) -> list[int]:
    return [book.id for book in answer.books]


def test_draws_ten_distinct_books_of_the_category_by_default(shop: Shop, service: Client) -> None:
    mystery = shop.shelf("mystery", 40)
    shop.shelf("poetry", 40)
    drawn = ids(service.books("mystery"))
    assert len(set(drawn)) == len(drawn) == 10
    assert set(drawn) <= mystery.book_ids


def test_each_fresh_draw_differs(shop: Shop, service: Client) -> None:
    shop.shelf("mystery", 200)
    assert len({tuple(ids(service.books("mystery"))) for _ in range(6)}) == 6


@pytest.mark.parametrize(("requested", "given"), [(1, 1), (100, 100), (101, 100), (2**31 - 1, 100)])
def test_draws_as_many_as_requested_and_at_most_a_hundred(
    shop: Shop, service: Client, requested: int, given: int
) -> None:
    shop.shelf("mystery", 120)
    assert len(service.books("mystery", max_results=requested).books) == given


@pytest.mark.parametrize("books", [0, 1, 3])
def test_a_shelf_with_fewer_books_than_requested_gives_all_of_them_and_ends(
    shop: Shop, service: Client, books: int
) -> None:
    shelf = shop.shelf("mystery", 9, empty=range(books + 1, 10))
    answer = service.books("mystery", max_results=5)
    assert sorted(ids(answer)) == sorted(shelf.book_ids)
    assert answer.next_page_token == ""
    assert service.books("mystery", page_token=answer.page_token) == answer


def test_a_category_without_slots_gives_no_books(shop: Shop, service: Client) -> None:
    shop.category("new")
    answer = service.books("new")
    assert (ids(answer), answer.next_page_token) == ([], "")


def test_an_empty_shop_gives_no_books(service: Client) -> None:
    assert ids(service.books("")) == []


def test_the_empty_slug_draws_from_the_whole_catalogue_each_book_once(shop: Shop, service: Client) -> None:
    mystery, poetry = shop.shelf("mystery", 30), shop.shelf("poetry", 20)
    shop.append(shop.category("both"), [*mystery.books.values(), *poetry.books.values()])
    assert sorted(ids(service.books("", max_results=100))) == sorted(mystery.book_ids | poetry.book_ids)


def test_an_answer_names_the_category_it_was_drawn_from(shop: Shop, service: Client) -> None:
    shop.shelf("mystery", 3, name="Mystery & Crime")

    drawn = service.books("mystery", max_results=2).category
    whole = service.books("").category

    assert (drawn.slug, drawn.name, drawn.book_count) == ("mystery", "Mystery & Crime", 3)
    assert (whole.slug, whole.name, whole.book_count) == ("", "", 3)


def test_a_book_is_shown_with_all_that_a_shelf_shows(shop: Shop, service: Client) -> None:
    book_id = shop.book(
        "Ποιητική ☃",
        authors=["Ἀριστοτέλης", "Second Author"],
        year=-335,
        cover_url="https://covers.example/1.jpg",
        language="grc",
        isbn="9780140275360",
    )
    shop.append(shop.category("classics"), [book_id])
    assert list(service.books("classics").books) == [
        pb.BookRecommendation(
            id=book_id,
            title="Ποιητική ☃",
            authors=["Ἀριστοτέλης", "Second Author"],
            year=-335,
            cover_url="https://covers.example/1.jpg",
            language="grc",
            isbn="9780140275360",
        )
    ]


def test_what_is_unknown_of_a_book_is_absent(shop: Shop, service: Client) -> None:
    book_id = shop.book("Beowulf")
    shop.append(shop.category("classics"), [book_id])
    (book,) = service.books("classics").books
    assert book == pb.BookRecommendation(id=book_id, title="Beowulf")
    assert not book.HasField("year")
    assert not book.HasField("language")
    assert not book.HasField("isbn")


def test_the_year_zero_is_not_an_unknown_year(shop: Shop, service: Client) -> None:
    shop.append(shop.category("classics"), [shop.book("A Book", year=0)])
    (book,) = service.books("classics").books
    assert book.HasField("year")


@pytest.mark.parametrize("user_id", [0, 1, INT64_MAX])
def test_any_user_id_or_none_may_draw(shop: Shop, service: Client, user_id: int) -> None:
    shop.shelf("mystery", 3)
    assert len(service.books("mystery", user_id=user_id).books) == 3


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"user_id": -1}, "user_id"),
        ({"user_id": -INT64_MAX - 1}, "user_id"),
        ({"max_results": -1}, "max_results"),
        ({"max_results": -(2**31)}, "max_results"),
        ({"category": "mys\0tery"}, "category"),
        ({"category": "m" * 1_001}, "category"),
        ({"category": "é" * 1_001}, "category"),
        ({"exclude_book_ids": range(1_001)}, "exclude_book_ids"),
        ({"exclude_book_ids": [7] * 1_001}, "exclude_book_ids"),
        ({"page_token": "nonsense"}, "page_token"),
        ({"page_token": "\0"}, "page_token"),
        ({"page_token": "A" * 5_000}, "page_token"),
    ],
)
def test_an_invalid_request_names_the_field(shop: Shop, service: Client, fields: dict[str, object], named: str) -> None:
    shop.shelf("mystery", 3)
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as error:
        service.books(**{"category": "mystery", **fields})  # type: ignore[arg-type]
    assert error.details.startswith(named)


@pytest.mark.parametrize("slug", ["romance", "Mystery", "mystery ", "m" * 1_000, "é" * 1_000, "'; DROP TABLE book; --"])
def test_an_unknown_category_is_not_found(shop: Shop, service: Client, slug: str) -> None:
    shop.shelf("mystery", 3)
    with refused(grpc.StatusCode.NOT_FOUND):
        service.books(slug)


def test_excluded_books_are_left_out_and_others_take_their_place(shop: Shop, service: Client) -> None:
    shelf = shop.shelf("mystery", 60)
    excluded = sorted(shelf.book_ids)[:50]
    assert set(ids(service.books("mystery", exclude_book_ids=excluded))) == shelf.book_ids - set(excluded)


def test_a_thousand_exclusions_are_accepted(shop: Shop, service: Client) -> None:
    shelf = shop.shelf("mystery", 1_010)
    excluded = sorted(shelf.book_ids)[:1_000]
    assert set(ids(service.books("mystery", exclude_book_ids=excluded))) == shelf.book_ids - set(excluded)


def test_ids_of_no_book_are_ignored_among_exclusions(shop: Shop, service: Client) -> None:
    shelf = shop.shelf("mystery", 5)
    unknown_ids = [0, -1, INT64_MAX, -INT64_MAX - 1, max(shelf.book_ids) + 1]
    assert set(ids(service.books("mystery", exclude_book_ids=unknown_ids))) == shelf.book_ids


def test_excluding_every_book_gives_none_and_ends(shop: Shop, service: Client) -> None:
    shelf = shop.shelf("mystery", 30)
    answer = service.books("mystery", exclude_book_ids=shelf.book_ids)
    assert (ids(answer), answer.next_page_token) == ([], "")
