"""Compaction leaves no empty slot, and every snapshot meanwhile sees each book exactly once."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from seed.maintenance import slot_moves
from seed.maintenance.compact import compact
from seed.synthetic.generator import synthesise
from seed.synthetic.plan import Plan

BOOKS = 2_000


@pytest.fixture
def sparse(engine: sa.Engine) -> sa.Engine:
    """Return a catalogue without a scattered third of its books and without those at one end."""
    with engine.begin() as connection:
        synthesise(connection, Plan(BOOKS, categories=30))
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM book WHERE id % 3 = 0 OR id > 1900"))
    return engine


def placements(connection: sa.Connection) -> set[tuple[int, int]]:
    rows = connection.execute(sa.text("SELECT category_id, book_id FROM slot WHERE book_id IS NOT NULL")).all()
    assert len(set(rows)) == len(rows)
    return {(row.category_id, row.book_id) for row in rows}


def test_fills_every_empty_slot_and_keeps_every_book_and_high_water(sparse: sa.Engine, run: Any) -> None:
    marks = sa.text("SELECT id, high_water FROM category ORDER BY id")
    with sparse.connect() as connection:
        before, high_water = placements(connection), connection.execute(marks).all()

    result = run("compact")

    with sparse.connect() as connection:
        assert placements(connection) == before
        assert connection.execute(marks).all() == high_water
        assert (
            connection.execute(
                sa.text("SELECT category_id FROM slot GROUP BY 1 HAVING max(position) <> count(book_id)")
            ).all()
            == []
        )
    assert "31 shelves had empty slots: moved" in result.out
    assert "No shelf has an empty slot" in run("compact").out


def test_every_snapshot_sees_each_book_once(sparse: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slot_moves, "MAX_MOVES", 7)
    monkeypatch.setattr(slot_moves, "MAX_DELETIONS", 11)
    with sparse.connect() as connection:
        before = placements(connection)
    compacting = threading.Thread(target=compact, args=(sparse,), kwargs={"log": print})
    compacting.start()

    snapshots = 0
    with sparse.connect() as connection:
        while compacting.is_alive():
            assert placements(connection) == before
            connection.rollback()
            snapshots += 1

    compacting.join()
    assert snapshots > 5


def test_books_that_are_deleted_meanwhile_stay_deleted(sparse: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slot_moves, "MAX_MOVES", 5)
    compacting = threading.Thread(target=compact, args=(sparse,), kwargs={"log": print})
    compacting.start()

    deleted = 0
    while compacting.is_alive() and deleted < 500:
        with sparse.begin() as connection:
            deleted += connection.execute(
                sa.text("DELETE FROM book WHERE id IN (SELECT id FROM book WHERE id % 3 = 1 ORDER BY id DESC LIMIT 3)")
            ).rowcount

    compacting.join()
    with sparse.connect() as connection:
        violation = "book_id IS NOT NULL AND NOT EXISTS (SELECT FROM book WHERE id = book_id)"
        assert connection.scalar(sa.text(f"SELECT count(*) FROM slot WHERE {violation}")) == 0
        assert (
            connection.scalar(
                sa.text("SELECT count(*) FROM book WHERE id NOT IN (SELECT book_id FROM slot WHERE category_id = 0)")
            )
            == 0
        )
    assert deleted


def test_a_shelf_with_only_empty_slots_is_deleted(engine: sa.Engine, run: Callable[..., Any]) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO slot (category_id, position) SELECT 0, generate_series(1, 100)"))
        connection.execute(sa.text("UPDATE category SET high_water = 100 WHERE id = 0"))

    result = run("compact")

    assert "moved 0 books into them and deleted 100 slots" in result.out
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT high_water FROM category WHERE id = 0")) == 100
