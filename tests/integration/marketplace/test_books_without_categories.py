"""A catalogue of titles without categories: the marketplace shows its books."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from quickstart.devdb.temporary_database import fresh_database
from tests.conftest import DatabaseServer
from tests.support.page_reader import books_on, shop
from tests.support.processes import started, unused_port, wait_until

COUNT = 30


@pytest.fixture
def titles_alone(database_server: DatabaseServer, migrated_template: str, tmp_path: Path) -> Iterator[FlaskClient]:
    """Give a shop whose catalogue was loaded from a table with one column."""
    table = tmp_path / "titles.csv"
    table.write_text("title\n" + "".join(f"Volume {number}\n" for number in range(COUNT)))
    with fresh_database(database_server.url, migrated_template) as database:
        seed = [sys.executable, "-m", "seed", "--quiet", "load", str(table)]
        subprocess.run(seed, check=True, env={**os.environ, "DATABASE_URL": database})
        target = f"127.0.0.1:{unused_port()}"
        settings = {"DATABASE_URL": database, "RECOMMENDATIONS_LISTEN": target}
        with started("recommendations", subprocess.DEVNULL, **settings), shop(target) as client:
            wait_until(lambda: client.get("/readyz").status_code == 200)
            yield client


def test_home_draws_from_all_books_anew_each_time(titles_alone: FlaskClient) -> None:
    page = titles_alone.get("/").text
    drawn = books_on(page)

    assert f"from {COUNT} books" in page
    assert len(set(drawn)) == 20
    assert books_on(titles_alone.get("/").text) != drawn
    assert titles_alone.get(f"/books/{drawn[0]}").status_code == 200
    assert 'href="/categories/more-books' in titles_alone.get("/categories").text
