from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from marketplace.domain import BooksWanted, BookWanted, Category
from marketplace.errors import FaultError, NotFoundError, UnavailableError
from tests.support.fake_client import MYSTERY, StandIn


def test_book_shows_all_that_is_known(client: FlaskClient) -> None:
    page = client.get("/books/7").text

    assert "<title>The Iliad · Bookstall</title>" in page
    assert "<bdi>Homer</bdi>, <bdi>Another</bdi>" in page
    for fact in ("750 BC", "9780140275360", "A war.", "English", 'href="/categories/mystery"'):
        assert fact in page


def test_book_says_nothing_of_what_is_unknown(client: FlaskClient, recommender: StandIn) -> None:
    recommender.book = replace(
        recommender.book, authors=(), year=None, isbn=None, language=None, description=None, categories=()
    )

    page = client.get("/books/7").text

    assert "None" not in page
    for name in ("First published", "ISBN", "Language", "On these shelves"):
        assert name not in page


def test_title_bears_its_language(client: FlaskClient, recommender: StandIn) -> None:
    recommender.book = replace(recommender.book, language="grc")

    assert '<h1 dir="auto" lang="grc">The Iliad</h1>' in client.get("/books/7").text


def test_many_authors_are_folded_and_each_is_there(client: FlaskClient, recommender: StandIn) -> None:
    recommender.book = replace(recommender.book, authors=tuple(f"Author {number}" for number in range(14)))

    page = client.get("/books/7").text

    assert "<summary><bdi>Author 0</bdi> and 13 others</summary>" in page
    assert all(f">Author {number}</li>" in page for number in range(14))


def test_book_is_shown_with_others_of_its_smallest_shelf(client: FlaskClient, recommender: StandIn) -> None:
    categories = (MYSTERY, Category("epics", "Epics", 12), Category("sieges", "Sieges", 1))
    recommender.book = replace(recommender.book, categories=categories)

    page = client.get("/books/7").text

    assert "Found beside it</h2>" in page
    assert recommender.asked == [BookWanted(7), BooksWanted("epics", 6, exclude_book_ids=(7,))]


@pytest.mark.parametrize("count", [0, 1])
def test_a_book_alone_on_its_shelf_is_shown_alone(client: FlaskClient, recommender: StandIn, count: int) -> None:
    recommender.book = replace(recommender.book, categories=(replace(MYSTERY, book_count=count),))

    assert "Found beside it" not in client.get("/books/7").text
    assert recommender.asked == [BookWanted(7)]


def test_a_book_is_shown_without_others_where_none_are_drawn(client: FlaskClient, recommender: StandIn) -> None:
    recommender.books = replace(recommender.books, books=())

    assert "Found beside it" not in client.get("/books/7").text


@pytest.mark.parametrize(
    "trouble", [UnavailableError("DEADLINE_EXCEEDED"), NotFoundError("mystery"), FaultError("internal error")]
)
def test_a_book_is_shown_without_others_while_none_can_be_drawn(
    client: FlaskClient, recommender: StandIn, trouble: Exception
) -> None:
    recommender.draw_trouble = trouble

    response = client.get("/books/7")

    assert response.status_code == 200
    assert "The Iliad</h1>" in response.text
    assert "Found beside it" not in response.text


def test_a_fault_that_costs_a_book_its_neighbours_stands_in_the_log(
    client: FlaskClient, recommender: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    recommender.draw_trouble = FaultError("internal error 1234abcd")

    client.get("/books/7")

    assert "1234abcd" in caplog.text
