"""The steps by which staged rows match books. Each considers only the rows that no earlier step has matched."""

import sqlalchemy as sa

from seed.loading.tables import analyze
from seed.record.model import FINGERPRINT_KEY, ISBN_KEY

# A row must not take over a book that another key of its source still names: two keys of one source are two books.
# The other key gives way in three cases: with `--sync`, if it is not in the file; if it was made from an ISBN or a
# fingerprint because the file had no column of keys; and if the row's own key was made from the ISBN.
_NAMED_BY_ANOTHER_KEY = """
    EXISTS (
        SELECT FROM book_source other
        WHERE other.book_id = b.id AND other.source = :source AND other.key <> unmatched_row.key
          AND ((NOT :sync AND NOT starts_with(other.key, :fingerprint_key) AND NOT starts_with(other.key, :isbn_key)
                AND NOT starts_with(unmatched_row.key, :isbn_key))
               OR EXISTS (SELECT FROM staged_book WHERE staged_book.key = other.key))
    )
"""


class Matcher:
    """Fills `matched_row` step by step."""

    def __init__(self, connection: sa.Connection, *, source: str, sync: bool) -> None:
        self._connection = connection
        self._values = {"source": source, "sync": sync, "fingerprint_key": FINGERPRINT_KEY, "isbn_key": ISBN_KEY}

    def match_by_key(self) -> None:
        """Match the rows whose key the source has used before."""
        self._match("""
            SELECT line, staged_book.key, book_id, true, false
            FROM staged_book JOIN book_source ON source = :source AND book_source.key = staged_book.key
        """)

    def match_by_isbn(self) -> None:
        """Match the first row of each ISBN that a book has."""
        self._collect_unmatched()
        self._match(f"""
            SELECT DISTINCT ON (unmatched_row.isbn) unmatched_row.line, unmatched_row.key, b.id, false, false
            FROM unmatched_row JOIN book b ON b.isbn = unmatched_row.isbn
            WHERE NOT {_NAMED_BY_ANOTHER_KEY}
            ORDER BY unmatched_row.isbn, unmatched_row.line
        """)

    def match_by_fingerprint(self) -> None:
        """Match rows to books without an ISBN that have the same title and authors; a title alone is not enough."""
        self._collect_unmatched()
        self._match("""
            SELECT unmatched_row.line, unmatched_row.key, min(b.id), false, false
            FROM unmatched_row JOIN book b ON b.isbn IS NULL AND b.fingerprint = unmatched_row.fingerprint
            WHERE unmatched_row.isbn IS NULL AND unmatched_row.has_authors
            GROUP BY unmatched_row.line, unmatched_row.key
        """)
        # A row with an ISBN gives it to the first such book that no other row has matched.
        self._match(f"""
            SELECT DISTINCT ON (unmatched_row.fingerprint) unmatched_row.line, unmatched_row.key, b.id, false, false
            FROM unmatched_row JOIN book b ON b.isbn IS NULL AND b.fingerprint = unmatched_row.fingerprint
            WHERE unmatched_row.isbn IS NOT NULL AND unmatched_row.has_authors
              AND NOT EXISTS (SELECT FROM matched_row WHERE matched_row.book_id = b.id)
              AND NOT {_NAMED_BY_ANOTHER_KEY}
            ORDER BY unmatched_row.fingerprint, unmatched_row.line, b.id
        """)

    def add_new_books(self) -> None:
        """Reserve ids, in the order of lines, for the books of the remaining rows.

        Rows without an ISBN share a book if their fingerprints are equal and they have authors.
        """
        self._collect_unmatched()
        self._match("""
            SELECT line, key, nextval(pg_get_serial_sequence('book', 'id')), false, true
            FROM (
                SELECT line, key FROM unmatched_row
                WHERE isbn IS NOT NULL OR NOT has_authors OR line IN (
                    SELECT min(line) FROM unmatched_row WHERE isbn IS NULL AND has_authors GROUP BY fingerprint
                )
                ORDER BY line
            ) AS first_of_its_book
        """)
        # The next statement reads the table that it fills. Without statistics the planner takes it for small and
        # would read it once per row.
        analyze(self._connection, "matched_row")
        self._match("""
            SELECT unmatched_row.line, unmatched_row.key, first.book_id, false, true
            FROM unmatched_row JOIN (
                SELECT fingerprint, book_id FROM unmatched_row JOIN matched_row USING (line)
                WHERE isbn IS NULL AND has_authors
            ) AS first USING (fingerprint)
            WHERE isbn IS NULL AND has_authors
              AND NOT EXISTS (SELECT FROM matched_row WHERE matched_row.line = unmatched_row.line)
        """)

    def _match(self, query: str) -> None:
        """Add the rows of a query: line, key, book_id, by_key, is_new."""
        self._connection.execute(sa.text(f"INSERT INTO matched_row {query}"), self._values)

    def _collect_unmatched(self) -> None:
        self._connection.execute(sa.text("TRUNCATE unmatched_row"))
        self._connection.execute(
            sa.text("""
                INSERT INTO unmatched_row
                SELECT line, key, isbn, fingerprint, authors <> '' FROM staged_book
                WHERE NOT EXISTS (SELECT FROM matched_row WHERE matched_row.line = staged_book.line)
            """)
        )
        analyze(self._connection, "unmatched_row")
