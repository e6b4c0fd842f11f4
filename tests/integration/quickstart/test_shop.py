"""A shop that `make run` has opened, seen from outside and used by the other commands."""

import http.client
import os
import re
import stat
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from quickstart.settings import PROJECT_ROOT
from tests.support.quickstart_shop import Quickstart, Shop


@pytest.fixture(autouse=True)
def shop(shared_shop: Shop) -> Shop:
    return shared_shop


def get(page: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(urlsplit(page).netloc, timeout=5)
    connection.request("GET", "/")
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text


def test_shows_a_page_of_books(shop: Shop) -> None:
    status, text = get(shop.page)

    assert status == 200
    assert len(set(re.findall(r"/books/\d+", text))) > 20


def test_labels_each_line_with_the_name_of_its_process(shop: Shop) -> None:
    names = {line.split("|")[0].rstrip() for line in shop.output.splitlines() if "|" in line}

    assert names == {"migrations", "seed", "recommendations", "marketplace"}


def test_lets_only_this_user_read_the_database_address(shop: Shop) -> None:
    assert stat.S_IMODE(shop.url_file.stat().st_mode) == 0o600
    with psycopg.connect(shop.url_file.read_text().strip()) as connection:
        assert connection.execute("SELECT count(*) > 600 FROM book").fetchone() == (True,)


def test_seed_uses_its_database(quickstart: Quickstart) -> None:
    done = quickstart("seed")

    assert done.returncode == 0, done.stdout
    assert "Nothing changed" in done.stdout


def test_seed_finds_a_file_relative_to_the_working_directory(quickstart: Quickstart, tmp_path: Path) -> None:
    missing = tmp_path / "no such.csv"

    done = quickstart("seed", os.path.relpath(missing, PROJECT_ROOT))

    assert done.returncode == 1
    assert Path(done.stdout.partition(" cannot be read")[0]).resolve() == missing


def test_seed_reads_standard_input(quickstart: Quickstart) -> None:
    done = quickstart("seed", "-", typed="title,authors\n")

    assert "standard input" in done.stdout


def test_migrate_uses_its_database(quickstart: Quickstart) -> None:
    done = quickstart("migrate")

    assert done.returncode == 0, done.stdout


def test_psql_uses_its_database(quickstart: Quickstart) -> None:
    done = quickstart("psql", typed="SELECT 'books: ' || (count(*) > 600) FROM book;")

    assert done.returncode == 0
    assert "books: true" in done.stdout


def test_a_second_one_says_in_one_sentence_that_the_data_is_in_use(quickstart: Quickstart) -> None:
    done = quickstart("run")

    assert done.returncode == 1
    assert "already in use by process" in done.stdout
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize("setting", ["MARKETPLACE_LISTEN", "RECOMMENDATIONS_LISTEN"])
def test_another_one_says_that_a_port_is_taken_before_anything_starts(
    shop: Shop, quickstart: Quickstart, tmp_path: Path, setting: str
) -> None:
    free = {"MARKETPLACE_LISTEN": "127.0.0.1:1", "RECOMMENDATIONS_LISTEN": "127.0.0.1:1"}
    del free[setting]

    done = quickstart("run", BOOKSTALL_DATA=str(tmp_path), **free)

    taken = shop.environ[setting]
    assert done.returncode == 1
    assert done.stdout.startswith(f"{taken} is taken by another program: stop it, or choose another address")
    assert f"{setting}=127.0.0.1:" in done.stdout
    assert len(done.stdout.splitlines()) == 1
    assert not (tmp_path / "postgres").exists()
