from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from marketplace.domain import BookQuery, BooksQuery, Category
from marketplace.errors import InternalError, NotFoundError, UnavailableError
from tests.support.fake_client import MYSTERY, FakeClient


def test_book_shows_all_that_is_known(client: FlaskClient) -> None:
    page = client.get("/books/7").text

    assert "<title>The Iliad · Bookstall</title>" in page
    assert '<a href="/authors/Homer"><bdi>Homer</bdi></a>, <a href="/authors/Another"><bdi>Another</bdi></a>' in page
    for fact in ("750 BC", "9780140275360", "A war.", "English", 'href="/categories/mystery"'):
        assert fact in page


def test_book_says_nothing_of_what_is_unknown(client: FlaskClient, recommendations_client: FakeClient) -> None:
    recommendations_client.book = replace(
        recommendations_client.book, authors=(), year=None, isbn=None, language=None, description=None, categories=()
    )

    page = client.get("/books/7").text

    assert "None" not in page
    for name in ("First published", "ISBN", "Language", "On these shelves"):
        assert name not in page


def test_an_edition_year_is_not_called_first_published(client: FlaskClient, recommendations_client: FakeClient) -> None:
    assert "<dt>First published</dt><dd>750 BC</dd>" in client.get("/books/7").text
    recommendations_client.book = replace(recommendations_client.book, year=2003, is_edition_year=True)

    assert "<dt>Published</dt><dd>2003</dd>" in client.get("/books/7").text


def test_title_has_its_language(client: FlaskClient, recommendations_client: FakeClient) -> None:
    recommendations_client.book = replace(recommendations_client.book, language="grc")

    assert '<h1 dir="auto" lang="grc">The Iliad</h1>' in client.get("/books/7").text


def test_many_authors_are_folded_and_each_is_there(client: FlaskClient, recommendations_client: FakeClient) -> None:
    recommendations_client.book = replace(
        recommendations_client.book, authors=tuple(f"Author {number}" for number in range(14))
    )

    page = client.get("/books/7").text

    assert "<summary><bdi>Author 0</bdi> and 13 others</summary>" in page
    assert all(f'<a href="/authors/Author%20{number}"><bdi>Author {number}</bdi></a>' in page for number in range(14))


def test_book_is_shown_with_others_of_its_smallest_shelf(
    client: FlaskClient, recommendations_client: FakeClient
) -> None:
    categories = (MYSTERY, Category("epics", "Epics", 12), Category("sieges", "Sieges", 1))
    recommendations_client.book = replace(recommendations_client.book, categories=categories)

    page = client.get("/books/7").text

    assert "On the same shelf</h2>" in page
    assert recommendations_client.queries == [BookQuery(7), BooksQuery("epics", 6, exclude_book_ids=(7,))]


@pytest.mark.parametrize("count", [0, 1])
def test_a_book_alone_on_its_shelf_is_shown_alone(
    client: FlaskClient, recommendations_client: FakeClient, count: int
) -> None:
    recommendations_client.book = replace(recommendations_client.book, categories=(replace(MYSTERY, book_count=count),))

    assert "On the same shelf" not in client.get("/books/7").text
    assert recommendations_client.queries == [BookQuery(7)]


def test_a_book_is_shown_without_others_where_none_are_drawn(
    client: FlaskClient, recommendations_client: FakeClient
) -> None:
    recommendations_client.books = replace(recommendations_client.books, books=())

    assert "On the same shelf" not in client.get("/books/7").text


@pytest.mark.parametrize(
    "error", [UnavailableError("DEADLINE_EXCEEDED"), NotFoundError("mystery"), InternalError("internal error")]
)
def test_a_book_is_shown_without_others_while_none_can_be_drawn(
    client: FlaskClient, recommendations_client: FakeClient, error: Exception
) -> None:
    recommendations_client.draw_error = error

    response = client.get("/books/7")

    assert response.status_code == 200
    assert "The Iliad</h1>" in response.text
    assert "On the same shelf" not in response.text


def test_an_internal_error_that_hides_the_neighbours_is_logged(
    client: FlaskClient, recommendations_client: FakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    recommendations_client.draw_error = InternalError("internal error 1234abcd")

    client.get("/books/7")

    assert "1234abcd" in caplog.text
