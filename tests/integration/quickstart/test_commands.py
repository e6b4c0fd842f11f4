"""The commands where no shop is open."""

import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg
import pytest

Quickstart = Callable[..., subprocess.CompletedProcess[str]]


def has_books(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT count(*) > 600 FROM book").fetchone() == (True,)


def test_start_a_database_for_themselves(quickstart: Quickstart, shop_environ: Mapping[str, str]) -> None:
    for command in ("migrate", "seed"):
        ended = quickstart(command)
        assert ended.returncode == 0, ended.stdout

    ended = quickstart("psql", typed="SELECT 'books: ' || (count(*) > 600) FROM book;")

    assert "books: true" in ended.stdout
    assert not Path(shop_environ["BOOKSTALL_DATA"], "url").exists()


def test_use_the_database_that_is_set(quickstart: Quickstart, empty_database: str, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": empty_database, "BOOKSTALL_DATA": str(tmp_path / "unused")}
    for command in ("migrate", "seed"):
        ended = quickstart(command, **settings)
        assert ended.returncode == 0, ended.stdout

    assert has_books(empty_database)
    assert not (tmp_path / "unused").exists()


def test_pass_on_psqls_status(quickstart: Quickstart, empty_database: str) -> None:
    typed = "\\set ON_ERROR_STOP on\nSELECT no_such_column;"

    assert quickstart("psql", typed=typed, DATABASE_URL=empty_database).returncode == 3


def test_check_the_migrations_on_a_server_of_their_own(quickstart: Quickstart) -> None:
    ended = quickstart("check-migrations")

    assert ended.returncode == 0, ended.stdout
    assert "No new upgrade operations detected" in ended.stdout


def test_check_the_migrations_on_the_server_for_tests_and_leave_nothing(
    quickstart: Quickstart, empty_database: str
) -> None:
    with psycopg.connect(empty_database) as connection:
        before = connection.execute("SELECT datname FROM pg_database ORDER BY 1").fetchall()

    ended = quickstart("check-migrations", TEST_DATABASE_URL=empty_database)

    assert ended.returncode == 0, ended.stdout
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("SELECT datname FROM pg_database ORDER BY 1").fetchall() == before


@pytest.mark.parametrize("command", ["run", "migrate"])
def test_tell_that_the_database_does_not_answer(quickstart: Quickstart, command: str) -> None:
    ended = quickstart(command, DATABASE_URL="postgresql://user:secret@127.0.0.1:1/name")

    assert ended.returncode == 1
    assert re.fullmatch(r"The database at DATABASE_URL cannot be used \(.*port 1 .*\): start it or .*\n", ended.stdout)
    assert "secret" not in ended.stdout


@pytest.mark.parametrize("command", ["run", "psql"])
def test_tell_a_mistake_in_one_sentence(quickstart: Quickstart, command: str) -> None:
    ended = quickstart(command, MARKETPLACE_LISTEN="nowhere")

    assert ended.returncode == 1
    assert ended.stdout.startswith("MARKETPLACE_LISTEN is 'nowhere', which is no address")
    assert len(ended.stdout.splitlines()) == 1


def test_run_needs_no_database_of_its_own_where_one_is_set(
    quickstart: Quickstart, empty_database: str, tmp_path: Path
) -> None:
    # It ends as soon as a part does, which is here at once: there is no PostgreSQL that it could start.
    ended = quickstart("run", DATABASE_URL=empty_database, PG_BINDIR="/nowhere", RECOMMENDATIONS_REFLECTION="perhaps")

    assert ended.returncode == 1
    assert "recommendations ended with status 2" in ended.stdout
    assert has_books(empty_database)
