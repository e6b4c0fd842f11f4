"""Rules for the headers of every response."""

import re

import pytest
from flask.testing import FlaskClient

PAGES = ["/", "/categories", "/categories/mystery", "/books/7"]
FILES = ["/static/style.css", "/static/icon.svg", "/books/7/cover-0.svg", "/robots.txt", "/favicon.ico"]
EVERYTHING = [*PAGES, *FILES, "/api/shelves", "/api/books/7", "/healthz", "/readyz", "/nowhere", "/books/x"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
@pytest.mark.parametrize("path", EVERYTHING)
def test_no_other_site_may_read_an_answer(client: FlaskClient, path: str, method: str) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}

    response = client.open(path, method=method, headers=headers)

    assert not [name for name, _ in response.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("path", EVERYTHING)
def test_head_has_the_headers_of_get_and_no_body(client: FlaskClient, path: str) -> None:
    got, head = client.get(path), client.head(path)

    assert head.data == b""
    assert head.status_code == got.status_code
    for name in ("Content-Type", "Content-Length", "Cache-Control", "Location", "ETag"):
        assert head.headers.get(name) == got.headers.get(name), name


@pytest.mark.parametrize("query", ["", "?page_token=t", "?user_id=3"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_may_be_cached_for_the_back_button(client: FlaskClient, path: str, query: str) -> None:
    response = client.get(path + query, headers={"Accept-Encoding": "gzip"})

    assert (response.status_code, response.headers["Cache-Control"]) == (200, "private, no-cache")
    assert ("ETag" in response.headers) == (path == "/categories")


@pytest.mark.parametrize("path", EVERYTHING)
def test_each_header_is_there_once(client: FlaskClient, path: str) -> None:
    names = [name.lower() for name, _ in client.get(path).headers]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_remembered_about_the_shopper(client: FlaskClient, path: str) -> None:
    response = client.get(path)

    assert "Set-Cookie" not in response.headers
    assert not re.search(r"cookie", response.headers["Vary"], re.IGNORECASE)
