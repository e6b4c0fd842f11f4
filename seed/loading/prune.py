"""What `--sync` takes away: a source's keys that the file no longer has, and the books that nothing else names."""

import sqlalchemy as sa

from seed.loading.slots import empty_removed_slots


def find_vanished(connection: sa.Connection, *, source: str, sync: bool) -> None:
    """Fill the temporary tables `vanished` (key) and `leaving` (book_id), books of which no other key is left.

    A row of the file may yet find such a book. Without `sync` both are empty.
    """
    connection.execute(
        sa.text("""
            CREATE TEMPORARY TABLE vanished ON COMMIT DROP AS
            SELECT key, book_id FROM book_source
            WHERE :sync AND source = :source
              AND NOT EXISTS (SELECT FROM incoming WHERE incoming.key = book_source.key)
              AND NOT EXISTS (SELECT FROM refused_key WHERE refused_key.key = book_source.key)
        """),
        {"source": source, "sync": sync},
    )
    connection.execute(
        sa.text("""
            CREATE TEMPORARY TABLE leaving ON COMMIT DROP AS
            SELECT DISTINCT book_id FROM vanished
            WHERE NOT EXISTS (
                SELECT FROM book_source kept
                WHERE kept.book_id = vanished.book_id
                  AND (kept.source <> :source OR kept.key NOT IN (SELECT key FROM vanished))
            )
        """),
        {"source": source},
    )


def remove_vanished(connection: sa.Connection, source: str) -> tuple[int, int]:
    """Take away the vanished keys, and the leaving books that no row has found; return how many of each."""
    connection.execute(
        sa.text("DELETE FROM leaving WHERE EXISTS (SELECT FROM found WHERE found.book_id = leaving.book_id)")
    )
    keys = connection.execute(
        sa.text("DELETE FROM book_source USING vanished WHERE source = :source AND book_source.key = vanished.key"),
        {"source": source},
    ).rowcount
    connection.execute(
        sa.text("""
            CREATE TEMPORARY TABLE removal ON COMMIT DROP AS
            SELECT category_id, position, book_id FROM slot JOIN leaving USING (book_id)
        """)
    )
    empty_removed_slots(connection)
    connection.execute(sa.text("DROP TABLE removal"))
    books = connection.execute(sa.text("DELETE FROM book USING leaving WHERE book.id = leaving.book_id")).rowcount
    return keys, books
