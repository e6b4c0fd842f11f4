"""Migrations as commands: from an empty database, concurrently, down, and up again."""

from collections.abc import Callable

import psycopg
import pytest

from tests.integration.migrations.conftest import Start

Alembic = Callable[..., str]
LOCK_KEY = 0x626F6F6B7374616C
APPLIED = "Running upgrade  -> "
TABLES = (
    "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public' AND table_name <> 'alembic_version'"
)


def test_an_upgrade_of_a_current_database_changes_nothing(alembic: Alembic, database_url: str) -> None:
    assert alembic(database_url, "current").splitlines()[0].endswith(" (head)")
    assert "Running" not in alembic(database_url, "upgrade", "head")


def test_of_concurrent_upgrades_one_applies_and_all_succeed(start: Start, empty_database: str) -> None:
    # tests/resilience/test_migrations.py runs ten.
    processes = [start(empty_database, "upgrade", "head") for _ in range(3)]
    outputs = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0] * 3, outputs
    assert sum(APPLIED in errors for _, errors in outputs) == 1


def test_an_upgrade_waits_for_a_running_one(start: Start, empty_database: str) -> None:
    with psycopg.connect(empty_database, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])
        waiting = start(empty_database, "upgrade", "head")
        has_connected = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'bookstall migrations'"
        while not other.execute(f"{has_connected} AND datname = current_database()".encode()).fetchone():
            assert waiting.poll() is None
        (tables,) = other.execute(TABLES.encode()).fetchone() or (None,)
        assert tables == 0
        other.execute("SELECT pg_advisory_unlock(%s)", [LOCK_KEY])
        assert waiting.communicate()
    assert waiting.returncode == 0


def test_upgrade_matches_the_models_and_downgrade_leaves_nothing(alembic: Alembic, empty_database: str) -> None:
    assert APPLIED in alembic(empty_database, "upgrade", "head")
    assert "No new upgrade operations detected" in alembic(empty_database, "check")
    alembic(empty_database, "downgrade", "base")
    with psycopg.connect(empty_database) as connection:
        assert connection.execute(TABLES.encode()).fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM pg_class WHERE relname LIKE 'ix\\_\\_%'").fetchone() == (0,)
    assert APPLIED in alembic(empty_database, "upgrade", "head")
    assert "No new upgrade operations detected" in alembic(empty_database, "check")


def test_the_schema_contains_the_shelf_of_the_whole_catalogue(database: psycopg.Connection) -> None:
    rows = database.execute("SELECT id, slug, name, book_count, high_water FROM category").fetchall()
    assert rows == [(0, "", "", 0, 0)]


def test_an_upgrade_leaves_the_schema_of_a_later_version_alone(
    alembic: Alembic, database: psycopg.Connection, database_url: str
) -> None:
    database.execute("UPDATE alembic_version SET version_num = 'of_2099'")
    output = alembic(database_url, "upgrade", "head")
    assert "of_2099" in output
    assert "nothing was done" in output
    assert database.execute("SELECT version_num FROM alembic_version").fetchone() == ("of_2099",)


@pytest.mark.parametrize("url", [None, "mysql://host/db"], ids=str)
def test_a_missing_database_address_is_reported_in_one_sentence(start: Start, url: str | None) -> None:
    process = start(url, "upgrade", "head")
    output, errors = process.communicate()
    assert process.returncode == 1
    assert output == ""
    (sentence,) = errors.splitlines()
    assert sentence.startswith("DATABASE_URL ")
    assert sentence.endswith(".")
