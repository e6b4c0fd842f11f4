import gc
import html
import re
import tracemalloc
import urllib.parse
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.errors import UnavailableError
from tests.support.fake_client import FakeClient

HOST = {"Host": "books.example:8080"}


def meta(page: str, name: str) -> str | None:
    match = re.search(rf'<meta (?:name|property)="{name}" content="([^"]*)">', page)
    return html.unescape(match[1]) if match else None


def canonical(page: str) -> str | None:
    match = re.search(r'<link rel="canonical" href="([^"]*)">', page)
    return html.unescape(match[1]) if match else None


@pytest.mark.parametrize(
    ("path", "canonical_path"),
    [
        ("/", "/"),
        ("/?user_id=3&max_shelves=2", "/"),
        ("/?page_token=t", "/"),
        ("/categories?page_size=3", "/categories"),
        ("/categories/mystery", "/categories/mystery"),
        ("/categories/mystery?page_token=t&max_results=50", "/categories/mystery"),
        ("/categories/my%C3%A9tery", "/categories/my%C3%A9tery"),
        ("/books/7", "/books/7"),
        ("/books/007?from=here", "/books/7"),
    ],
)
def test_every_draw_of_a_page_has_one_address_for_search_engines(
    client: FlaskClient, path: str, canonical_path: str
) -> None:
    assert canonical(client.get(path, headers=HOST).text) == f"http://books.example:8080{canonical_path}"


@pytest.mark.parametrize("path", ["/", "/categories", "/categories/mystery", "/books/7"])
def test_addresses_begin_with_the_public_one_where_it_is_set(
    settings: Settings, recommendations_client: FakeClient, path: str
) -> None:
    client = create_app(replace(settings, public_url="https://shop.example"), recommendations_client).test_client()
    page = client.get(path, headers=HOST).text

    assert canonical(page) == f"https://shop.example{path}"
    assert meta(page, "og:url") == f"https://shop.example{path}"
    assert (meta(page, "og:image") or "").startswith("https://shop.example/")
    assert "books.example" not in page


def test_an_untrusted_host_is_no_part_of_any_address(settings: Settings, recommendations_client: FakeClient) -> None:
    client = create_app(replace(settings, trusted_hosts=("shop.example",)), recommendations_client).test_client()

    assert canonical(client.get("/", headers={"Host": "shop.example"}).text) == "http://shop.example/"
    assert "evil" not in client.get("/", headers={"Host": "evil.example"}).text


@pytest.mark.parametrize("host", ["", 'a"><script>', "a b"])
def test_an_invalid_host_is_left_out(client: FlaskClient, host: str) -> None:
    page = client.get("/categories", headers={"Host": host}).text

    assert canonical(page) == meta(page, "og:url") == "/categories"


def test_previews_name_the_book_and_its_author(client: FlaskClient) -> None:
    page = client.get("/books/7").text

    assert meta(page, "og:site_name") == "Bookstall"
    assert meta(page, "og:type") == "book"
    assert meta(page, "og:title") == "The Iliad"
    assert meta(page, "og:description") == meta(page, "description") == "The Iliad by Homer: A war."
    assert meta(page, "twitter:card") == "summary_large_image"


def test_a_preview_is_a_picture_that_networks_show(client: FlaskClient) -> None:
    response = client.get((meta(client.get("/books/7").text, "og:image") or "").removeprefix("http://localhost"))

    assert response.mimetype == "image/png"
    assert [int.from_bytes(response.data[at : at + 4], "big") for at in (16, 20)] == [1_200, 630]
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize(
    ("path", "title"),
    [("/", "Bookstall"), ("/categories", "All categories"), ("/categories/mystery", "Mystery & Crime")],
)
def test_previews_name_the_page(client: FlaskClient, path: str, title: str) -> None:
    page = client.get(path).text

    assert (meta(page, "og:title"), meta(page, "og:type")) == (title, "website")
    assert meta(page, "og:description") == meta(page, "description")
    assert client.get((meta(page, "og:image") or "").removeprefix("http://localhost")).status_code == 200


def test_a_shared_shuffle_is_previewed_as_that_shuffle(client: FlaskClient, recommendations_client: FakeClient) -> None:
    recommendations_client.books = replace(recommendations_client.books, page_token="a&b=")
    page = client.get("/categories/mystery?page_token=a%26b%3D").text

    assert meta(page, "og:url") == "http://localhost/categories/mystery?page_token=a%26b%3D"


def test_a_shared_shuffle_has_as_many_books_and_leaves_out_the_same(client: FlaskClient) -> None:
    page = client.get("/categories/mystery?max_results=20&exclude=3,4&page_token=t").text

    assert meta(page, "og:url") == "http://localhost/categories/mystery?exclude=3&exclude=4&page_token=this-page"


@pytest.mark.parametrize("path", ["/", "/categories", "/categories/mystery", "/books/7", "/?user_id=3"])
def test_search_engines_may_index_pages(client: FlaskClient, path: str) -> None:
    assert meta(client.get(path).text, "robots") is None


@pytest.mark.parametrize("path", ["/?page_token=t", "/categories?page_token=t", "/categories/mystery?page_token=t"])
def test_search_engines_must_not_index_a_single_draw(client: FlaskClient, path: str) -> None:
    assert meta(client.get(path).text, "robots") == "noindex"


@pytest.mark.parametrize("path", ["/nowhere", "/books/x"])
def test_search_engines_must_not_index_errors(client: FlaskClient, path: str) -> None:
    page = client.get(path).text

    assert meta(page, "robots") == "noindex"
    assert canonical(page) is None
    assert "og:" not in page


def test_search_engines_must_not_index_an_unavailable_page(
    client: FlaskClient, recommendations_client: FakeClient
) -> None:
    recommendations_client.error = UnavailableError("UNAVAILABLE")

    assert meta(client.get("/").text, "robots") == "noindex"


@pytest.mark.parametrize("title", ['"><script>alert(1)</script>', "{{7*7}}", " · ", "\u202etxet"])
def test_hostile_titles_are_previewed_as_text(
    client: FlaskClient, recommendations_client: FakeClient, title: str
) -> None:
    recommendations_client.retitle(title, author=title)

    assert meta(client.get("/books/7").text, "og:description") == f"{title} by {title}: A war."


def test_links_follow_the_prefix_that_a_server_puts_before_the_shop(client: FlaskClient) -> None:
    below = {"SCRIPT_NAME": "/books"}

    for _ in range(2):  # addresses are cached
        assert 'href="/categories"' in client.get("/").text
        assert 'href="/books/categories"' in client.get("/", environ_overrides=below).text


def test_long_made_up_urls_do_not_fill_the_cache(client: FlaskClient) -> None:
    client.get(f"/categories/{'x' * 2_000}?page_token=t")
    tracemalloc.start()
    try:
        for number in range(40):
            assert client.get(f"/categories/{number}{'x' * 60_000}?page_token=t").status_code == 400
        urllib.parse.clear_cache()  # type: ignore[attr-defined]  # the cache of the test client
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kept < 20 * 60_000
