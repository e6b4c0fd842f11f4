"""Crawlers: each address that the shop names exists."""

import gzip
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from flask.testing import FlaskClient

from tests.integration.marketplace.conftest import Start
from tests.support.page_reader import Backend
from tests.support.processes import wait_until
from tests.support.scripted_service import ScriptedService

COUNT = 2_500


@pytest.fixture
def many_categories(backend: Backend) -> Iterator[None]:
    with psycopg.connect(backend.database, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO category (slug, name, book_count)"
            " SELECT 'many-' || number, 'Many ' || number, 1 FROM generate_series(1, %s) number",
            [COUNT],
        )
        try:
            yield
        finally:
            connection.execute("DELETE FROM category WHERE slug LIKE 'many-%'")


def named(client: FlaskClient, path: str) -> list[str]:
    response = client.get(path)
    assert response.status_code == 200
    locations = ET.fromstring(response.text).iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")
    return [urlsplit(location.text or "").path for location in locations]


def test_every_address_of_the_sitemap_answers(client: FlaskClient) -> None:
    addresses = [address for part in named(client, "/sitemap.xml") for address in named(client, part)]

    assert len(addresses) == len(set(addresses)) == 2 + len(client.get("/api/categories").get_json()["categories"])
    assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)


def test_thousands_of_categories_are_named_once_each(client: FlaskClient, many_categories: None) -> None:
    parts = named(client, "/sitemap.xml")
    addresses = [address for part in parts for address in named(client, part)]

    assert len(parts) == 3
    assert len(addresses) == len(set(addresses))
    assert {f"/categories/many-{number}" for number in range(1, COUNT + 1)} < set(addresses)


def test_server_sends_compressed_pages(start: Start, service: ScriptedService, free_port: int) -> None:
    start("marketplace", RECOMMENDATIONS_TARGET=service.target, MARKETPLACE_LISTEN=f"127.0.0.1:{free_port}")
    base = f"http://127.0.0.1:{free_port}"
    wait_until(lambda: answers(f"{base}/readyz"))

    with urllib.request.urlopen(urllib.request.Request(base, headers={"Accept-Encoding": "gzip"})) as response:
        page = response.read()
    with urllib.request.urlopen(base) as response:
        plain = response.read()
    with urllib.request.urlopen(urllib.request.Request(base, method="HEAD")) as response:
        head = response.headers["Content-Length"], response.read()

    assert gzip.decompress(page) == plain
    assert head == (str(len(plain)), b"")


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False
