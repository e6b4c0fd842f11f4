"""Shelf maintenance: moves books from the end of a shelf into its empty slots, and deletes the slots at the end.

Draws may run at the same time: a book moves within one transaction and a draw reads one snapshot, so it sees every book
in exactly one slot. `high_water` stays, because page tokens depend on it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from seed.loading.connection import LOCK_KEY, explained_errors, without_lock_timeout
from seed.maintenance.slot_moves import delete_last_slots, move_last_books

_CONSEQUENCE = "Books that have been moved stay where they are; run it again."


@dataclass
class Compaction:
    """What a compaction did, in slots of all shelves."""

    shelves: int = 0
    """Shelves that had an empty slot."""
    moved: int = 0
    deleted: int = 0
    remaining: int = 0
    """Empty slots that other writers had locked."""


def compact(engine: sa.Engine, *, log: Callable[[str], None]) -> Compaction:
    """Compact all shelves, each in many small transactions.

    It can be stopped at any moment: the shelves stay consistent, and the next run continues.
    """
    result = Compaction()
    with explained_errors(_CONSEQUENCE), engine.connect() as connection:
        _wait_for_lock(connection, log)
        for category_id in _shelves_with_empty_slots(connection):
            result.shelves += 1
            while moved := move_last_books(connection, category_id):
                result.moved += moved
            while deleted := delete_last_slots(connection, category_id):
                result.deleted += deleted
        result.remaining = connection.scalar(sa.text("SELECT count(*) FROM slot WHERE book_id IS NULL")) or 0
        connection.rollback()
    return result


def _wait_for_lock(connection: sa.Connection, log: Callable[[str], None]) -> None:
    # A session lock, because it must outlast the small transactions. It ends with the connection.
    if not connection.scalar(sa.text("SELECT pg_try_advisory_lock(:key)"), {"key": LOCK_KEY}):
        log("A load is running on this database; waiting for it to finish …")
        with without_lock_timeout(connection):
            connection.execute(sa.text("SELECT pg_advisory_lock(:key)"), {"key": LOCK_KEY})
    connection.commit()


def _shelves_with_empty_slots(connection: sa.Connection) -> list[int]:
    shelves = connection.scalars(
        sa.text("SELECT DISTINCT category_id FROM slot WHERE book_id IS NULL ORDER BY category_id")
    ).all()
    connection.commit()
    return list(shelves)
