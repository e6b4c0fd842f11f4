"""Compaction closes every hole, and no snapshot sees a book twice or not at all meanwhile."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from seed.maintenance import compact as compaction
from seed.synthetic.generator import Plan, synthesise

BOOKS = 2_000


@pytest.fixture
def holey(engine: sa.Engine) -> sa.Engine:
    """Give a catalogue of which a scattered third and the books at one end are gone."""
    with engine.begin() as connection:
        synthesise(connection, Plan(BOOKS, categories=30))
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM book WHERE id % 3 = 0 OR id > 1900"))
    return engine


def standing(connection: sa.Connection) -> set[tuple[int, int]]:
    rows = connection.execute(sa.text("SELECT category_id, book_id FROM slot WHERE book_id IS NOT NULL")).all()
    assert len(set(rows)) == len(rows)
    return {(row.category_id, row.book_id) for row in rows}


def test_closes_every_hole_and_keeps_every_book_and_high_water(holey: sa.Engine, run: Any) -> None:
    marks = sa.text("SELECT id, high_water FROM category ORDER BY id")
    with holey.connect() as connection:
        before, high_water = standing(connection), connection.execute(marks).all()

    said = run("compact")

    with holey.connect() as connection:
        assert standing(connection) == before
        assert connection.execute(marks).all() == high_water
        assert (
            connection.execute(
                sa.text("SELECT category_id FROM slot GROUP BY 1 HAVING max(position) <> count(book_id)")
            ).all()
            == []
        )
    assert "31 shelves had empty slots: moved" in said.out
    assert "No shelf has an empty slot" in run("compact").out


def test_every_snapshot_sees_each_book_once(holey: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "MOVED_AT_ONCE", 7)
    monkeypatch.setattr(compaction, "CUT_AT_ONCE", 11)
    with holey.connect() as connection:
        before = standing(connection)
    at_work = threading.Thread(target=compaction.compact, args=(holey,), kwargs={"tell": print})
    at_work.start()

    looks = 0
    with holey.connect() as connection:
        while at_work.is_alive():
            assert standing(connection) == before
            connection.rollback()
            looks += 1

    at_work.join()
    assert looks > 5


def test_books_that_are_deleted_meanwhile_stay_away(holey: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "MOVED_AT_ONCE", 5)
    at_work = threading.Thread(target=compaction.compact, args=(holey,), kwargs={"tell": print})
    at_work.start()

    deleted = 0
    while at_work.is_alive() and deleted < 500:
        with holey.begin() as connection:
            deleted += connection.execute(
                sa.text("DELETE FROM book WHERE id IN (SELECT id FROM book WHERE id % 3 = 1 ORDER BY id DESC LIMIT 3)")
            ).rowcount

    at_work.join()
    with holey.connect() as connection:
        gone = "book_id IS NOT NULL AND NOT EXISTS (SELECT FROM book WHERE id = book_id)"
        assert connection.scalar(sa.text(f"SELECT count(*) FROM slot WHERE {gone}")) == 0
        assert (
            connection.scalar(
                sa.text("SELECT count(*) FROM book WHERE id NOT IN (SELECT book_id FROM slot WHERE category_id = 0)")
            )
            == 0
        )
    assert deleted


def test_a_shelf_of_empty_slots_alone_is_cut_away(engine: sa.Engine, run: Callable[..., Any]) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO slot (category_id, position) SELECT 0, generate_series(1, 100)"))
        connection.execute(sa.text("UPDATE category SET high_water = 100 WHERE id = 0"))

    said = run("compact")

    assert "moved 0 books into them and cut 100 slots" in said.out
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT high_water FROM category WHERE id = 0")) == 100
