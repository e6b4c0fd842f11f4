"""A client of the tutorial is served unchanged; its requests and the expected responses are fixed bytes."""

from collections.abc import Iterator

import grpc
import pytest

from tests.support.service import CALL_TIMEOUT_S, SERVING, Client, database_of, refused, serving
from tests.support.shelves import Shop

MYSTERY_3 = "08011803"
SCIENCE_FICTION_3 = "080110011803"
SELF_HELP_3 = "080110021803"


@pytest.fixture(scope="module")
def tutorial_service(standing_database: str) -> Iterator[Client]:
    with serving(database_of(standing_database), tutorial_api=True) as client:
        client.wait_until(SERVING)
        yield client


def recommend(client: Client, request: str) -> bytes:
    """Send these bytes (hexadecimal) and return the response's bytes."""
    call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = client.channel.unary_unary("/Recommendations/Recommend")
    return call(bytes.fromhex(request), timeout=CALL_TIMEOUT_S)


def book_response(book_id: int, title: str) -> bytes:
    """Encode a response of one book with a short title and a small id."""
    assert book_id < 128
    book = bytes([0x08, book_id, 0x12, len(title)]) + title.encode()
    return bytes([0x0A, len(book)]) + book


@pytest.mark.parametrize(
    ("request_bytes", "slug"),
    [(MYSTERY_3, "mystery"), (SCIENCE_FICTION_3, "science-fiction"), (SELF_HELP_3, "self-help")],
)
def test_serves_each_category_of_the_enum(shop: Shop, tutorial_service: Client, request_bytes: str, slug: str) -> None:
    shop.run("ALTER SEQUENCE book_id_seq RESTART WITH 7")
    for each in ("mystery", "science-fiction", "self-help"):
        category = shop.category(each)
        shop.append(category, [shop.book("A" if each == slug else "B")])
    book_id = shop.number("SELECT id FROM book WHERE title = 'A'")

    assert recommend(tutorial_service, request_bytes) == book_response(book_id, "A")


def test_draws_as_many_books_as_requested_and_none_twice(shop: Shop, tutorial_service: Client) -> None:
    books = shop.books([f"Book {number}" for number in range(10)])
    shop.append(shop.category("mystery"), books)
    response = recommend(tutorial_service, MYSTERY_3)
    assert response.count(b"Book ") == 3
    assert len({response[place + 5] for place in range(len(response)) if response[place : place + 5] == b"Book "}) == 3


def test_no_size_and_an_empty_message_are_no_books(shop: Shop, tutorial_service: Client) -> None:
    shop.append(shop.category("mystery"), [shop.book("A")])
    assert recommend(tutorial_service, "0801") == b""
    assert recommend(tutorial_service, "") == b""


def test_a_size_above_the_stock_is_the_whole_shelf(shop: Shop, tutorial_service: Client) -> None:
    shop.append(shop.category("mystery"), shop.books([f"Book {number}" for number in range(5)]))
    assert recommend(tutorial_service, "080118ffffff07").count(b"Book ") == 5


@pytest.mark.parametrize("unknown", ["0801106318" + "03", "080110ffffffffffffffffff01" + "1803"])
def test_an_unknown_category_is_not_found(shop: Shop, tutorial_service: Client, unknown: str) -> None:
    with refused(grpc.StatusCode.NOT_FOUND) as refusal:
        recommend(tutorial_service, unknown)
    assert refusal.details == "Category not found"


def test_a_category_without_a_shelf_is_not_found(shop: Shop, tutorial_service: Client) -> None:
    with refused(grpc.StatusCode.NOT_FOUND) as refusal:
        recommend(tutorial_service, MYSTERY_3)
    assert refusal.details == "Category not found"


def test_a_negative_size_is_invalid(shop: Shop, tutorial_service: Client) -> None:
    shop.category("mystery")
    with refused(grpc.StatusCode.INVALID_ARGUMENT):
        recommend(tutorial_service, "080118ffffffffffffffffff01")


def test_the_method_is_not_served_by_default(service: Client) -> None:
    with refused(grpc.StatusCode.UNIMPLEMENTED):
        recommend(service, MYSTERY_3)
