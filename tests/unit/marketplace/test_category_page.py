import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from marketplace.domain import BooksPage, BooksQuery, Category
from tests.support.fake_client import ILIAD, MYSTERY, FakeClient


def link(page: str, words: str) -> str:
    found = re.search(rf'href="([^"]*)"[^>]*>{words}<', page)
    assert found, f"no link {words!r}"
    return found[1]


def test_category_is_shown_by_its_name(client: FlaskClient, recommendations_client: FakeClient) -> None:
    page = client.get("/categories/mystery?max_results=3&page_token=t&user_id=9").text

    assert "<title>Mystery &amp; Crime · Bookstall</title>" in page
    assert "1,059 books on this shelf" in page
    assert recommendations_client.queries == [BooksQuery("mystery", 3, "t", 9)]


def test_category_leads_to_another_shuffle_to_this_one_and_to_the_rest_of_it(client: FlaskClient) -> None:
    page = client.get("/categories/mystery").text

    assert link(page, "Shuffle") == "/categories/mystery"
    assert link(page, "Keep this shuffle") == "/categories/mystery?page_token=this-page"
    assert link(page, "More") == "/categories/mystery?page_token=next-page"


def test_each_link_goes_on_with_what_the_address_asked_for(client: FlaskClient) -> None:
    page = client.get("/categories/mystery?max_results=20&exclude=3,4&user_id=9").text

    asked = "max_results=20&amp;exclude=3&amp;exclude=4&amp;user_id=9"
    assert link(page, "Shuffle") == f"/categories/mystery?{asked}"
    assert link(page, "Keep this shuffle") == f"/categories/mystery?{asked}&amp;page_token=this-page"
    assert link(page, "More") == f"/categories/mystery?{asked}&amp;page_token=next-page"


def test_shopper_chooses_how_many_books_of_this_shuffle_to_see(client: FlaskClient) -> None:
    page = client.get("/categories/mystery?max_results=20").text

    sizes = re.findall(r'href="([^"]*)"( aria-current="true")?>(\d+)<span class="hidden"> books</span>', page)
    assert [(size, bool(current)) for _, current, size in sizes] == [("10", False), ("20", True), ("50", False)]
    assert sizes[2][0] == "/categories/mystery?max_results=50&amp;page_token=this-page"


def test_as_many_as_a_kept_shuffle_has_are_marked(client: FlaskClient, recommendations_client: FakeClient) -> None:
    recommendations_client.books = replace(recommendations_client.books, books=(ILIAD,) * 20)

    page = client.get("/categories/mystery?page_token=of-twenty").text

    assert re.findall(r'aria-current="true">(\d+)<', page) == ["20"]


def test_a_shuffle_that_was_kept_is_not_offered_to_be_kept(client: FlaskClient) -> None:
    page = client.get("/categories/mystery?page_token=t").text

    assert "Keep this shuffle" not in page
    assert "This shuffle is kept" in page


def test_category_says_where_its_shuffle_ends(client: FlaskClient, recommendations_client: FakeClient) -> None:
    recommendations_client.books = replace(recommendations_client.books, next_page_token="")

    page = client.get("/categories/mystery?page_token=t").text

    assert ">More<" not in page
    assert "That is the end of this shuffle." in page
    assert link(page, "Shuffle again") == "/categories/mystery"


@pytest.mark.parametrize(("count", "words"), [(1, "That is the only book"), (2, "Those are all the books")])
def test_a_shelf_with_fewer_books_than_asked_for_says_that_these_are_all(
    client: FlaskClient, recommendations_client: FakeClient, count: int, words: str
) -> None:
    recommendations_client.books = BooksPage((ILIAD,) * count, "this-page", "", replace(MYSTERY, book_count=count))

    page = client.get("/categories/mystery").text

    assert f"{words} of this shelf." in page
    assert "<span>Show" not in page
    assert "end of this shuffle" not in page


def test_an_empty_category_says_so_and_leads_on(client: FlaskClient, recommendations_client: FakeClient) -> None:
    recommendations_client.books = BooksPage((), "this-page", "", Category("lore", "Lore", 0))

    page = client.get("/categories/lore").text

    assert "This shelf is empty" in page
    assert ">Shuffle<" not in page
    assert link(page, "All categories") == "/categories"


def test_a_shuffle_that_ends_with_an_empty_page_says_so(
    client: FlaskClient, recommendations_client: FakeClient
) -> None:
    recommendations_client.books = BooksPage((), "this-page", "", MYSTERY)

    page = client.get("/categories/mystery?page_token=t").text

    assert "No more books lie here" in page
    assert "This shelf is empty" not in page
    assert link(page, "Shuffle again") == "/categories/mystery"
