"""RecommendBooks with an author: draws from the books of one author, page by page."""

import base64
from dataclasses import dataclass
from typing import Any

import grpc
import pytest

from protobufs import recommendations_pb2 as pb
from tests.support.service import Client, refused
from tests.support.shelves import Shop

AUTHOR = "Anne Brontë"


@dataclass(frozen=True)
class Written:
    """A shop with books by several authors."""

    shop: Shop
    books: set[int]
    """Those of `AUTHOR`."""


@pytest.fixture
def written(shop: Shop) -> Written:
    """Give 25 books by one author, some with co-authors, among books by others."""
    books = {shop.book(f"Book {number}", authors=[AUTHOR]) for number in range(20)}
    books |= {shop.book(f"Joint book {number}", authors=["Someone Else", AUTHOR, "Third"]) for number in range(5)}
    for name in ("anne brontë", "Anne Bronte", "Anne Brontë ", "Anne", "Someone Else"):
        shop.book("Another book", authors=[name])
    shop.book("Anonymous book")
    return Written(shop, books)


def ids(answer: pb.RecommendBooksResponse) -> list[int]:
    return [book.id for book in answer.books]


def walked(service: Client, **fields: Any) -> list[int]:
    answer = service.books(author=AUTHOR, **fields)
    shown = ids(answer)
    while answer.next_page_token:
        answer = service.books(author=AUTHOR, page_token=answer.next_page_token, **fields)
        shown += ids(answer)
    return shown


def test_draws_ten_books_of_the_author_by_default(written: Written, service: Client) -> None:
    answer = service.books(author=AUTHOR)
    assert len(set(ids(answer))) == len(ids(answer)) == 10
    assert set(ids(answer)) <= written.books
    assert answer.category == pb.Category(book_count=25)
    assert len({tuple(ids(service.books(author=AUTHOR))) for _ in range(6)}) == 6


def test_a_book_is_shown_as_on_a_shelf(shop: Shop, service: Client) -> None:
    known: dict[str, Any] = {
        "title": "Agnes Grey",
        "authors": [AUTHOR, "Other"],
        "year": 1847,
        "language": "en",
        "cover_url": "https://a/",
        "isbn": "9780140275360",
    }
    book_id = shop.book(**known)
    assert list(service.books(author=AUTHOR).books) == [pb.BookRecommendation(id=book_id, **known)]


@pytest.mark.parametrize("size", [1, 4, 10, 25, 100])
def test_following_the_tokens_shows_every_book_once(written: Written, service: Client, size: int) -> None:
    assert sorted(walked(service, max_results=size)) == sorted(written.books)


def test_excluded_books_are_left_out_on_every_page(written: Written, service: Client) -> None:
    excluded = sorted(written.books)[::3]
    assert sorted(walked(service, max_results=3, exclude_book_ids=excluded)) == sorted(written.books - set(excluded))
    nothing = service.books(author=AUTHOR, exclude_book_ids=written.books)
    assert (ids(nothing), nothing.next_page_token, nothing.category.book_count) == ([], "", 25)


def test_the_page_token_returns_the_same_page(written: Written, service: Client) -> None:
    first = service.books(author=AUTHOR, max_results=7)
    second = service.books(author=AUTHOR, page_token=first.next_page_token)
    assert len(second.books) == 7
    for answer in (first, second):
        assert service.books(author=AUTHOR, page_token=answer.page_token) == answer
    assert ids(service.books(author=AUTHOR, page_token=first.page_token, max_results=3)) == ids(first)[:3]


def test_an_added_book_moves_no_other(written: Written, service: Client) -> None:
    before = service.books(author=AUTHOR, max_results=100)
    added = written.shop.book("New", authors=[AUTHOR])
    after = ids(service.books(author=AUTHOR, page_token=before.page_token))
    assert [book_id for book_id in after if book_id != added] == ids(before)
    assert added in after


@pytest.mark.parametrize("name", ["Nobody", "anne", "A" * 1_000, "'; DROP TABLE book; --", "%"])
def test_an_unknown_author_is_not_found(written: Written, service: Client, name: str) -> None:
    with refused(grpc.StatusCode.NOT_FOUND):
        service.books(author=name)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"author": "A" * 1_001}, "author"),
        ({"author": "A\0"}, "author"),
        ({"author": AUTHOR, "category": "mystery"}, "author"),
        ({"author": AUTHOR, "page_token": "nonsense"}, "page_token"),
        ({"author": AUTHOR, "max_results": -1}, "max_results"),
        ({"author": AUTHOR, "user_id": -1}, "user_id"),
    ],
)
def test_a_request_that_breaks_a_rule_is_invalid(
    written: Written, service: Client, fields: dict[str, object], named: str
) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as error:
        service.books(**fields)  # type: ignore[arg-type]
    assert error.details.startswith(named)


def test_a_token_belongs_to_the_exact_name(written: Written, service: Client) -> None:
    token = service.books(author=AUTHOR).next_page_token
    written.shop.shelf("mystery", 30)
    for other in ({"author": "anne brontë"}, {"author": "Someone Else"}, {"category": "mystery"}, {}):
        with refused(grpc.StatusCode.INVALID_ARGUMENT):
            service.books(**other, page_token=token)
    written.shop.shelf("poetry", 3)
    for foreign in (service.books("mystery").next_page_token, service.categories(page_size=1).next_page_token):
        assert foreign
        with refused(grpc.StatusCode.INVALID_ARGUMENT):
            service.books(author=AUTHOR, page_token=foreign)


def test_a_token_with_any_one_byte_changed_never_fails_otherwise(written: Written, service: Client) -> None:
    packed = base64.urlsafe_b64decode(service.books(author=AUTHOR).next_page_token + "=")
    for place in range(len(packed)):
        changed = bytearray(packed)
        changed[place] ^= 0x81
        try:
            service.books(author=AUTHOR, page_token=base64.urlsafe_b64encode(changed).decode().rstrip("="))
        except grpc.RpcError as error:
            assert error.code() is grpc.StatusCode.INVALID_ARGUMENT  # noqa: PT017  # other bytes make another page


def test_an_author_of_very_many_books_is_drawn_from_ten_thousand(shop: Shop, service: Client) -> None:
    shop.run(
        "INSERT INTO book (title, authors, fingerprint)"
        " SELECT 'Book ' || n, ARRAY['Many'], gen_random_uuid() FROM generate_series(1, 10050) AS n"
    )
    answer = service.books(author="Many", max_results=100)
    assert answer.category.book_count == 10_000
    assert len(set(ids(answer))) == 100
    assert service.books(author="Many", page_token=answer.page_token) == answer


def test_the_statement_uses_the_index(shop: Shop) -> None:
    plan = shop.connection.execute("EXPLAIN SELECT id FROM book WHERE authors @> ARRAY['Anne Brontë']").fetchall()
    assert "ix__book__authors" in str(plan)
