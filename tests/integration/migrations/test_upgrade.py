"""Migrations as commands: from nothing, beside each other, back, and again."""

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


def test_the_database_is_at_the_one_head_and_is_left_as_it_is(alembic: Alembic, database_url: str) -> None:
    assert alembic(database_url, "current").splitlines()[0].endswith(" (head)")
    assert "Running" not in alembic(database_url, "upgrade", "head")


def test_of_ten_upgrades_at_the_same_time_one_applies_and_all_end_well(start: Start, empty_database: str) -> None:
    processes = [start(empty_database, "upgrade", "head") for _ in range(10)]
    said = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0] * 10, said
    assert sum(APPLIED in complained for _, complained in said) == 1


def test_an_upgrade_waits_for_one_that_runs(start: Start, empty_database: str) -> None:
    with psycopg.connect(empty_database, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])
        waiting = start(empty_database, "upgrade", "head")
        seen = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'bookstall migrations'"
        while not other.execute(f"{seen} AND datname = current_database()".encode()).fetchone():
            assert waiting.poll() is None
        (tables,) = other.execute(TABLES.encode()).fetchone() or (None,)
        assert tables == 0
        other.execute("SELECT pg_advisory_unlock(%s)", [LOCK_KEY])
        assert waiting.communicate(timeout=60)
    assert waiting.returncode == 0


def test_up_agrees_with_the_models_down_leaves_nothing_and_up_again_all(alembic: Alembic, empty_database: str) -> None:
    assert APPLIED in alembic(empty_database, "upgrade", "head")
    assert "No new upgrade operations detected" in alembic(empty_database, "check")
    alembic(empty_database, "downgrade", "base")
    with psycopg.connect(empty_database) as connection:
        assert connection.execute(TABLES.encode()).fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM pg_class WHERE relname LIKE 'ix\\_\\_%'").fetchone() == (0,)
    assert APPLIED in alembic(empty_database, "upgrade", "head")
    assert "No new upgrade operations detected" in alembic(empty_database, "check")


def test_the_shelf_of_the_whole_catalogue_comes_with_the_schema(database: psycopg.Connection) -> None:
    found = database.execute("SELECT id, slug, name, book_count, high_water FROM category").fetchall()
    assert found == [(0, "", "", 0, 0)]


def test_an_upgrade_leaves_the_schema_of_a_later_version_alone_and_says_so(
    alembic: Alembic, database: psycopg.Connection, database_url: str
) -> None:
    database.execute("UPDATE alembic_version SET version_num = 'of_2099'")
    said = alembic(database_url, "upgrade", "head")
    assert "of_2099" in said
    assert "nothing was done" in said
    assert database.execute("SELECT version_num FROM alembic_version").fetchone() == ("of_2099",)


@pytest.mark.parametrize("url", [None, "mysql://host/db"], ids=str)
def test_without_a_database_address_the_upgrade_says_so_in_one_sentence(start: Start, url: str | None) -> None:
    process = start(url, "upgrade", "head")
    printed, complained = process.communicate(timeout=60)
    assert process.returncode == 1
    assert printed == ""
    (sentence,) = complained.splitlines()
    assert sentence.startswith("DATABASE_URL ")
    assert sentence.endswith(".")
