"""The two steps of a compaction, each in a transaction of its own."""

from typing import NamedTuple

import sqlalchemy as sa

MAX_MOVES = 1_000
"""Books that one transaction moves."""

MAX_DELETIONS = 10_000
"""Slots that one transaction deletes."""


class _Move(NamedTuple):
    old: int
    new: int
    book: int


def move_last_books(connection: sa.Connection, category_id: int) -> int:
    """Move the last books of a shelf into its first empty slots, and return how many; 0 if none is left to move."""
    _lock_category(connection, category_id)
    values = {"category": category_id, "limit": MAX_MOVES}
    free = connection.scalars(
        sa.text("""
            SELECT position FROM slot WHERE category_id = :category AND book_id IS NULL
            ORDER BY position LIMIT :limit FOR UPDATE SKIP LOCKED
        """),
        values,
    ).all()
    # Books are locked before their slots, in the same order as a deletion of books locks them.
    last = connection.execute(
        sa.text("""
            SELECT slot.position, slot.book_id FROM slot JOIN book ON book.id = slot.book_id
            WHERE category_id = :category
            ORDER BY slot.position DESC LIMIT :limit FOR KEY SHARE OF book SKIP LOCKED
        """),
        values,
    ).all()
    moves = [
        _Move(row.position, position, row.book_id)
        for position, row in zip(free, last, strict=False)
        if position < row.position
    ]
    moved = _move(connection, category_id, moves)
    connection.commit()
    return moved


def _move(connection: sa.Connection, category_id: int, moves: list[_Move]) -> int:
    """Empty the old slots that have not changed meanwhile, then fill the new ones.

    The order matters: a book may have only one slot per category.
    """
    if not moves:
        return 0
    emptied = set(
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
    moves = [move for move in moves if move.book in emptied]
    connection.execute(
        sa.text("""
            UPDATE slot SET book_id = move.book
            FROM unnest(CAST(:new AS integer[]), CAST(:books AS bigint[])) AS move (new, book)
            WHERE category_id = :category AND position = move.new
        """),
        {"category": category_id, "new": [move.new for move in moves], "books": [move.book for move in moves]},
    )
    return len(moves)


def delete_last_slots(connection: sa.Connection, category_id: int) -> int:
    """Delete some of the empty slots behind a shelf's last book, and return how many."""
    _lock_category(connection, category_id)
    deleted = connection.execute(
        sa.text("""
            DELETE FROM slot WHERE category_id = :category AND book_id IS NULL AND position IN (
                SELECT position FROM slot
                WHERE category_id = :category AND book_id IS NULL AND position > coalesce(
                    (SELECT max(position) FROM slot WHERE category_id = :category AND book_id IS NOT NULL), 0
                )
                ORDER BY position DESC LIMIT :limit FOR UPDATE SKIP LOCKED
            )
        """),
        {"category": category_id, "limit": MAX_DELETIONS},
    ).rowcount
    connection.commit()
    return deleted


def _lock_category(connection: sa.Connection, category_id: int) -> None:
    connection.execute(
        sa.text("SELECT FROM category WHERE id = :category FOR NO KEY UPDATE"), {"category": category_id}
    )
