import html
import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from marketplace.domain import BooksPage, BooksQuery, Category
from marketplace.pages.paging import Paging, read_paging
from tests.support.fake_client import ILIAD, MYSTERY, FakeClient


def link(page: str, words: str) -> str:
    match = re.search(rf'href="([^"]*)"[^>]*>{words}<', page)
    assert match, f"no link {words!r}"
    return match[1]


def test_category_is_shown_by_its_name(client: FlaskClient, recommendations_client: FakeClient) -> None:
    page = client.get("/categories/mystery?max_results=3&page_token=t&user_id=9").text

    assert "<title>Mystery &amp; Crime · Bookstall</title>" in page
    assert "1,059 books on this shelf" in page
    assert recommendations_client.queries == [BooksQuery("mystery", 3, "t", 9)]


def test_category_leads_to_another_shuffle_to_this_one_and_to_the_rest_of_it(client: FlaskClient) -> None:
    page = client.get("/categories/mystery").text

    assert link(page, "Shuffle") == "/categories/mystery"
    assert link(page, "Link to these books") == "/categories/mystery?page_token=this-page"
    assert link(page, "More") == "/categories/mystery?page_token=next-page&amp;start=1&amp;before=0~this-page"


def test_each_link_keeps_the_parameters_of_the_url(client: FlaskClient) -> None:
    page = client.get("/categories/mystery?max_results=20&exclude=3,4&user_id=9").text

    parameters = "max_results=20&amp;exclude=3&amp;exclude=4&amp;user_id=9"
    assert link(page, "Shuffle") == f"/categories/mystery?{parameters}"
    assert link(page, "Link to these books") == f"/categories/mystery?{parameters}&amp;page_token=this-page"
    more = f"{parameters}&amp;page_token=next-page&amp;start=1&amp;before=0~this-page"
    assert link(page, "More") == f"/categories/mystery?{more}"


def test_shopper_chooses_how_many_books_of_this_shuffle_to_see(client: FlaskClient) -> None:
    page = client.get("/categories/mystery?max_results=20").text

    sizes = re.findall(r'href="([^"]*)"( aria-current="true")?>(\d+)<span class="hidden"> books</span>', page)
    assert [(size, bool(current)) for _, current, size in sizes] == [("10", False), ("20", True), ("50", False)]
    assert sizes[2][0] == "/categories/mystery?max_results=50&amp;page_token=this-page"


def test_as_many_as_a_kept_shuffle_has_are_marked(client: FlaskClient, recommendations_client: FakeClient) -> None:
    recommendations_client.books = replace(recommendations_client.books, books=(ILIAD,) * 20)

    page = client.get("/categories/mystery?page_token=of-twenty").text

    assert re.findall(r'aria-current="true">(\d+)<', page) == ["20"]


def test_a_page_without_a_token_does_not_claim_to_be_kept(client: FlaskClient) -> None:
    words = "The address of this page shows these books again."

    assert words not in client.get("/categories/mystery").text
    assert words in client.get("/categories/mystery?page_token=t").text


def test_each_page_says_where_it_is_and_leads_back(client: FlaskClient) -> None:
    second = client.get("/categories/mystery?page_token=t2&start=10&before=0~t1").text
    third = client.get(html.unescape(link(second, "More"))).text

    assert "<title>Mystery &amp; Crime, 11–11 · Bookstall</title>" in second
    assert "11–11 of 1,059" in second
    assert link(second, "Previous") == "/categories/mystery?page_token=t1"
    assert "12–12 of 1,059" in third
    assert link(third, "Previous") == "/categories/mystery?page_token=this-page&amp;start=10&amp;before=0~t1"


@pytest.mark.parametrize("trail", ["x", "0~", "~t", "1~a b", "0~<script>", "9" * 20 + "~t", "." * 5_000])
def test_a_malformed_trail_is_ignored(client: FlaskClient, trail: str) -> None:
    page = client.get("/categories/mystery", query_string={"page_token": "t", "start": "x", "before": trail})

    assert page.status_code == 200
    assert ">Previous<" not in page.text


def test_the_trail_stays_short_and_keeps_the_first_page() -> None:
    paging = Paging(0, ())
    for number in range(1_000):
        paging = read_paging({name: str(value) for name, value in paging.link_to_next(f"t{number}", "n", 10).items()})

    assert paging.start == 10_000
    assert len(paging.trail) == 30
    assert paging.trail[0] == (0, "t0")
    assert paging.trail[-1] == (9_990, "t999")


def test_category_says_where_its_shuffle_ends(client: FlaskClient, recommendations_client: FakeClient) -> None:
    recommendations_client.books = replace(recommendations_client.books, next_page_token="")

    page = client.get("/categories/mystery?page_token=t").text

    assert ">More<" not in page
    assert "That&#39;s the end of this shuffle." in page
    assert link(page, "Shuffle again") == "/categories/mystery"


@pytest.mark.parametrize(("count", "words"), [(1, "That&#39;s the only book"), (2, "That&#39;s every book")])
def test_a_shelf_with_fewer_books_than_requested_says_that_these_are_all(
    client: FlaskClient, recommendations_client: FakeClient, count: int, words: str
) -> None:
    recommendations_client.books = BooksPage((ILIAD,) * count, "this-page", "", replace(MYSTERY, book_count=count))

    page = client.get("/categories/mystery").text

    assert f"{words} on this shelf." in page
    assert ">Shuffle<" not in page
    assert "Link to these books" not in page
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

    assert "There are no more books here" in page
    assert "This shelf is empty" not in page
    assert link(page, "Shuffle again") == "/categories/mystery"
