"""Which book is which: each staged row finds the book that it names, or becomes a new one.

By its key in `book_source`, else by its ISBN, else by its fingerprint among books without an
ISBN. Of two keys of one source with one ISBN, each is a book: a row does not take over by ISBN
a book that another key of its source still names. `docs/catalogue.md` tells the rules to users.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from seed.loading.deduplication import join_rows_of_one_book, join_rows_of_one_key
from seed.loading.prune import find_vanished
from seed.record.model import FINGERPRINT_KEY, ISBN_KEY

# Another key of this source names book b, and has not made room: it is in the file too, or the
# file need not be complete. Keys that were made for rows without one are given up when the file
# gets a column of keys, or the book an ISBN; and such a row takes the book that has its ISBN.
_NAMED_BY_ANOTHER_KEY = """
    EXISTS (
        SELECT FROM book_source other
        WHERE other.book_id = b.id AND other.source = :source AND other.key <> stray.key
          AND ((NOT :sync AND NOT starts_with(other.key, :fingerprint_key) AND NOT starts_with(other.key, :isbn_key)
                AND NOT starts_with(stray.key, :isbn_key))
               OR EXISTS (SELECT FROM incoming WHERE incoming.key = other.key))
    )
"""


@dataclass(frozen=True)
class Identities:
    """What was found out."""

    joined: int
    """Rows that named a book which an earlier row of the file had named."""
    isbns_taken: int
    """Rows that had to do without their ISBN, because another book has it."""


def identify(connection: sa.Connection, *, source: str, sync: bool) -> Identities:
    """Fill the temporary table `found` (line, key, book_id, by_key, is_new), and leave one row of `incoming` per book.

    New books have got their ids, but are not stored yet.
    """
    values = {"source": source, "sync": sync, "fingerprint_key": FINGERPRINT_KEY, "isbn_key": ISBN_KEY}
    joined = join_rows_of_one_key(connection)
    find_vanished(connection, source=source, sync=sync)
    connection.execute(
        sa.text("""
            CREATE TEMPORARY TABLE found ON COMMIT DROP AS
            SELECT line, incoming.key, book_id, true AS by_key, false AS is_new
            FROM incoming JOIN book_source ON source = :source AND book_source.key = incoming.key
        """),
        values,
    )
    _collect_strays(connection)
    by_isbn = _find_by_isbn(connection, values)
    isbns_taken = _grant_isbns(connection)
    if by_isbn or isbns_taken:
        _collect_strays(connection)
    by_fingerprint = _find_by_fingerprint(connection, values) + _adopt_by_fingerprint(connection, values)
    if by_fingerprint:
        _collect_strays(connection)
    _number_new_books(connection)
    joined += join_rows_of_one_book(connection)
    connection.execute(sa.text("ANALYZE found"))
    return Identities(joined, isbns_taken)


def _find_by_isbn(connection: sa.Connection, values: dict[str, object]) -> int:
    found = connection.execute(
        sa.text(f"""
            INSERT INTO found
            SELECT DISTINCT ON (stray.isbn) stray.line, stray.key, b.id, false, false
            FROM stray JOIN book b ON b.isbn = stray.isbn
            WHERE NOT {_NAMED_BY_ANOTHER_KEY}
            ORDER BY stray.isbn, stray.line
        """),
        values,
    )
    return found.rowcount


def _find_by_fingerprint(connection: sa.Connection, values: dict[str, object]) -> int:
    found = connection.execute(
        sa.text("""
            INSERT INTO found
            SELECT stray.line, stray.key, min(b.id), false, false
            FROM stray JOIN book b ON b.isbn IS NULL AND b.fingerprint = stray.fingerprint
            WHERE stray.isbn IS NULL AND NOT stray.is_title_alone
            GROUP BY stray.line, stray.key
        """),
        values,
    )
    return found.rowcount


def _adopt_by_fingerprint(connection: sa.Connection, values: dict[str, object]) -> int:
    """Let rows with an ISBN find the book that had none so far, the first of them if there are several."""
    found = connection.execute(
        sa.text(f"""
            INSERT INTO found
            SELECT DISTINCT ON (stray.fingerprint) stray.line, stray.key, b.id, false, false
            FROM stray JOIN book b ON b.isbn IS NULL AND b.fingerprint = stray.fingerprint
            WHERE stray.isbn IS NOT NULL AND NOT stray.is_title_alone
              AND NOT EXISTS (SELECT FROM found WHERE found.book_id = b.id)
              AND NOT {_NAMED_BY_ANOTHER_KEY}
            ORDER BY stray.fingerprint, stray.line, b.id
        """),
        values,
    )
    return found.rowcount


def _number_new_books(connection: sa.Connection) -> None:
    """Give ids, in the order of lines, to the books of rows that found none.

    Rows without an ISBN share a book by their fingerprint. A title without an author is not
    enough for that: there are many books called Poems.
    """
    connection.execute(
        sa.text("""
            INSERT INTO found
            SELECT line, key, nextval(CAST(:sequence AS regclass)), false, true
            FROM (
                SELECT line, key FROM stray
                WHERE isbn IS NOT NULL OR is_title_alone OR line IN (
                    SELECT min(line) FROM stray WHERE isbn IS NULL AND NOT is_title_alone GROUP BY fingerprint
                )
                ORDER BY line
            ) AS first_of_its_book
        """),
        {"sequence": connection.scalar(sa.text("SELECT pg_get_serial_sequence('book', 'id')"))},
    )
    # The next statement reads the table that it fills; taken for small, it would be read once per row.
    connection.execute(sa.text("ANALYZE found"))
    connection.execute(
        sa.text("""
            INSERT INTO found
            SELECT stray.line, stray.key, leader.book_id, false, true
            FROM stray JOIN (
                SELECT fingerprint, book_id FROM stray JOIN found USING (line) WHERE isbn IS NULL AND NOT is_title_alone
            ) AS leader USING (fingerprint)
            WHERE isbn IS NULL AND NOT is_title_alone AND NOT EXISTS (SELECT FROM found WHERE found.line = stray.line)
        """)
    )


def _collect_strays(connection: sa.Connection) -> None:
    connection.execute(sa.text("DROP TABLE IF EXISTS stray"))
    connection.execute(
        sa.text("""
            CREATE TEMPORARY TABLE stray ON COMMIT DROP AS
            SELECT line, key, isbn, fingerprint, authors = '' AS is_title_alone FROM incoming
            WHERE NOT EXISTS (SELECT FROM found WHERE found.line = incoming.line)
        """)
    )
    connection.execute(sa.text("ANALYZE stray"))


def _grant_isbns(connection: sa.Connection) -> int:
    """Take an ISBN from all rows that want it but one, or from all if a book of the shop keeps it.

    The book that has it comes first, then books that the source knows already, then earlier lines.
    """
    contested = connection.execute(
        sa.text("""
            CREATE TEMPORARY TABLE wish ON COMMIT DROP AS
            WITH wish AS (
                SELECT incoming.line, incoming.isbn, found.book_id FROM incoming LEFT JOIN found USING (line)
                WHERE incoming.isbn IS NOT NULL
            ), contested AS (
                SELECT isbn FROM wish GROUP BY isbn HAVING count(*) > 1
                UNION
                SELECT wish.isbn FROM wish JOIN book ON book.isbn = wish.isbn
                WHERE wish.book_id IS DISTINCT FROM book.id
            )
            SELECT * FROM wish WHERE isbn IN (SELECT isbn FROM contested)
        """)
    )
    if not contested.rowcount:
        return 0
    connection.execute(sa.text("ANALYZE wish"))
    granted = connection.execute(
        sa.text("""
            WITH ranked AS (
                SELECT wish.line, wish.book_id, holder.id AS holder_id,
                       row_number() OVER (
                           PARTITION BY wish.isbn
                           ORDER BY wish.book_id IS NOT DISTINCT FROM holder.id DESC, wish.book_id IS NULL, wish.line
                       ) AS rank,
                       -- A list that is made once; a question for each row would read the whole file each time.
                       holder.id IN (
                           SELECT found.book_id
                           FROM found JOIN incoming USING (line) JOIN book ON book.id = found.book_id
                           WHERE incoming.isbn IS DISTINCT FROM book.isbn
                           UNION ALL
                           SELECT book_id FROM leaving
                           WHERE NOT EXISTS (SELECT FROM found WHERE found.book_id = leaving.book_id)
                       ) AS is_released
                FROM wish LEFT JOIN book holder ON holder.isbn = wish.isbn
            )
            UPDATE incoming SET isbn = NULL
            FROM ranked
            WHERE incoming.line = ranked.line
              AND (rank > 1 OR (holder_id IS DISTINCT FROM book_id AND holder_id IS NOT NULL AND NOT is_released))
        """)
    )
    return granted.rowcount
