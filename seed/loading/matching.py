"""The steps by which staged rows match books by key and ISBN, or become new books.

Each step considers only the rows that no earlier step has matched.
"""

import sqlalchemy as sa

from seed.loading.made_keys import is_made
from seed.loading.tables import analyze
from seed.record.model import FINGERPRINT_KEY

# A row must not take over a book that another key of its source still names: two keys of one source are two books.
# The other key gives way in three cases: with `--sync`, if it is not in the file; if it was made from an ISBN or a
# fingerprint because the file had no column of keys; and if the row's own key was made.
_NAMED_BY_ANOTHER_KEY = f"""
    EXISTS (
        SELECT FROM book_source other
        WHERE other.book_id = book.id AND other.source = :source AND other.key <> unmatched_row.key
          AND ((NOT :sync AND NOT {is_made("other.key")} AND NOT unmatched_row.has_made_key)
               OR EXISTS (SELECT FROM staged_book WHERE staged_book.key = other.key))
    )
"""


def match_by_key(connection: sa.Connection, source: str) -> None:
    """Match the rows whose key the source has used before."""
    connection.execute(
        sa.text("""
            INSERT INTO matched_row (line, key, book_id, by_key, is_new, provided_fields)
            SELECT line, staged_book.key, book_id, true, false, provided_fields
            FROM staged_book JOIN book_source ON source = :source AND book_source.key = staged_book.key
        """),
        {"source": source},
    )


def match_by_isbn(connection: sa.Connection, *, source: str, sync: bool) -> int:
    """Match the first row of each ISBN that a book has, and return how many there are."""
    return connection.execute(
        sa.text(f"""
            INSERT INTO matched_row (line, key, book_id, by_key, is_new)
            SELECT DISTINCT ON (unmatched_row.isbn) unmatched_row.line, unmatched_row.key, book.id, false, false
            FROM unmatched_row JOIN book ON book.isbn = unmatched_row.isbn
            WHERE NOT {_NAMED_BY_ANOTHER_KEY}
            ORDER BY unmatched_row.isbn, unmatched_row.line
        """),
        {"source": source, "sync": sync},
    ).rowcount


def add_new_books(connection: sa.Connection) -> None:
    """Reserve ids, in the order of lines, for the books of the remaining rows.

    A row whose key was made from its title and authors follows another row of the file that has the same ones.
    """
    connection.execute(sa.text(_FIND_FOLLOWERS))
    # The subquery looks the sequence up once, not for each row.
    connection.execute(
        sa.text("""
            INSERT INTO matched_row (line, key, book_id, by_key, is_new)
            SELECT line, key, nextval((SELECT CAST(pg_get_serial_sequence('book', 'id') AS regclass))), false, true
            FROM (
                SELECT line, key FROM unmatched_row
                WHERE NOT EXISTS (SELECT FROM follower_row WHERE follower_row.line = unmatched_row.line)
                ORDER BY line
            ) AS leaders
        """)
    )
    # The next statement reads the table that it fills. Without statistics the planner assumes that it is small and
    # would read it once per row.
    analyze(connection, "matched_row")
    connection.execute(
        sa.text("""
            INSERT INTO matched_row (line, key, book_id, by_key, is_new)
            SELECT follower_row.line, unmatched_row.key, leader.book_id, false, leader.is_new
            FROM follower_row JOIN unmatched_row USING (line)
                 JOIN matched_row leader ON leader.line = follower_row.leader_line
        """)
    )


# A leader has its own key, or at least a language where the follower has none, so no leader follows another row.
_FIND_FOLLOWERS = f"""
    INSERT INTO follower_row
    SELECT DISTINCT ON (follower.line) follower.line, leader.line
    FROM unmatched_row follower JOIN staged_book leader USING (fingerprint)
    WHERE starts_with(follower.key, '{FINGERPRINT_KEY}') AND follower.has_authors
      AND leader.isbn IS NULL AND leader.line <> follower.line
      AND (NOT starts_with(leader.key, '{FINGERPRINT_KEY}')
           OR (follower.language IS NULL AND leader.language IS NOT NULL))
      AND (follower.language = leader.language) IS NOT FALSE
    ORDER BY follower.line, starts_with(leader.key, '{FINGERPRINT_KEY}'), leader.line
"""


def collect_unmatched(connection: sa.Connection) -> None:
    """Fill `unmatched_row` with the rows that have no book yet."""
    connection.execute(sa.text("TRUNCATE unmatched_row"))
    connection.execute(
        sa.text(f"""
            INSERT INTO unmatched_row
            SELECT line, key, isbn, fingerprint, language, authors <> '', {is_made("key")}
            FROM staged_book
            WHERE NOT EXISTS (SELECT FROM matched_row WHERE matched_row.line = staged_book.line)
        """)
    )
    analyze(connection, "unmatched_row")
