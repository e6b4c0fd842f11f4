"""A surprise: one book drawn from the whole stall."""

from flask.testing import FlaskClient

from marketplace.domain import (
    BooksPage,
    BooksQuery,
    Category,
)
from tests.support.fake_client import MYSTERY, FakeClient

NO_CATEGORY = Category("", "", 0)


def test_surprise_leads_to_a_book_drawn_from_the_whole_stall(
    client: FlaskClient, recommendations_client: FakeClient
) -> None:
    response = client.get("/surprise")

    assert response.status_code == 303
    assert response.headers["Location"] == "/books/7"
    assert recommendations_client.queries == [BooksQuery(max_results=1)]


def test_surprise_is_never_cached(client: FlaskClient, recommendations_client: FakeClient) -> None:
    assert client.get("/surprise").headers["Cache-Control"] == "no-store"

    recommendations_client.books = BooksPage((), "this-page", "", MYSTERY)
    assert client.get("/surprise").headers["Cache-Control"] == "no-store"


def test_surprise_leads_home_while_there_are_no_books(client: FlaskClient, recommendations_client: FakeClient) -> None:
    recommendations_client.books = BooksPage((), "this-page", "", NO_CATEGORY)

    response = client.get("/surprise")

    assert response.status_code == 303
    assert response.headers["Location"] == "/"
