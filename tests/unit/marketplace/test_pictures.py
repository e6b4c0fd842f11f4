import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.pages.pictures import origins_of, picture_from
from tests.support.fake_client import ILIAD, FakeClient

ORIGINS = origins_of(("covers.example", "covers.example:8443", "127.0.0.1:8000", "localhost"))
PAGES = ["/", "/categories/mystery", "/books/7"]


@pytest.fixture
def shop(settings: Settings, recommendations_client: FakeClient) -> FlaskClient:
    """Give a shop that shows the pictures of one host."""
    return create_app(replace(settings, cover_hosts=("covers.example",)), recommendations_client).test_client()


def lay_out(recommendations_client: FakeClient, cover_url: str) -> None:
    """Let every book that is shown have its cover there."""
    shown = replace(ILIAD, cover_url=cover_url)
    recommendations_client.book = replace(recommendations_client.book, cover_url=cover_url)
    recommendations_client.books = replace(recommendations_client.books, books=(shown,))
    recommendations_client.shelves = replace(
        recommendations_client.shelves, shelves=(replace(recommendations_client.shelves.shelves[0], books=(shown,)),)
    )


def test_pictures_come_by_https_and_from_this_computer_by_http() -> None:
    assert ORIGINS == (
        "https://covers.example",
        "https://covers.example:8443",
        "http://127.0.0.1:8000",
        "http://localhost",
    )


@pytest.mark.parametrize(
    "address",
    [
        "https://covers.example/7.jpg",
        "HTTPS://Covers.Example/7.JPG",
        "https://covers.example:8443/7?size=L",
        "http://127.0.0.1:8000/7.jpg",
        "http://localhost/7.jpg",
    ],
)
def test_pictures_of_named_hosts_are_shown(address: str) -> None:
    assert picture_from(address, ORIGINS) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://covers.example",
        "http://covers.example/7.jpg",
        "https://covers.example:1/7.jpg",
        "https://evil.example/covers.example/7.jpg",
        "https://covers.example.evil.example/7.jpg",
        "https://covers.example@evil.example/7.jpg",
        "https://evil.example#@covers.example/7.jpg",
        "https://covers.example\\@evil.example/7.jpg",
        "https://www.covers.example/7.jpg",
        "//covers.example/7.jpg",
        " https://covers.example/7.jpg",
        "javascript:alert(1)//https://covers.example/",
        "https://127.0.0.1:8000/7.jpg",
        "https://[/7.jpg",
    ],
)
def test_pictures_of_others_are_not(address: str) -> None:
    assert picture_from(address, ORIGINS) == ""


def test_no_picture_is_shown_while_no_host_is_named(client: FlaskClient, recommendations_client: FakeClient) -> None:
    lay_out(recommendations_client, "https://covers.example/7.jpg")

    for path in PAGES:
        response = client.get(path)
        assert "<img" not in response.text
        assert "img-src 'self';" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", PAGES)
def test_a_named_hosts_picture_lies_over_the_drawn_cover(
    shop: FlaskClient, recommendations_client: FakeClient, path: str
) -> None:
    lay_out(recommendations_client, 'https://covers.example/7.jpg?"><script>')
    response = shop.get(path)
    pictures = re.findall(r"<img [^>]*>", response.text)

    assert pictures
    assert len(set(pictures)) == 1
    for attribute in (
        'src="https://covers.example/7.jpg?&#34;&gt;&lt;script&gt;"',
        'alt=""',
        'loading="lazy"',
        'decoding="async"',
        'referrerpolicy="no-referrer"',
    ):
        assert attribute in pictures[0]
    assert 'class="cover__title"' in response.text
    assert "img-src 'self' https://covers.example;" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", PAGES)
def test_another_hosts_address_never_comes_into_a_page(
    shop: FlaskClient, recommendations_client: FakeClient, path: str
) -> None:
    lay_out(recommendations_client, "https://evil.example/7.jpg")

    assert "evil.example" not in shop.get(path).text


@pytest.mark.parametrize("cover_url", ["", "https://covers.example/7.jpg"])
@pytest.mark.parametrize("authors", [(), ("Homer", "Another")])
@pytest.mark.parametrize("language", [None, "grc"])
def test_a_book_has_the_same_cover_on_its_page_and_on_a_shelf(
    shop: FlaskClient,
    recommendations_client: FakeClient,
    cover_url: str,
    authors: tuple[str, ...],
    language: str | None,
) -> None:
    recommendations_client.book = replace(
        recommendations_client.book, cover_url=cover_url, authors=authors, language=language, categories=()
    )
    shown = replace(ILIAD, cover_url=cover_url, authors=authors, language=language)
    recommendations_client.books = replace(recommendations_client.books, books=(shown,))

    assert cover_url in cover_on(shop, "/books/7")
    assert cover_on(shop, "/books/7") == cover_on(shop, "/categories/mystery")


def cover_on(client: FlaskClient, path: str) -> str:
    """Return the markup of the only cover on a page, without blanks between its parts."""
    (cover,) = re.findall(
        r'<span class="cover .*?</span>\s*(?:<img[^>]*>\s*)?</span>(?=</)', client.get(path).text, re.DOTALL
    )
    return re.sub(r">\s+<", "><", cover)
