"""The commands without an open shop."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL, make_url

from quickstart.devdb.postgres import EmbeddedServer
from quickstart.devdb.temporary_server import temporary_server
from tests.support.quickstart_shop import Quickstart


@pytest.fixture
def server(bindir: Path) -> Iterator[EmbeddedServer]:
    """Give a server that no other test uses."""
    with temporary_server(bindir) as server:
        yield server


def has_books(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT count(*) > 600 FROM book").fetchone() == (True,)


def test_start_their_own_database(quickstart: Quickstart, shop_environ: Mapping[str, str]) -> None:
    for command in ("migrate", "seed"):
        done = quickstart(command)
        assert done.returncode == 0, done.stdout

    done = quickstart("psql", typed="SELECT 'books: ' || (count(*) > 600) FROM book;")

    assert "books: true" in done.stdout
    assert not Path(shop_environ["BOOKSTALL_DATA"], "url").exists()


def test_seed_migrates_and_passes_options_on(quickstart: Quickstart, empty_database: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("Name,authors\nEmma,Jane Austen\n")

    dry, real = (
        quickstart("seed", str(file), "--column", "title=Name", *option, DATABASE_URL=empty_database)
        for option in (["--dry-run"], [])
    )
    built_in = quickstart("seed", "--if-empty", DATABASE_URL=empty_database)

    assert (dry.returncode, real.returncode, built_in.returncode) == (0, 0, 0), real.stdout
    assert "Emma · Jane Austen" in dry.stdout
    assert "Done." in real.stdout
    assert "already has books" in built_in.stdout
    assert "alembic" not in real.stdout.lower()


def test_use_the_database_that_is_set(quickstart: Quickstart, empty_database: str, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": empty_database, "BOOKSTALL_DATA": str(tmp_path / "unused")}
    for command in ("migrate", "seed"):
        done = quickstart(command, **settings)
        assert done.returncode == 0, done.stdout

    assert has_books(empty_database)
    assert not (tmp_path / "unused").exists()


def test_return_the_status_of_psql(quickstart: Quickstart, empty_database: str) -> None:
    typed = "\\set ON_ERROR_STOP on\nSELECT no_such_column;"

    assert quickstart("psql", typed=typed, DATABASE_URL=empty_database).returncode == 3


def test_check_the_migrations_on_a_temporary_server(quickstart: Quickstart) -> None:
    done = quickstart("check-migrations")

    assert done.returncode == 0, done.stdout
    assert "No new upgrade operations detected" in done.stdout


def test_check_the_migrations_on_the_test_server_and_leave_nothing(
    quickstart: Quickstart, server: EmbeddedServer
) -> None:
    databases = "SELECT datname FROM pg_database ORDER BY 1"
    with psycopg.connect(server.url) as connection:
        before = connection.execute(databases).fetchall()

    done = quickstart("check-migrations", TEST_DATABASE_URL=server.url)

    assert done.returncode == 0, done.stdout
    with psycopg.connect(server.url) as connection:
        assert connection.execute(databases).fetchall() == before


@pytest.mark.parametrize("command", ["run", "migrate"])
def test_report_that_the_database_does_not_answer(quickstart: Quickstart, command: str) -> None:
    done = quickstart(command, DATABASE_URL="postgresql://user:secret@127.0.0.1:1/name")

    assert done.returncode == 1
    assert re.fullmatch(r"The database at DATABASE_URL cannot be used \(.*port 1 .*\): start it or .*\n", done.stdout)
    assert "secret" not in done.stdout


@pytest.mark.parametrize("command", ["run", "psql"])
def test_report_a_wrong_setting_in_one_sentence(quickstart: Quickstart, command: str) -> None:
    done = quickstart(command, MARKETPLACE_LISTEN="nowhere")

    assert done.returncode == 1
    assert done.stdout.startswith("MARKETPLACE_LISTEN is 'nowhere', which is not an address")
    assert len(done.stdout.splitlines()) == 1


def test_run_needs_no_embedded_database_if_one_is_set(
    quickstart: Quickstart, empty_database: str, tmp_path: Path
) -> None:
    # With this PG_BINDIR it cannot start PostgreSQL. The invalid setting ends it at once.
    done = quickstart("run", DATABASE_URL=empty_database, PG_BINDIR="/nowhere", RECOMMENDATIONS_REFLECTION="perhaps")

    assert done.returncode == 1
    assert "recommendations ended with status 2" in done.stdout
    assert has_books(empty_database)


@pytest.fixture
def reader(empty_database: str) -> Iterator[str]:
    """Give a role with the password "open-sesame", which a server in a container checks."""
    with psycopg.connect(empty_database, autocommit=True) as connection:
        name = f"reader_{connection.info.dbname}"
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'open-sesame'").format(sql.Identifier(name)))
        try:
            yield name
        finally:
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def test_psql_gets_the_password_but_not_as_an_argument(
    quickstart: Quickstart, empty_database: str, reader: str
) -> None:
    address = make_url(empty_database)
    url = URL.create("postgresql", reader, None, address.host, address.port, address.database, address.query)
    url = url.update_query_dict({"password": "open-sesame"})
    typed = "\\! tr '\\\\0' ' ' < /proc/$PPID/cmdline\n\\! echo password: $PGPASSWORD\n"

    done = quickstart("psql", typed=typed, DATABASE_URL=url.render_as_string(hide_password=False))

    assert "password: open-sesame" in done.stdout
    assert "dbname=" in done.stdout
    assert done.stdout.count("open-sesame") == 1
