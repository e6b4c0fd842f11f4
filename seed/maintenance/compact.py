"""Shelf maintenance: books from a shelf's tail move into its empty slots, and the empty tail is cut.

Draws run beside it: each transaction is short, a book changes its slot within one, and draws
read one snapshot, so each sees every book in exactly one slot. `high_water` stays, for page
tokens that were given out before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from seed.loading.connection import LOCK_KEY, explained, unhurried

MOVED_AT_ONCE = 1_000
CUT_AT_ONCE = 10_000


@dataclass
class Compaction:
    """What was done, in slots of all shelves."""

    shelves: int = 0
    """That had an empty slot."""
    moved: int = 0
    cut: int = 0
    left: int = 0
    """Empty slots that other writers held on to."""


class _Move(NamedTuple):
    old: int
    new: int
    book: int


def compact(engine: sa.Engine, *, tell: Callable[[str], None]) -> Compaction:
    """Compact all shelves, each in many small transactions.

    Stopped at any moment it leaves sound shelves; the next run goes on.
    """
    done = Compaction()
    with explained(), engine.connect() as connection:
        _wait_for_turn(connection, tell)
        for category_id in _shelves_with_empty_slots(connection):
            done.shelves += 1
            while moved := _move_tail(connection, category_id):
                done.moved += moved
            while cut := _cut_tail(connection, category_id):
                done.cut += cut
        done.left = connection.scalar(sa.text("SELECT count(*) FROM slot WHERE book_id IS NULL")) or 0
        connection.rollback()
    return done


def _wait_for_turn(connection: sa.Connection, tell: Callable[[str], None]) -> None:
    # The session's lock, because it must outlast the small transactions; it ends with the connection.
    if not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(LOCK_KEY))):
        tell("A seed is at work on this database; waiting for it to end …")
        with unhurried(connection):
            connection.execute(sa.select(sa.func.pg_advisory_lock(LOCK_KEY)))
    connection.commit()


def _shelves_with_empty_slots(connection: sa.Connection) -> list[int]:
    shelves = connection.scalars(
        sa.text("SELECT DISTINCT category_id FROM slot WHERE book_id IS NULL ORDER BY category_id")
    ).all()
    connection.commit()
    return list(shelves)


def _move_tail(connection: sa.Connection, category_id: int) -> int:
    """Move the last books of a shelf into its first empty slots; return how many, 0 when none is left to move."""
    _lock_category(connection, category_id)
    shelf = {"category": category_id, "limit": MOVED_AT_ONCE}
    holes = connection.scalars(
        sa.text("""
            SELECT position FROM slot WHERE category_id = :category AND book_id IS NULL
            ORDER BY position LIMIT :limit FOR UPDATE SKIP LOCKED
        """),
        shelf,
    ).all()
    # The books are locked before their slots, in the order in which a deletion of books locks them.
    tail = connection.execute(
        sa.text("""
            SELECT slot.position, slot.book_id FROM slot JOIN book ON book.id = slot.book_id
            WHERE category_id = :category
            ORDER BY slot.position DESC LIMIT :limit FOR KEY SHARE OF book SKIP LOCKED
        """),
        shelf,
    ).all()
    moves = [_Move(old, new, book) for new, (old, book) in zip(holes, tail, strict=False) if new < old]
    moved = _move(connection, category_id, moves)
    connection.commit()
    return moved


def _move(connection: sa.Connection, category_id: int, moves: list[_Move]) -> int:
    """Empty the old slots, unless they have changed meanwhile, then fill the new ones; in this order for the key."""
    if not moves:
        return 0
    freed = set(
        connection.scalars(
            sa.text("""
                UPDATE slot SET book_id = NULL
                FROM unnest(CAST(:old AS integer[]), CAST(:books AS bigint[])) AS move (old, book)
                WHERE category_id = :category AND position = move.old AND book_id = move.book
                RETURNING move.book
            """),
            {"category": category_id, "old": [move.old for move in moves], "books": [move.book for move in moves]},
        )
    )
    moves = [move for move in moves if move.book in freed]
    connection.execute(
        sa.text("""
            UPDATE slot SET book_id = move.book
            FROM unnest(CAST(:new AS integer[]), CAST(:books AS bigint[])) AS move (new, book)
            WHERE category_id = :category AND position = move.new
        """),
        {"category": category_id, "new": [move.new for move in moves], "books": [move.book for move in moves]},
    )
    return len(moves)


def _cut_tail(connection: sa.Connection, category_id: int) -> int:
    """Delete some of the empty slots behind a shelf's last book; return how many."""
    _lock_category(connection, category_id)
    cut = connection.execute(
        sa.text("""
            DELETE FROM slot WHERE category_id = :category AND book_id IS NULL AND position IN (
                SELECT position FROM slot
                WHERE category_id = :category AND book_id IS NULL AND position > coalesce(
                    (SELECT max(position) FROM slot WHERE category_id = :category AND book_id IS NOT NULL), 0
                )
                ORDER BY position DESC LIMIT :limit FOR UPDATE SKIP LOCKED
            )
        """),
        {"category": category_id, "limit": CUT_AT_ONCE},
    ).rowcount
    connection.commit()
    return cut


def _lock_category(connection: sa.Connection, category_id: int) -> None:
    connection.execute(
        sa.text("SELECT FROM category WHERE id = :category FOR NO KEY UPDATE"), {"category": category_id}
    )
