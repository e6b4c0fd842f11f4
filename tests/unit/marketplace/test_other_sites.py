"""The shop below a path, behind proxies, and on the pages of other sites."""

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from marketplace.app import create_app
from marketplace.branding.shop import Shop, load_shop
from marketplace.config import Settings
from tests.support.fake_client import FakeClient


def shop_with(settings: Settings, text: str) -> FlaskClient:
    return create_app(replace(settings, shop=load_shop(text, Path())), FakeClient()).test_client()


@pytest.fixture
def mounted(settings: Settings) -> FlaskClient:
    """Give a shop at https://library.example/books/, behind one proxy."""
    mounted = replace(
        settings, url_prefix="/books", trusted_proxies=1, public_url="https://library.example", shop=Shop()
    )
    client = FakeClient()
    client.categories = replace(client.categories, next_page_token="")
    return create_app(mounted, client).test_client()


def urls_on(page: str) -> set[str]:
    """Return the URLs of this site that a page, a sitemap or a manifest names."""
    named = re.findall(r'(?:href|src|content|start_url"|"src")(?:=|:)"([^"]+)"|<loc>([^<]+)</loc>', page)
    urls = {html.unescape(first or second).removeprefix("https://library.example") for first, second in named}
    return {url for url in urls if url.startswith("/")}


def test_every_link_asset_feed_and_redirect_is_below_the_prefix(mounted: FlaskClient) -> None:
    seen: set[str] = set()
    to_fetch = {"/books/", "/books/manifest.webmanifest", "/books/sitemap.xml", "/books/robots.txt"}
    while to_fetch:
        url = to_fetch.pop()
        seen.add(url)
        response = mounted.get(url)
        assert response.status_code in {200, 303, 308}, url
        text = "" if response.mimetype == "image/png" else response.text
        links = urls_on(text) | ({response.headers["Location"]} if "Location" in response.headers else set())
        assert all(link.startswith("/books/") for link in links), (url, links)
        to_fetch |= {link.partition("#")[0] for link in links if "start=" not in link} - seen
        assert len(seen) < 200

    assert {"/books/categories/mystery", "/books/books/7", "/books/api", "/books/surprise"} <= seen
    assert "Disallow: /books/api/" in mounted.get("/books/robots.txt").text


@pytest.mark.parametrize("path", ["/books/books/7", "/books/7"])
def test_a_proxy_may_strip_the_prefix_or_pass_it_on(settings: Settings, path: str) -> None:
    client = create_app(replace(settings, url_prefix="/shop"), FakeClient()).test_client()

    assert '<a class="skip"' in client.get(path.replace("/books/books", "/shop/books")).text
    assert 'href="/shop/categories/mystery"' in client.get(path.replace("/books/books", "/shop/books")).text


def test_health_is_answered_with_and_without_the_prefix(mounted: FlaskClient) -> None:
    assert [mounted.get(path).status_code for path in ("/healthz", "/books/healthz")] == [200, 200]


def test_capitals_lead_to_the_canonical_url_below_the_prefix(mounted: FlaskClient) -> None:
    response = mounted.get("/books/Categories/Mystery/?page_token=a%20b")

    assert (response.status_code, response.headers["Location"]) == (308, "/books/categories/mystery?page_token=a%20b")


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/categories/", "/categories"),
        ("/Books/7", "/books/7"),
        ("/categories/Mystery", "/categories/mystery"),
        ("/CATEGORIES//mystery/", "/categories/mystery"),
        ("/api/", None),
        ("/nowhere/", None),
        ("/API/shelves/", "/api/shelves"),
    ],
)
def test_slashes_and_capitals_lead_to_the_canonical_url(client: FlaskClient, path: str, location: str | None) -> None:
    response = client.get(path)
    for _ in range(2):
        if response.status_code == 308 and response.headers["Location"] not in {location, None}:
            response = client.get(response.headers["Location"].removeprefix("http://localhost"))

    assert response.headers.get("Location") == location


@pytest.mark.parametrize("location", ["//evil.example/", "/\\evil.example/", "/%2F%2Fevil.example/"])
def test_no_redirect_leaves_the_shop(client: FlaskClient, location: str) -> None:
    response = client.get(location)

    assert "Location" not in response.headers or response.headers["Location"].startswith(("/", "http://localhost/"))
    assert not response.headers.get("Location", "").startswith(("//", "/\\"))


def test_forwarded_headers_count_only_from_trusted_proxies(settings: Settings) -> None:
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "library.example"}
    for proxies, origin in ((0, "http://localhost/"), (1, "https://library.example/")):
        client = create_app(replace(settings, trusted_proxies=proxies), FakeClient()).test_client()
        assert f'<link rel="canonical" href="{origin}">' in client.get("/", headers=headers).text


def test_https_is_demanded_where_the_public_url_has_it(client: FlaskClient, mounted: FlaskClient) -> None:
    assert mounted.get("/books/").headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in client.get("/").headers


def test_only_the_named_sites_may_frame_a_shelf(settings: Settings, client: FlaskClient) -> None:
    framed = shop_with(settings, 'embed = { frame_ancestors = ["https://library.example"] }')
    response = framed.get("/embed/shelf?category=mystery")

    assert response.headers["Content-Security-Policy"].endswith("frame-ancestors https://library.example")
    assert "script-src" not in response.headers["Content-Security-Policy"]
    assert '<base target="_top">' in response.text
    assert 'href="/books/7"' in response.text
    assert framed.get("/").headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")
    assert client.get("/embed/shelf").headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")


@pytest.mark.parametrize(
    ("setting", "allowed"),
    [("[]", None), ('["https://a.example"]', "https://a.example"), ('["https://b.example"]', None), ('["*"]', "*")],
)
@pytest.mark.parametrize("path", ["/api/shelves", "/api/books/x", "/api/shelves?x=1"])
def test_only_scripts_of_the_named_sites_may_read_the_api(
    settings: Settings, path: str, setting: str, allowed: str | None
) -> None:
    client = shop_with(settings, f"api = {{ cors_origins = {setting} }}")
    headers = client.get(path, headers={"Origin": "https://a.example"}).headers

    assert headers.get("Access-Control-Allow-Origin") == allowed
    assert (headers["Cross-Origin-Resource-Policy"] == "cross-origin") is (allowed is not None)
    assert "Access-Control-Allow-Credentials" not in headers


def test_an_unknown_parameter_is_refused_with_the_nearest_name(client: FlaskClient) -> None:
    response = client.get("/api/recommendations?categoy=mystery")

    assert response.status_code == 400
    assert response.get_json()["detail"] == "There is no parameter 'categoy' here. Did you mean category?"
    assert client.get("/api/recommendations?zzz=1").get_json()["detail"] == "There is no parameter 'zzz' here."


def test_what_does_not_change_is_not_sent_again(client: FlaskClient) -> None:
    for path in ("/categories", "/api/categories", "/api/books/7", "/api/openapi.json"):
        etag = client.get(path, headers={"Accept-Encoding": "gzip"}).headers["ETag"]
        response = client.get(path, headers={"If-None-Match": etag, "Accept-Encoding": "gzip"})
        assert (response.status_code, response.data) == (304, b""), path


@pytest.mark.parametrize("path", ["/", "/categories/mystery", "/authors/Homer", "/embed/shelf"])
def test_shelves_show_pictures_by_isbn_only_where_the_owner_wants_them(
    settings: Settings, client: FlaskClient, path: str
) -> None:
    with_pictures = shop_with(settings, 'covers = { isbn_template = "https://covers.example/{isbn}-M.jpg" }')

    assert 'class="cover__picture" src="https://covers.example/9780140275360-M.jpg"' in with_pictures.get(path).text
    assert "cover__picture" not in client.get(path).text


def test_an_isbn_leads_to_a_picture_that_lies_over_the_drawn_cover(settings: Settings) -> None:
    client = shop_with(settings, 'covers = { isbn_template = "https://covers.example/{isbn}-M.jpg?default=false" }')
    response = client.get("/books/7")

    assert 'src="https://covers.example/9780140275360-M.jpg?default=false"' in response.text
    assert 'property="og:image" content="https://covers.example/9780140275360-M.jpg?default=false"' in response.text
    assert 'class="cover__title"' in response.text
    assert "img-src 'self' https://covers.example;" in response.headers["Content-Security-Policy"]
