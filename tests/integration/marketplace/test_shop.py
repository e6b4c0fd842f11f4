"""Pages through all layers: Flask, gRPC over a real port, PostgreSQL with the built-in catalogue."""

import html
import re

import psycopg
import pytest
from flask.testing import FlaskClient

from tests.support.page_reader import Backend, books_on, link


def test_home_shows_twelve_shelves_and_leads_to_the_others(client: FlaskClient) -> None:
    first = client.get("/").text
    shelves = re.findall(r'<h2 id="shelf-([a-z0-9-]+)"', first)
    more = client.get(link(first, "More shelves")).text

    assert len(shelves) == 12
    assert 66 <= len(books_on(first)) <= 72  # one shelf may show a single book, large
    assert not set(shelves) & set(re.findall(r'<h2 id="shelf-([a-z0-9-]+)"', more))


def test_home_never_shows_a_book_twice(client: FlaskClient) -> None:
    for _ in range(10):
        books = books_on(client.get("/").text)
        assert len(books) == len(set(books)) >= 60


def test_back_to_the_first_shelves_shows_the_same_books(client: FlaskClient) -> None:
    first = client.get("/").text
    more = client.get(link(first, "More shelves")).text
    again = client.get(link(more, "Back to the first shelves")).text

    shelves = set(re.findall(r'<h2 id="(shelf-[a-z0-9-]+)"', first))
    assert set(re.findall(r'<h2 id="(shelf-[a-z0-9-]+)"', again)) == shelves
    assert set(books_on(first)) <= set(books_on(again))


def test_all_of_a_shelf_begins_with_the_books_that_it_shows(client: FlaskClient) -> None:
    page = client.get("/").text
    shelf = page[page.index('<section class="shelf"') : page.index("</section>")]
    all_of = re.search(r'class="shelf__all" href="([^"]+)"', shelf)
    assert all_of

    books = books_on(client.get(html.unescape(all_of[1])).text)

    assert set(books_on(shelf)) <= set(books[:8])
    assert len(books) == 20


def test_shuffle_draws_anew_and_a_link_shows_the_same(client: FlaskClient) -> None:
    page = client.get("/categories/mystery").text
    linked = client.get(link(page, "Link to these books")).text
    shuffled = client.get(link(page, "Shuffle")).text

    assert books_on(linked) == books_on(page)
    assert books_on(shuffled) != books_on(page)


def test_more_never_repeats_a_book_and_says_where_it_ends(client: FlaskClient) -> None:
    page = client.get("/categories/mystery?max_results=25").text
    seen = books_on(page)
    assert len(seen) == 25
    while ">More</a>" in page:
        page = client.get(link(page, "More")).text
        seen += books_on(page)

    count = re.search(r">([0-9,]+) books on this shelf<", client.get("/categories/mystery").text)
    assert count
    assert len(seen) == len(set(seen)) == int(count[1])
    assert "end of this shuffle" in page


def test_every_listed_category_can_be_opened(client: FlaskClient) -> None:
    addresses = re.findall(r'href="(/categories/[a-z0-9-]+)"', client.get("/categories").text)

    assert len(addresses) >= 16
    assert {client.get(address).status_code for address in addresses} == {200}


def test_a_shelf_links_to_its_books(client: FlaskClient) -> None:
    shelf = client.get("/api/recommendations?category=poetry&max_results=1").get_json()["books"][0]

    page = client.get(f"/books/{shelf['id']}").text

    assert html.escape(shelf["title"], quote=False) in html.unescape(page)
    assert 'href="/categories/poetry"' in page


@pytest.mark.parametrize(
    "path",
    [
        "/categories/mystery?max_results=-1",
        "/categories/mystery?max_results=2147483648",
        "/categories/mystery?user_id=-1",
        "/categories/mystery?user_id=9223372036854775808",
        "/categories/mystery?page_token=%00",
        "/categories/mystery?page_token=%ff%fe",
        "/categories/my%00stery",
        "/?page_token=zzz",
        "/?max_shelves=-1",
        "/categories?page_token=zzz",
        "/api/categories?page_size=-1",
        "/api/recommendations?exclude=x",
        "/api/recommendations?exclude=" + ",".join(["9223372036854775807"] * 1_001),
        "/api/recommendations?page_token=" + "x" * 2_000,
    ],
)
def test_an_invalid_request_is_refused_without_a_traceback(client: FlaskClient, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 400
    assert "Traceback" not in response.text


def test_as_many_exclusions_as_the_service_takes_pass(client: FlaskClient) -> None:
    exclude = ",".join(str(2**63 - number) for number in range(1, 1_001))

    assert client.get(f"/api/recommendations?exclude={exclude}").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/categories/no-such-shelf", "/books/9223372036854775807", "/books/0", "/books/9223372036854775808", "/books/abc"],
)
def test_unknown_pages_are_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_hostile_titles_come_through_as_text(client: FlaskClient, backend: Backend) -> None:
    title = '<script>alert("{{7*7}}")</script>\u202e'
    with psycopg.connect(backend.database, autocommit=True) as connection:
        book_id, was = connection.execute("SELECT id, title FROM book ORDER BY id LIMIT 1").fetchone() or (0, "")
        connection.execute("UPDATE book SET title = %s WHERE id = %s", [title, book_id])
        try:
            page = client.get(f"/books/{book_id}").text
        finally:
            connection.execute("UPDATE book SET title = %s WHERE id = %s", [was, book_id])

    assert "<script>" not in page
    assert "&lt;script&gt;alert(&#34;{{7*7}}&#34;)&lt;/script&gt;\u202e</h1>" in page
