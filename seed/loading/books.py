"""Stores matched rows: new books, changed books, and the keys by which their source names them."""

import sqlalchemy as sa

from seed.loading.overlay import PROVIDED, remember_provided_fields
from seed.loading.staging import SEPARATOR

_FIELDS = "isbn, title, authors, year, language, description, cover_url, fingerprint, is_edition_year"

_STAGED_FIELDS = """
    staged_book.isbn, staged_book.title, string_to_array(staged_book.authors, :separator), staged_book.year,
    staged_book.language, staged_book.description, staged_book.cover_url, staged_book.fingerprint,
    staged_book.is_edition_year
"""

_FIND_CHANGED = f"""
    INSERT INTO changed_book
    SELECT matched_row.book_id, staged_book.line
    FROM staged_book JOIN matched_row USING (line) JOIN book ON book.id = matched_row.book_id
    WHERE NOT is_new
      AND (book.isbn, book.title, book.authors, book.year, book.language, book.description, book.cover_url,
           book.fingerprint, book.is_edition_year) IS DISTINCT FROM ({_STAGED_FIELDS})
"""

# The unique constraint is not deferrable, so an ISBN that moves between books must be removed from the old one first.
_FREE_ISBNS = """
    UPDATE book SET isbn = NULL FROM changed_book JOIN staged_book USING (line)
    WHERE book.id = changed_book.book_id AND book.isbn <> coalesce(staged_book.isbn, '')
"""

_UPDATE_CHANGED = f"""
    UPDATE book SET ({_FIELDS}) = ROW ({_STAGED_FIELDS})
    FROM changed_book JOIN staged_book USING (line) WHERE book.id = changed_book.book_id
"""

_INSERT_NEW = f"""
    INSERT INTO book (id, {_FIELDS})
    SELECT book_id, {_STAGED_FIELDS} FROM staged_book JOIN matched_row USING (line) WHERE is_new
"""


def store_books(connection: sa.Connection, source: str) -> None:
    """Update the stored books whose fields differ from their row, and insert the new ones."""
    values = {"separator": SEPARATOR}
    connection.execute(sa.text(_FIND_CHANGED), values)
    remember_provided_fields(connection, source)
    connection.execute(sa.text(_FREE_ISBNS))
    connection.execute(sa.text(_UPDATE_CHANGED), values)
    connection.execute(sa.text(_INSERT_NEW), values)


def store_keys(connection: sa.Connection, source: str) -> int:
    """Remember the keys of rows that were not matched by key, and return how many."""
    return connection.execute(
        sa.text(f"""
            INSERT INTO book_source (source, key, book_id, provided_fields)
            SELECT :source, matched_row.key, book_id, coalesce({PROVIDED}, 0)
            FROM matched_row LEFT JOIN staged_book USING (line) WHERE NOT by_key
        """),
        {"source": source},
    ).rowcount
