"""An author's page: the books of one author, as on a category's page."""

import html
import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.domain import BooksQuery, Category
from marketplace.errors import BadRequestError, NotFoundError
from tests.support.fake_client import FakeClient

ODD_NAMES = [
    "Anne Brontë",
    "AC/DC",
    "/",
    "..",
    ".",
    "100% Me",
    "50%2F50",
    "a?b#c",
    "a;b=c&d+e",
    "أحمد",
    "O'Neill",
    '<b>"',
]


@pytest.fixture
def homer(client: FlaskClient, recommendations_client: FakeClient) -> FlaskClient:
    """Give a shop with 25 books by Homer."""
    recommendations_client.books = replace(recommendations_client.books, category=Category("", "", 25))
    return client


def link(page: str, words: str) -> str:
    match = re.search(rf'href="([^"]*)"[^>]*>{words}<', page)
    assert match, f"no link {words!r}"
    return html.unescape(match[1])


def test_it_shows_a_draw_from_the_authors_books(homer: FlaskClient, recommendations_client: FakeClient) -> None:
    page = homer.get("/authors/Homer?max_results=3&user_id=9").text

    assert "<title>Books by Homer · Bookstall</title>" in page
    assert "Books by Homer</h1>" in page
    assert "25 books on this shelf" in page
    assert recommendations_client.queries == [BooksQuery(author="Homer", max_results=3, user_id=9)]


def test_it_leads_on_and_back(homer: FlaskClient, recommendations_client: FakeClient) -> None:
    first = homer.get("/authors/Homer").text
    second = homer.get(link(first, "More")).text

    assert link(first, "Shuffle") == "/authors/Homer"
    assert link(first, "Link to these books") == "/authors/Homer?page_token=this-page"
    assert recommendations_client.queries[-1] == BooksQuery(author="Homer", page_token="next-page")
    assert "<title>Books by Homer, 2–2 · Bookstall</title>" in second
    assert link(second, "Previous") == "/authors/Homer?page_token=this-page"


@pytest.mark.parametrize("prefix", ["", "/shop"])
@pytest.mark.parametrize("name", ODD_NAMES)
def test_any_name_on_a_books_page_leads_to_its_exact_author(
    settings: Settings, recommendations_client: FakeClient, name: str, prefix: str
) -> None:
    client = create_app(replace(settings, url_prefix=prefix), recommendations_client).test_client()
    recommendations_client.retitle("The Iliad", name)
    (address,) = re.findall(r'href="([^"]*/authors/[^"]*)"', client.get("/books/7").text)
    path = html.unescape(address)

    page = client.get(path)

    assert page.status_code == 200
    assert path.startswith(f"{prefix}/authors/")
    assert recommendations_client.queries[-1] == BooksQuery(author=name)
    assert f'<link rel="canonical" href="http://localhost{address}">' in page.text
    assert f"Books by {name}</h1>" in html.unescape(page.text).replace("&#34;", '"')


def test_an_author_without_books_is_not_found(client: FlaskClient, recommendations_client: FakeClient) -> None:
    recommendations_client.error = NotFoundError("There is no book by this author.")

    assert client.get("/authors/Nobody").status_code == 404
    assert client.get("/authors").status_code == 404


def test_a_bad_link_leads_to_a_fresh_draw(client: FlaskClient, recommendations_client: FakeClient) -> None:
    recommendations_client.error = BadRequestError("page_token is of another author")
    page = client.get("/authors/Anne%20Bront%C3%AB?page_token=zzz")

    assert page.status_code == 400
    assert link(page.text, "Start again") == "/authors/Anne%20Bront%C3%AB"


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/authors/Homer/", "/authors/Homer"),
        ("/Authors/Homer?max_results=3", "/authors/Homer?max_results=3"),
        ("/AUTHORS/What%3F/", "/authors/What%3F"),
        ("/authors//Anne%20Bront%C3%AB", "/authors/Anne%20Bront%C3%AB"),
        ("/AUTHORS/AC%252FDC", "/authors/AC%252FDC"),
        ("/authors/HOMER", None),
    ],
)
def test_extra_slashes_and_capitals_lead_to_the_canonical_url_and_the_name_stays(
    client: FlaskClient, path: str, location: str | None
) -> None:
    response = client.get(path)

    assert response.status_code == (308 if location else 200)
    assert response.headers.get("Location") == location


def test_the_api_draws_from_an_authors_books(client: FlaskClient, recommendations_client: FakeClient) -> None:
    assert client.get("/api/recommendations?author=Anne%20Bront%C3%AB&max_results=2").status_code == 200
    assert recommendations_client.queries == [BooksQuery(author="Anne Brontë", max_results=2)]
