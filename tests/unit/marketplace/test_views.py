import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from marketplace.catalogue import (
    BooksWanted,
    BookWanted,
    CategoriesPage,
    CategoriesWanted,
    ShelvesPage,
    ShelvesWanted,
)
from tests.unit.marketplace.stand_in import StandIn

HOSTILE = [
    "<script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "{{7*7}} {% raise %}",
    "</title><img src=x onerror=alert(1)>",
    "\u202egnirts desrever",
    "x" * 10_000,
]


def test_home_shows_shelves_by_one_call(client: FlaskClient, recommender: StandIn) -> None:
    page = client.get("/").text

    assert "<title>Bookstall</title>" in page
    assert "Mystery &amp; Crime</a></h2>" in page
    assert "All of Mystery &amp; Crime (1,059)</a>" in page
    assert "The Iliad" in page
    assert "Homer, Another" in page
    assert "750 BC" in page
    assert recommender.asked == [ShelvesWanted()]


def test_home_leads_to_more_shelves(client: FlaskClient, recommender: StandIn) -> None:
    page = client.get("/?page_token=t&user_id=9&max_shelves=2&max_results=3").text

    assert recommender.asked == [ShelvesWanted(2, 3, "t", 9)]
    assert 'href="/?page_token=more-shelves&amp;max_shelves=2&amp;max_results=3&amp;user_id=9"' in page
    assert 'href="/categories/mystery?user_id=9"' in page


def test_home_says_so_while_there_are_no_books(client: FlaskClient, recommender: StandIn) -> None:
    recommender.shelves = ShelvesPage((), "")

    assert "The stall is still empty" in client.get("/").text


def test_categories_are_listed_page_by_page(client: FlaskClient, recommender: StandIn) -> None:
    page = client.get("/categories?page_token=t").text

    assert "<title>All categories · Bookstall</title>" in page
    assert 'href="/categories/mystery"' in page
    assert 'href="/categories?page_token=more-categories"' in page
    assert recommender.asked == [CategoriesWanted(0, "t")]


def test_categories_say_so_while_there_are_no_books(client: FlaskClient, recommender: StandIn) -> None:
    recommender.categories = CategoriesPage((), "")

    assert "There are no books yet." in client.get("/categories").text


def test_category_is_shown_by_its_name(client: FlaskClient, recommender: StandIn) -> None:
    page = client.get("/categories/mystery?max_results=3&page_token=t&user_id=9").text

    assert "<title>Mystery &amp; Crime · Bookstall</title>" in page
    assert "1,059 books on this shelf" in page
    assert recommender.asked == [BooksWanted("mystery", 3, "t", 9)]


def test_category_leads_to_another_shuffle_to_this_one_and_to_the_rest_of_it(client: FlaskClient) -> None:
    page = client.get("/categories/mystery").text

    assert '<a class="button" href="/categories/mystery">Shuffle</a>' in page
    assert re.search(r'href="/categories/mystery\?page_token=this-page">Keep this shuffle<', page)
    assert re.search(r'href="/categories/mystery\?page_token=next-page">More<', page)


def test_category_says_where_its_shuffle_ends(client: FlaskClient, recommender: StandIn) -> None:
    recommender.books = replace(recommender.books, next_page_token="")

    page = client.get("/categories/mystery").text

    assert ">More<" not in page
    assert "end of this shuffle" in page


def test_book_shows_all_that_is_known(client: FlaskClient, recommender: StandIn) -> None:
    page = client.get("/books/7").text

    assert "<title>The Iliad · Bookstall</title>" in page
    for fact in ("Homer, Another", "750 BC", "9780140275360", "A war.", 'href="/categories/mystery"'):
        assert fact in page
    assert recommender.asked == [BookWanted(7)]


def test_book_says_nothing_of_what_is_unknown(client: FlaskClient, recommender: StandIn) -> None:
    recommender.book = replace(
        recommender.book, authors=(), year=None, isbn=None, language=None, description=None, categories=()
    )

    page = client.get("/books/7").text

    assert "None" not in page
    for name in ("First published", "ISBN", "Language", "On these shelves"):
        assert name not in page


@pytest.mark.parametrize("path", ["/", "/categories/mystery", "/books/7"])
@pytest.mark.parametrize("title", HOSTILE, ids=lambda title: title[:12])
def test_hostile_titles_are_shown_as_text(client: FlaskClient, recommender: StandIn, path: str, title: str) -> None:
    recommender.retitle(title, author=title)

    page = client.get(path).text

    escaped = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;")
    assert escaped in page
    assert "<script" not in page
    assert "<img" not in page
    assert not re.search(r'<[a-z]+(\s[a-z:-]+(="[^"]*")?)*\sonmouseover=', page)


@pytest.mark.parametrize("path", ["/", "/categories/mystery", "/books/7"])
def test_titles_of_any_script_find_their_own_direction(client: FlaskClient, path: str) -> None:
    page = client.get(path).text

    assert re.search(r'<[^>]*dir="auto"[^>]*>The Iliad<', page)


@pytest.mark.parametrize("path", ["/", "/categories", "/categories/mystery", "/books/7", "/nowhere"])
def test_pages_need_no_script_no_inline_style_and_no_other_host(client: FlaskClient, path: str) -> None:
    page = re.sub(r'<link rel="canonical"[^>]*>|<meta property="og:[^>]*>', "", client.get(path).text)

    assert '<html lang="en">' in page
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|https?://|//[a-z]", page)
