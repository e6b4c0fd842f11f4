"""Categories with very long names are listed like others: the list's page tokens contain their names."""

from collections.abc import Iterator

import psycopg
import pytest
from flask.testing import FlaskClient

from tests.support.page_reader import Backend

SLUG = "very-long-names"


@pytest.fixture
def long_name(backend: Backend) -> Iterator[str]:
    name = "M" + "é" * 3_000
    with psycopg.connect(backend.database, autocommit=True) as connection:
        connection.execute("INSERT INTO category (slug, name, book_count) VALUES (%s, %s, 1)", [SLUG, name])
        try:
            yield name
        finally:
            connection.execute("DELETE FROM category WHERE slug = %s", [SLUG])


def test_the_list_continues_after_a_very_long_name(client: FlaskClient, long_name: str) -> None:
    slugs: list[str] = []
    token = ""
    while token or not slugs:
        answer = client.get("/api/categories", query_string={"page_size": 1, "page_token": token})
        assert answer.status_code == 200
        page = answer.get_json()
        slugs += [category["slug"] for category in page["categories"]]
        token = page["next_page_token"]

    everything = client.get("/api/categories?page_size=1000").get_json()["categories"]
    assert slugs == [category["slug"] for category in everything]
    assert slugs.index(SLUG) < len(slugs) - 1
    assert long_name in {category["name"] for category in everything}
