"""An open shop as `make run` makes it, looked at from outside and used by the other commands."""

import http.client
import os
import re
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from quickstart.settings import PROJECT_ROOT

# A tests/integration/quickstart/conftest.py's Shop, which cannot be imported from there.
Shop = Any
Quickstart = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(autouse=True)
def shop(quiet_shop: Shop) -> Shop:
    return quiet_shop


def get(page: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(urlsplit(page).netloc, timeout=5)
    connection.request("GET", "/")
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_shows_a_page_of_books(shop: Shop) -> None:
    status, text = get(shop.page)

    assert status == 200
    assert len(set(re.findall(r"/books/\d+", text))) > 20


def test_puts_the_parts_names_in_front_of_their_lines(shop: Shop) -> None:
    names = {line.split("|")[0].rstrip() for line in shop.said.splitlines() if "|" in line}

    assert names == {"migrations", "seed", "recommendations", "marketplace"}


def test_keeps_the_address_for_this_user_only(shop: Shop) -> None:
    assert stat.S_IMODE(shop.url_file.stat().st_mode) == 0o600
    with psycopg.connect(shop.url_file.read_text().strip()) as connection:
        assert connection.execute("SELECT count(*) > 600 FROM book").fetchone() == (True,)


def test_lets_seed_work_beside_it(quickstart: Quickstart) -> None:
    ended = quickstart("seed")

    assert ended.returncode == 0, ended.stdout
    assert "Nothing changed" in ended.stdout


def test_loads_a_file_whose_name_is_relative_to_where_the_user_is(quickstart: Quickstart, tmp_path: Path) -> None:
    missing = tmp_path / "no such.csv"

    ended = quickstart("seed", os.path.relpath(missing, PROJECT_ROOT))

    assert ended.returncode == 1
    assert Path(ended.stdout.partition(" cannot be read")[0]).resolve() == missing


def test_loads_what_it_is_given_on_standard_input(quickstart: Quickstart) -> None:
    ended = quickstart("seed", "-", typed="title,authors\n")

    assert "standard input" in ended.stdout


def test_lets_migrate_work_beside_it(quickstart: Quickstart) -> None:
    ended = quickstart("migrate")

    assert ended.returncode == 0, ended.stdout


def test_opens_psql_on_its_database(quickstart: Quickstart) -> None:
    ended = quickstart("psql", typed="SELECT 'books: ' || (count(*) > 600) FROM book;")

    assert ended.returncode == 0
    assert "books: true" in ended.stdout


def test_tells_a_second_one_in_one_sentence_that_the_data_is_in_use(quickstart: Quickstart) -> None:
    ended = quickstart("run")

    assert ended.returncode == 1
    assert "already in use by process" in ended.stdout
    assert len(ended.stdout.splitlines()) == 1


@pytest.mark.parametrize("setting", ["MARKETPLACE_LISTEN", "RECOMMENDATIONS_LISTEN"])
def test_tells_another_one_that_a_port_is_taken_before_anything_starts(
    shop: Shop, quickstart: Quickstart, tmp_path: Path, setting: str
) -> None:
    free = {"MARKETPLACE_LISTEN": "127.0.0.1:1", "RECOMMENDATIONS_LISTEN": "127.0.0.1:1"}
    del free[setting]

    ended = quickstart("run", BOOKSTALL_DATA=str(tmp_path), **free)

    taken = shop.environ[setting]
    assert ended.returncode == 1
    assert ended.stdout.startswith(f"{taken} is taken by another program: stop that one, or choose another address")
    assert f"{setting}=127.0.0.1:" in ended.stdout
    assert len(ended.stdout.splitlines()) == 1
    assert not (tmp_path / "postgres").exists()
