"""The rules of GetBook."""

from typing import Any

import grpc
import pytest

from protobufs import recommendations_pb2 as pb
from tests.support.service import Client, refused
from tests.support.shelves import Shop


def test_returns_all_that_is_known(shop: Shop, service: Client) -> None:
    known: dict[str, Any] = {
        "title": "Ποιητική ☃",
        "authors": ["Ἀριστοτέλης", "Second Author"],
        "year": -335,
        "cover_url": "https://covers.example/1.jpg",
        "isbn": "9780140446364",
        "language": "grc",
        "description": "About tragedy.\n\nAnd comedy, once.",
    }
    book_id = shop.book(**known)
    for slug, name in {"z": "drama", "b": "Essays", "a": "essays"}.items():
        shop.append(shop.category(slug, name), [book_id])
    shop.append(0, [book_id])
    categories = [
        pb.Category(slug=slug, name=name, book_count=1)
        for slug, name in (("z", "drama"), ("a", "essays"), ("b", "Essays"))
    ]
    assert service.book(book_id) == pb.Book(id=book_id, categories=categories, **known)


def test_what_is_unknown_is_absent(shop: Shop, service: Client) -> None:
    book_id = shop.book("Beowulf")
    book = service.book(book_id)
    assert book == pb.Book(id=book_id, title="Beowulf")
    assert [field for field in ("year", "isbn", "language", "description") if book.HasField(field)] == []


def test_what_is_empty_is_not_absent(shop: Shop, service: Client) -> None:
    book = service.book(shop.book("Beowulf", year=0, language="", description="", cover_url=""))
    assert [field for field in ("year", "isbn", "language", "description") if book.HasField(field)] == [
        "year",
        "language",
        "description",
    ]
    assert (book.year, book.language, book.description, book.cover_url) == (0, "", "", "")


def test_a_book_on_no_shelf_is_returned(shop: Shop, service: Client) -> None:
    assert list(service.book(shop.book("Beowulf")).categories) == []


def test_a_null_author_is_left_out_by_every_rpc(shop: Shop, service: Client) -> None:
    book_id = shop.book("Beowulf", authors=["A", None, "B"])
    shop.append(shop.category("epic"), [book_id])
    assert list(service.book(book_id).authors) == ["A", "B"]
    assert list(service.books("epic").books[0].authors) == ["A", "B"]


@pytest.mark.parametrize("years", [-(2**31), 2**31 - 1])
def test_every_year_that_fits_the_column_is_returned(shop: Shop, service: Client, years: int) -> None:
    assert service.book(shop.book("A Book", year=years)).year == years


@pytest.mark.parametrize("book_id", [0, -1, -(2**63)])
def test_an_id_that_is_not_positive_is_refused(service: Client, book_id: int) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as error:
        service.book(book_id)
    assert error.details.startswith("id")


@pytest.mark.parametrize("book_id", [1, 2**31, 2**32 + 1, 2**63 - 1])
def test_an_id_of_no_book_is_not_found(service: Client, book_id: int) -> None:
    with refused(grpc.StatusCode.NOT_FOUND):
        service.book(book_id)


def test_a_book_has_the_names_of_its_sources_in_order(shop: Shop, service: Client) -> None:
    book_id, other = shop.book("A Book"), shop.book("Another Book")
    for source, key, owner in [
        ("openlibrary", "/works/OL2W", book_id),
        ("gutenberg", "84", book_id),
        ("openlibrary", "/works/OL1W", book_id),
        ("gutenberg", "85", other),
    ]:
        shop.run("INSERT INTO book_source (source, key, book_id) VALUES (%s, %s, %s)", source, key, owner)
    for slug in ("mystery", "poetry"):
        shop.append(shop.category(slug), [book_id])
    assert [(each.source, each.key) for each in service.book(book_id).sources] == [
        ("gutenberg", "84"),
        ("openlibrary", "/works/OL1W"),
        ("openlibrary", "/works/OL2W"),
    ]
    assert len(service.book(book_id).categories) == 2


def test_a_book_without_sources_has_none(shop: Shop, service: Client) -> None:
    assert not service.book(shop.book("A Book")).sources


@pytest.mark.parametrize(
    "columns",
    [
        {"authors": [f"{number} {'x' * 2_000}" for number in range(2_500)]},
        {"authors": [f"Author {number}" for number in range(300_000)]},
        {"title": "y" * 5_000_000},
        {"description": "z" * 5_000_000},
    ],
    ids=["long authors", "many authors", "a long title", "a long description"],
)
def test_a_book_of_5_mb_fails_no_call(shop: Shop, service: Client, columns: dict[str, Any]) -> None:
    book_id = shop.book(**columns)
    shop.append(shop.category("epic"), [book_id])
    assert [book.id for book in service.books("epic").books] == [book_id]
    assert [book.id for shelf in service.shelves().shelves for book in shelf.books] == [book_id]
    assert service.book(book_id).id == book_id
