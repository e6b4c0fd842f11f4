import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from marketplace.app import create_app
from marketplace.client.deadline import Deadline
from marketplace.config import Settings
from marketplace.domain import CategoriesPage, CategoriesQuery, Category
from marketplace.errors import UnavailableError
from tests.support.fake_client import FakeClient

NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
AN_HOUR = "public, max-age=3600"


class ManyCategories(FakeClient):
    """Has `count` categories, and lists them page by page."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.everything = [Category(f"c-{number}", "C & D", 1) for number in range(count)]

    def list_categories(self, wanted: CategoriesQuery, deadline: Deadline) -> CategoriesPage:
        self._note(wanted)
        start = int(wanted.page_token or 0)
        end = start + wanted.page_size
        return CategoriesPage(tuple(self.everything[start:end]), str(end) if end < len(self.everything) else "", ())


def shop(settings: Settings, count: int) -> FlaskClient:
    return create_app(settings, ManyCategories(count)).test_client()


def locations(client: FlaskClient, path: str, root: str, entry: str) -> list[str]:
    """Check a list of the sitemap protocol, and return the paths that it names."""
    response = client.get(path)
    assert response.headers["Content-Type"] == "application/xml; charset=utf-8"
    document = ET.fromstring(response.text)
    assert document.tag == NAMESPACE + root
    assert [child.tag for child in document] == [NAMESPACE + entry] * len(document)
    assert all([child.tag for child in each] == [f"{NAMESPACE}loc"] for each in document)
    addresses = [urlsplit(each[0].text or "") for each in document]
    assert {(address.scheme, address.netloc) for address in addresses} == {("http", "localhost")}
    return [address.path for address in addresses]


def parts(client: FlaskClient) -> list[str]:
    return locations(client, "/sitemap.xml", "sitemapindex", "sitemap")


def pages(client: FlaskClient, part: str) -> list[str]:
    return locations(client, part, "urlset", "url")


@pytest.mark.parametrize(("count", "most"), [(0, 1), (24, 1), (1_000, 1), (1_001, 2), (5_000, 5)])
def test_sitemap_names_every_category_once(settings: Settings, count: int, most: int) -> None:
    client = shop(settings, count)
    listed = [pages(client, part) for part in parts(client)]

    assert len(listed) == most
    assert all(len(addresses) <= 50_000 for addresses in listed)
    assert sorted(address for addresses in listed for address in addresses) == sorted(
        ["/", "/categories", *(f"/categories/c-{number}" for number in range(count))]
    )


def test_every_address_in_the_sitemap_answers_and_may_be_indexed(settings: Settings) -> None:
    client = shop(settings, 30)

    for part in parts(client):
        for address in pages(client, part):
            response = client.get(address)
            assert (response.status_code, "noindex" in response.text) == (200, False)


@pytest.mark.parametrize("part", ["0", "2", "-1", "50001", "9" * 20, "9" * 5_000, "x", ""])
def test_other_parts_are_not_found(settings: Settings, part: str) -> None:
    assert shop(settings, 1_000).get(f"/sitemap-{part}.xml").status_code == 404


@pytest.mark.parametrize("path", ["/sitemap.xml", "/sitemap-1.xml"])
def test_sitemap_waits_for_the_service_no_longer_than_a_page(
    client: FlaskClient, recommendations_client: FakeClient, path: str
) -> None:
    recommendations_client.error = UnavailableError("DEADLINE_EXCEEDED")

    assert client.get(path).status_code == 503


def test_sitemap_names_the_public_address(settings: Settings) -> None:
    client = shop(replace(settings, public_url="https://shop.example"), 2)

    assert "<loc>https://shop.example/sitemap-1.xml</loc>" in client.get("/sitemap.xml").text
    assert "<loc>https://shop.example/categories/c-1</loc>" in client.get("/sitemap-1.xml").text


def test_robots_may_fetch_all_but_single_draws_and_discover_the_sitemap(client: FlaskClient) -> None:
    response = client.get("/robots.txt")
    lines = response.text.splitlines()

    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert lines[0] == "User-agent: *"
    assert lines[-1] == "Sitemap: http://localhost/sitemap.xml"
    forbidden = [line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow: ")]
    patterns = [re.compile(re.escape(path).replace(r"\*", ".*")) for path in forbidden]
    for path, may in {
        "/": True,
        "/categories": True,
        "/categories/mystery": True,
        "/categories/mystery?page_token=t": False,
        "/categories/mystery?max_results=5&page_token=t": False,
        "/books/7": True,
        "/books/7/cover-0123456789ab.svg": True,
        "/static/style.css?v=0123456789ab": True,
        "/sitemap-1.xml": True,
        "/surprise": False,
        "/api/shelves": False,
    }.items():
        assert any(pattern.match(path) for pattern in patterns) is not may, path


def test_programs_that_do_not_read_pages_find_the_icon(client: FlaskClient) -> None:
    response = client.get("/favicon.ico", follow_redirects=True)

    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("image/svg+xml")


@pytest.mark.parametrize("path", ["/robots.txt", "/sitemap.xml", "/sitemap-1.xml", "/favicon.ico"])
def test_responses_to_crawlers_are_cached_for_an_hour(settings: Settings, path: str) -> None:
    client = shop(settings, 3)

    assert client.get(path).headers["Cache-Control"] == AN_HOUR
    assert client.head(path).status_code == client.get(path).status_code
