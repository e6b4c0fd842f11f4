"""Merges rows of one file that mean the same book.

Authors and categories are united. For every other field the first row that has a value wins.
"""

from collections.abc import Iterator
from typing import NamedTuple

import sqlalchemy as sa
from psycopg.rows import class_row

from seed.loading.staging import SEPARATOR
from seed.loading.tables import raw_connection
from seed.record.fingerprint import fingerprint

_FETCH_ROWS = 5_000


class _MergedBook(NamedTuple):
    line: int
    title: str
    authors: str


def merge_rows_of_one_key(connection: sa.Connection) -> int:
    """Merge all rows that have the same key, and return how many rows that removes."""
    connection.execute(
        sa.text("""
            INSERT INTO duplicate_row
            SELECT line, min(line) OVER (PARTITION BY key)
            FROM staged_book JOIN (SELECT key FROM staged_book GROUP BY key HAVING count(*) > 1) AS repeated USING (key)
        """)
    )
    return _merge(connection)


def merge_rows_of_one_book(connection: sa.Connection) -> int:
    """Merge all rows that have matched the same book, and return how many rows that removes."""
    connection.execute(
        sa.text("""
            INSERT INTO duplicate_row
            SELECT line, min(line) OVER (PARTITION BY book_id)
            FROM matched_row
            JOIN (SELECT book_id FROM matched_row GROUP BY book_id HAVING count(*) > 1) AS repeated USING (book_id)
        """)
    )
    return _merge(connection)


def _merge(connection: sa.Connection) -> int:
    """Replace all duplicates by merged rows, and empty `duplicate_row`."""
    surplus = connection.execute(
        sa.text("SELECT count(*) - count(DISTINCT first_line) FROM duplicate_row")
    ).scalar_one()
    if surplus:
        connection.execute(sa.text(_MERGE), {"separator": SEPARATOR})
        _recompute_fingerprints(connection)
        connection.execute(
            sa.text("DELETE FROM staged_book USING duplicate_row WHERE staged_book.line = duplicate_row.line")
        )
        connection.execute(sa.text("INSERT INTO staged_book SELECT * FROM merged_book"))
    connection.execute(sa.text("TRUNCATE duplicate_row, merged_book, merged_fingerprint"))
    return int(surplus)


def _first(column: str) -> str:
    return f"(array_agg({column} ORDER BY line) FILTER (WHERE {column} IS NOT NULL))[1]"


def _united(column: str) -> str:
    every = f"string_to_array(string_agg(nullif({column}, ''), :separator ORDER BY line), :separator)"
    return f"""coalesce(array_to_string(ARRAY(
        SELECT name FROM unnest({every}) WITH ORDINALITY AS names (name, place) GROUP BY name ORDER BY min(place)
    ), :separator), '')"""


_MERGE = f"""
    INSERT INTO merged_book
        (line, key, isbn, title, authors, year, language, description, cover_url, fingerprint, categories)
    SELECT first_line, {_first("key")}, {_first("isbn")}, {_first("title")}, {_united("authors")}, {_first("year")},
           {_first("language")}, {_first("description")}, {_first("cover_url")}, {_first("fingerprint")},
           {_united("categories")}
    FROM staged_book JOIN duplicate_row USING (line)
    GROUP BY first_line
"""


def _recompute_fingerprints(connection: sa.Connection) -> None:
    """Give merged rows the fingerprint of their united authors."""
    with raw_connection(connection).cursor() as cursor:
        for batch in _batches(connection):
            with cursor.copy("COPY merged_fingerprint (line, fingerprint) FROM STDIN") as copy:
                for book in batch:
                    authors = filter(None, book.authors.split(SEPARATOR))
                    copy.write_row((book.line, fingerprint(book.title, authors)))
    connection.execute(
        sa.text("""
            UPDATE merged_book SET fingerprint = merged_fingerprint.fingerprint
            FROM merged_fingerprint WHERE merged_book.line = merged_fingerprint.line
        """)
    )


def _batches(connection: sa.Connection) -> Iterator[list[_MergedBook]]:
    with raw_connection(connection).cursor("merged_books", row_factory=class_row(_MergedBook)) as rows:
        rows.execute("SELECT line, title, authors FROM merged_book")
        while batch := rows.fetchmany(_FETCH_ROWS):
            yield batch
