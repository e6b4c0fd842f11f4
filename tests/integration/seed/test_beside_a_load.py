"""What other sessions see of a load, and what happens when its connection is lost or it is interrupted."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from protobufs import recommendations_pb2 as pb
from seed.loading.connection import LOCK_KEY
from tests.support.service import SERVING, Client, database_of, serving

Run = Callable[..., Any]
Shop = Callable[[], list[dict[str, Any]]]

GOOD = "key,title,authors,year,isbn,categories\n1,Emma,Jane Austen,1815,9780141439587,Classics; Romance\n"
BAD = "2,,Nobody,1900,,Classics\n3,too,few\n"


def test_a_second_seed_waits_and_logs_it(
    database_url: str, engine: sa.Engine, tmp_path: Path, wait_for: Run, spawn: Run
) -> None:
    (tmp_path / "mine.csv").write_text(GOOD)
    with engine.begin() as connection:
        database = connection.scalar(sa.text("SELECT current_database()"))
        connection.execute(sa.text(f"ALTER DATABASE {database} SET lock_timeout = '1ms'"))
    with engine.connect() as first:
        first.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_KEY)))
        second = spawn("load", tmp_path / "mine.csv")
        wait_for(
            "SELECT count(*) = 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database"
            " WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
        )
        assert second.poll() is None
        first.rollback()

    _, err = second.communicate(timeout=60)
    assert second.returncode == 0
    assert "Another load is running on this database; waiting" in err


def test_draws_see_the_old_catalogue_until_the_load_commits(  # noqa: PLR0913, PLR0917 - fixtures
    load: Run, database_url: str, engine: sa.Engine, tmp_path: Path, wait_for: Run, spawn: Run
) -> None:
    load("key,title,categories\n" + "".join(f"{n},Book {n},Novels\n" for n in range(100)))
    (tmp_path / "books.csv").write_text(
        "key,title,categories\n" + "".join(f"{n},New {n},Poems\n" for n in range(50, 150))
    )
    with serving(database_of(database_url)) as service:
        service.wait_until(SERVING)
        with engine.connect() as blocker:
            # The load waits for this key after it has removed books and stored others.
            blocker.execute(sa.text("INSERT INTO book_source SELECT 'books', '149', min(id) FROM book"))
            seeding = spawn("load", tmp_path / "books.csv", "--sync")
            wait_for(
                "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'bookstall seed'"
                " AND datname = current_database() AND wait_event_type = 'Lock'"
            )
            old = [drawn(service) for _ in range(20)]
            blocker.rollback()

        seeding.communicate(timeout=60)
        new = drawn(service)

    assert seeding.returncode == 0
    assert [len(titles) for titles in old] == 20 * [100]
    assert set.union(*old) == {f"Book {number}" for number in range(100)}
    assert new == {f"New {number}" for number in range(50, 150)}


def drawn(service: Client) -> set[str]:
    response = service.stub.RecommendBooks(pb.RecommendBooksRequest(max_results=100))
    return {book.title for book in response.books}


def test_a_lost_connection_is_reported_in_one_sentence_and_nothing_is_written(
    engine: sa.Engine, tmp_path: Path, wait_for: Run, spawn: Run, shop: Shop
) -> None:
    (tmp_path / "mine.csv").write_text(GOOD)
    ours = "pg_stat_activity WHERE application_name = 'bookstall seed' AND datname = current_database()"
    with engine.connect() as blocker:
        blocker.execute(sa.text("SELECT FROM category WHERE id = 0 FOR UPDATE"))
        seeding = spawn("load", tmp_path / "mine.csv")
        wait_for(f"SELECT count(*) = 1 FROM {ours} AND wait_event_type = 'Lock'")
        blocker.execute(sa.text(f"SELECT pg_terminate_backend(pid) FROM {ours}"))
        blocker.rollback()

    _, err = seeding.communicate(timeout=60)
    assert seeding.returncode == 1
    assert "The database cannot be reached" in err
    assert "Traceback" not in err
    assert shop() == []


def test_a_connection_lost_during_the_commit_is_not_reported_as_nothing_written(load: Run, engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            sa.text("""
                CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql
                AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'
            """)
        )
        connection.execute(
            sa.text("""
                CREATE CONSTRAINT TRIGGER leave AFTER INSERT ON book DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION leave()
            """)
        )

    result = load(GOOD, "--quiet")

    assert result.status == 1
    assert result.err.endswith(", during the commit: run it again to be sure.\n")
    assert "Nothing was written" not in result.err


def test_a_load_whose_vacuum_fails_is_committed_and_logs_it(load: Run, shop: Shop, engine: sa.Engine) -> None:
    with engine.begin() as connection:
        database = connection.scalar(sa.text("SELECT current_database()"))
        connection.execute(sa.text(f"ALTER DATABASE {database} SET lock_timeout = '1ms'"))
    with engine.connect() as blocker:
        blocker.execute(sa.text("LOCK TABLE category IN SHARE UPDATE EXCLUSIVE MODE"))

        result = load(GOOD)

        blocker.rollback()
    assert result.status == 0
    assert "The load is complete; autovacuum will do the rest." in result.err
    assert "Nothing was written" not in result.err
    assert len(shop()) == 1


def test_a_load_that_is_stopped_during_its_vacuum_is_committed_and_logs_it(
    spawn: Run, shop: Shop, engine: sa.Engine, tmp_path: Path, wait_for: Run
) -> None:
    (tmp_path / "mine.csv").write_text(GOOD)
    with engine.connect() as blocker:
        blocker.execute(sa.text("LOCK TABLE category IN SHARE UPDATE EXCLUSIVE MODE"))
        seeding = spawn("load", tmp_path / "mine.csv")
        wait_for(
            "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'bookstall seed'"
            " AND datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'ANALYZE%'"
        )
        seeding.send_signal(signal.SIGINT)
        out, err = seeding.communicate(timeout=60)
        blocker.rollback()

    assert seeding.returncode == 0
    assert "Stopped. The load is complete; autovacuum will do the rest." in err
    assert "Done." in out
    assert len(shop()) == 1
