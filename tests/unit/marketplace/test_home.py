"""The home page."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from marketplace.app import create_app
from marketplace.branding.shop import load_shop
from marketplace.config import Settings
from marketplace.domain import (
    MORE_BOOKS,
    BookQuery,
    BooksPage,
    BooksQuery,
    CategoriesPage,
    Category,
    ShelvesPage,
    ShelvesQuery,
)
from marketplace.errors import InternalError, NotFoundError, UnavailableError
from tests.support.fake_client import FakeClient

NO_CATEGORY = Category("", "", 0)


def test_home_shows_shelves_by_one_call(client: FlaskClient, recommendations_client: FakeClient) -> None:
    page = client.get("/").text

    assert "<title>Bookstall</title>" in page
    assert ">Mystery &amp; Crime</h2>" in page
    assert 'href="/categories/mystery?max_results=20&amp;page_token=this-shelf">All of <bdi>Myst' in page
    for fact in ("The Iliad", "<bdi>Homer</bdi>, <bdi>Another</bdi>", "750 BC"):
        assert fact in page
    assert recommendations_client.queries == [ShelvesQuery(distinct_books=True, categories=(MORE_BOOKS,))]


def test_home_leads_to_more_shelves(client: FlaskClient, recommendations_client: FakeClient) -> None:
    page = client.get("/?page_token=t&user_id=9&max_shelves=2&max_results=3&first=f").text

    assert recommendations_client.queries == [ShelvesQuery(2, 3, "t", 9, distinct_books=True, categories=(MORE_BOOKS,))]
    assert 'href="/?max_shelves=2&amp;max_results=3&amp;user_id=9&amp;page_token=more-shelves&amp;first=f"' in page
    assert 'href="/categories/mystery?max_results=20&amp;page_token=this-shelf&amp;user_id=9"' in page


def test_home_says_which_shelf_was_the_last(client: FlaskClient, recommendations_client: FakeClient) -> None:
    recommendations_client.shelves = replace(recommendations_client.shelves, next_page_token="")

    page = client.get("/?page_token=t&first=these-shelves").text

    assert ">More shelves</a>" not in page
    assert "That was the last shelf." in page
    assert 'href="/?page_token=these-shelves">Back to the first shelves</a>' in page


def test_the_owner_names_shelves_to_come_first_and_leaves_out_others(
    settings: Settings, recommendations_client: FakeClient
) -> None:
    text = 'home = { shelves = 4, books = 8, first = ["poetry"], without = ["classics"] }'
    shop = create_app(replace(settings, shop=load_shop(text, Path())), recommendations_client)

    shop.test_client().get("/")

    assert recommendations_client.queries == [
        ShelvesQuery(4, 8, distinct_books=True, categories=("poetry", MORE_BOOKS), exclude_categories=("classics",))
    ]


def test_home_shows_one_book_large_with_its_description(
    client: FlaskClient, recommendations_client: FakeClient
) -> None:
    (shelf,) = recommendations_client.shelves.shelves
    recommendations_client.shelves = replace(recommendations_client.shelves, shelves=(shelf,) * 3)

    page = client.get("/").text

    assert "A book from <bdi>Mystery &amp; Crime</bdi></h2>" in page
    assert '<p class="featured__description" dir="auto">A war.</p>' in page
    assert recommendations_client.queries[1:] == [BookQuery(7)]


def test_a_large_book_without_a_description_has_the_other_books_of_its_shelf_beside_it(
    client: FlaskClient, recommendations_client: FakeClient
) -> None:
    shelf = recommendations_client.shelves.shelves[0]
    books = (*shelf.books, replace(shelf.books[0], id=8, title="The Odyssey"))
    shelves = (shelf, shelf, replace(shelf, books=books))
    recommendations_client.shelves = replace(recommendations_client.shelves, shelves=shelves)
    recommendations_client.book = replace(recommendations_client.book, description=None)

    page = client.get("/").text
    featured = page[page.index('<section class="shelf featured"') :]

    assert "A book from <bdi>Mystery &amp; Crime</bdi></h2>" in featured
    assert 'href="/books/8"' in featured
    assert featured.count('class="book" href="/books/7"') == 0
    assert "featured__description" not in featured


@pytest.mark.parametrize("error", [UnavailableError("away"), InternalError("internal error"), NotFoundError("7")])
def test_home_shows_the_shelf_where_the_large_book_cannot_be_read(
    client: FlaskClient, recommendations_client: FakeClient, error: Exception
) -> None:
    (shelf,) = recommendations_client.shelves.shelves
    recommendations_client.shelves = replace(recommendations_client.shelves, shelves=(shelf,) * 3)
    recommendations_client.book_error = error

    page = client.get("/")

    assert page.status_code == 200
    assert "A book from" not in page.text


def test_home_leads_to_every_category_and_to_a_surprise(client: FlaskClient) -> None:
    page = client.get("/").text

    assert 'href="/categories">All categories</a>' in page
    assert 'href="/surprise">Surprise me</a>' in page
    assert 'href="/">Shuffle the stall</a>' in page


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", "There are no books yet"),
        ("/categories", "There are no categories yet"),
        ("/surprise", "There are no books yet"),
    ],
)
def test_an_empty_shop_says_how_to_load_books(
    client: FlaskClient, recommendations_client: FakeClient, path: str, words: str
) -> None:
    recommendations_client.shelves = ShelvesPage((), "", "")
    recommendations_client.categories = CategoriesPage((), "", ())
    recommendations_client.books = BooksPage((), "this-page", "", NO_CATEGORY)

    response = client.get(path, follow_redirects=True)

    assert response.status_code == 200
    assert words in response.text
    assert "make seed" in response.text


def test_the_shelf_of_the_books_in_no_category_comes_last(
    client: FlaskClient, recommendations_client: FakeClient
) -> None:
    (shelf,) = recommendations_client.shelves.shelves
    more_books = replace(shelf, category=Category(MORE_BOOKS, "More books", 5_000))
    recommendations_client.shelves = replace(recommendations_client.shelves, shelves=(more_books, shelf))

    page = client.get("/").text

    assert re.findall('<h2 id="shelf-([^"]+)"', page) == ["mystery", MORE_BOOKS]


@pytest.mark.parametrize("setting", ["shelves = 1", f'first = ["{MORE_BOOKS}"]', f'without = ["{MORE_BOOKS}"]'])
def test_the_owner_decides_where_the_books_in_no_category_are(
    settings: Settings, recommendations_client: FakeClient, setting: str
) -> None:
    (shelf,) = recommendations_client.shelves.shelves
    more_books = replace(shelf, category=Category(MORE_BOOKS, "More books", 5_000))
    recommendations_client.shelves = replace(recommendations_client.shelves, shelves=(more_books, shelf))
    shop = create_app(replace(settings, shop=load_shop(f"home = {{ {setting} }}", Path())), recommendations_client)

    page = shop.test_client().get("/").text

    (query,) = recommendations_client.queries
    assert isinstance(query, ShelvesQuery)
    assert (query.categories, query.exclude_categories) == {
        "shelves": ((), ()),
        "first": ((MORE_BOOKS, MORE_BOOKS), ()),
        "without": ((MORE_BOOKS,), (MORE_BOOKS,)),
    }[setting.split(maxsplit=1)[0]]
    if setting.startswith("first"):
        assert re.findall('<h2 id="shelf-([^"]+)"', page) == [MORE_BOOKS, "mystery"]


def test_only_the_owner_reads_how_to_load_books(
    client: FlaskClient, recommendations_client: FakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    recommendations_client.shelves = ShelvesPage((), "", "")
    recommendations_client.books = BooksPage((), "this-page", "", NO_CATEGORY)

    pages = [
        client.get("/", headers={"Host": "books.example"}),
        client.get("/", headers={"X-Forwarded-For": "192.0.2.1"}),
        client.get("/", environ_overrides={"REMOTE_ADDR": "192.0.2.1"}),
    ]

    for page in pages:
        assert "There are no books yet" in page.text
        assert "make seed" not in page.text
    assert caplog.text.count("make seed") == len(pages)


@pytest.mark.parametrize("has_more_books", [False, True])
def test_books_that_stand_in_no_category_are_drawn_from_the_whole_stall(
    client: FlaskClient, recommendations_client: FakeClient, *, has_more_books: bool
) -> None:
    (shelf,) = recommendations_client.shelves.shelves
    more_books = replace(shelf, category=Category(MORE_BOOKS, "More books", 2_300))
    recommendations_client.shelves = ShelvesPage((more_books,) if has_more_books else (), "", "")
    recommendations_client.books = replace(
        recommendations_client.books, category=replace(NO_CATEGORY, book_count=2_300)
    )

    page = client.get("/?user_id=9").text

    assert "2,300 books" in page
    assert 'href="/books/7"' in page
    assert "no books yet" not in page
    assert recommendations_client.queries == [
        ShelvesQuery(user_id=9, distinct_books=True, categories=(MORE_BOOKS,)),
        BooksQuery(max_results=20, user_id=9),
    ]


@pytest.mark.parametrize("path", ["/?page_token=t", "/categories?page_token=t"])
def test_a_page_after_the_last_one_is_not_called_an_empty_shop(
    client: FlaskClient, recommendations_client: FakeClient, path: str
) -> None:
    recommendations_client.shelves = ShelvesPage((), "", "")
    recommendations_client.categories = CategoriesPage((), "", ())

    page = client.get(path).text

    assert "You have seen them all." in page
    assert "no books yet" not in page
