"""What `--sync` removes: a source's keys that the file no longer has, and the books that no other key names."""

from typing import NamedTuple

import sqlalchemy as sa

from seed.loading.slots import empty_slots


class Pruned(NamedTuple):
    """How many keys and books `--sync` removed."""

    keys: int
    books: int


def find_pruned(connection: sa.Connection, source: str) -> None:
    """Fill `pruned_key` and `pruned_book`. A row of the file may still match one of these books."""
    connection.execute(
        sa.text("""
            INSERT INTO pruned_key
            SELECT key, book_id FROM book_source
            WHERE source = :source
              AND NOT EXISTS (SELECT FROM staged_book WHERE staged_book.key = book_source.key)
              AND NOT EXISTS (SELECT FROM rejected_key WHERE rejected_key.key = book_source.key)
        """),
        {"source": source},
    )
    connection.execute(
        sa.text("""
            INSERT INTO pruned_book
            SELECT DISTINCT book_id FROM pruned_key
            WHERE NOT EXISTS (
                SELECT FROM book_source kept
                WHERE kept.book_id = pruned_key.book_id
                  AND (kept.source <> :source OR kept.key NOT IN (SELECT key FROM pruned_key))
            )
        """),
        {"source": source},
    )


def remove_pruned(connection: sa.Connection, source: str) -> Pruned:
    """Remove the pruned keys, and the pruned books that no row has matched."""
    connection.execute(
        sa.text("DELETE FROM pruned_book USING matched_row WHERE matched_row.book_id = pruned_book.book_id")
    )
    keys = connection.execute(
        sa.text("DELETE FROM book_source USING pruned_key WHERE source = :source AND book_source.key = pruned_key.key"),
        {"source": source},
    ).rowcount
    connection.execute(
        sa.text("""
            INSERT INTO emptied_slot (category_id, position, book_id)
            SELECT category_id, position, book_id FROM slot JOIN pruned_book USING (book_id)
        """)
    )
    empty_slots(connection)
    books = connection.execute(
        sa.text("DELETE FROM book USING pruned_book WHERE book.id = pruned_book.book_id")
    ).rowcount
    return Pruned(keys, books)
