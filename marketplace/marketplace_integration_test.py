"""Tests a running shop over HTTP.

    docker compose exec marketplace pytest marketplace_integration_test.py

It needs only pytest, and a shop with the built-in catalogue at MARKETPLACE_URL (http://127.0.0.1:5000).
"""

import json
import os
import re
import time
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

import pytest

SHOP = os.environ.get("MARKETPLACE_URL", "http://127.0.0.1:5000").rstrip("/")
BROWSER = build_opener(ProxyHandler({}))  # ignores http_proxy: the shop is on the same network
TIMEOUT_S = 10
READY_TIMEOUT_S = 30


@pytest.fixture(scope="session", autouse=True)
def _shop_is_ready() -> None:
    """Wait until the shop is ready, because `docker compose up -d` returns earlier."""
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            if get("/readyz")[0] == 200:
                return
        except URLError:
            pass
        time.sleep(0.1)  # poll interval; the deadline is above
    pytest.fail(f"{SHOP} is not ready after {READY_TIMEOUT_S} s")


def get(path: str) -> tuple[int, str]:
    """Return the status and the body."""
    try:
        with BROWSER.open(SHOP + path, timeout=TIMEOUT_S) as response:
            return response.status, response.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def get_json(path: str) -> Any:
    """Return the JSON of a successful response."""
    status, text = get(path)
    assert status == 200, text
    return json.loads(text)


def books_on(page: str) -> list[int]:
    """Return the ids of the books on a page, in their order."""
    return [int(book_id) for book_id in re.findall(r'class="book" href="/books/([0-9]+)"', page)]


def test_home_page_shows_the_name_of_the_shop() -> None:
    status, page = get("/")

    assert status == 200
    assert "<title>Bookstall</title>" in page


def test_home_page_shows_shelves_with_books() -> None:
    _, page = get("/")
    titles = re.findall(r'class="book__title"[^>]*>([^<]+)<', page)

    assert page.count('class="shelf"') >= 3
    assert len(books_on(page)) == len(titles) >= 18
    assert all(title.strip() for title in titles)


def test_each_reload_draws_other_books() -> None:
    draws = [tuple(books_on(get("/")[1])) for _ in range(6)]

    assert len(set(draws)) == 6


def test_category_shows_ten_of_its_books() -> None:
    status, page = get("/categories/mystery")

    assert status == 200
    assert "<title>Mystery · Bookstall</title>" in page
    assert len(set(books_on(page))) == 10
    for book_id in books_on(page)[:3]:
        slugs = [category["slug"] for category in get_json(f"/api/books/{book_id}")["book"]["categories"]]
        assert "mystery" in slugs


def test_page_token_shows_the_same_books_again() -> None:
    drawn = get_json("/api/recommendations?category=mystery")
    again = get_json(f"/api/recommendations?category=mystery&page_token={drawn['page_token']}")
    _, page = get(f"/categories/mystery?page_token={drawn['page_token']}")

    ids = [book["id"] for book in drawn["books"]]
    assert [book["id"] for book in again["books"]] == ids
    assert books_on(page) == ids


def test_next_pages_show_every_book_of_the_category_once() -> None:
    categories = get_json("/api/categories")["categories"]
    count = next(category["book_count"] for category in categories if category["slug"] == "mystery")
    seen: list[int] = []
    token = ""
    while token or not seen:
        page = get_json(f"/api/recommendations?category=mystery&page_token={token}")
        seen += [book["id"] for book in page["books"]]
        token = page["next_page_token"]

    assert len(seen) == len(set(seen)) == count


def test_excluded_books_are_not_drawn() -> None:
    first = [book["id"] for book in get_json("/api/recommendations?category=mystery&max_results=5")["books"]]
    exclude = ",".join(map(str, first))
    others = get_json(f"/api/recommendations?category=mystery&max_results=100&exclude={exclude}")["books"]
    assert not set(first) & {book["id"] for book in others}


def test_json_uses_the_field_names_of_the_proto() -> None:
    shelf = get_json("/api/shelves?max_shelves=1&max_results=1")["shelves"][0]

    assert set(shelf) == {"category", "books", "page_token", "next_page_token"}
    assert set(shelf["category"]) == {"slug", "name", "book_count"}
    assert set(shelf["books"][0]) == {"id", "title", "authors", "year", "cover_url", "language", "isbn"}
    book = get_json(f"/api/books/{shelf['books'][0]['id']}")["book"]
    added = {"categories", "isbn", "description", "sources", "is_edition_year"}
    assert set(book) == set(shelf["books"][0]) | added


def test_unknown_category_and_unknown_book_are_not_found() -> None:
    for path in ("/categories/no-such-shelf", "/books/9223372036854775807"):
        status, page = get(path)
        assert status == 404
        assert "find that page" in page


def test_invalid_links_lead_to_a_fresh_page() -> None:
    other = get_json("/api/recommendations?category=science-fiction")["page_token"]
    for query in ("page_token=zzz", f"page_token={other}", "max_results=ten", "max_results=-1", "user_id=-1"):
        status, page = get(f"/categories/mystery?{query}")
        assert status == 400
        assert 'href="/categories/mystery"' in page


def test_shop_is_alive_and_ready() -> None:
    assert get("/healthz")[0] == 200
    assert get("/readyz")[0] == 200
