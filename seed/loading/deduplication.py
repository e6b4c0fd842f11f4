"""Merges rows of one file that mean the same book, and keeps apart those that only have the same title.

Authors and categories are combined. For every other field the first row that has a value wins.
"""

import sqlalchemy as sa

from seed.loading.fingerprints import recompute_fingerprints
from seed.loading.staging import SEPARATOR
from seed.record.model import FINGERPRINT_KEY
from seed.record.names import MAX_AUTHORS_LENGTH, MAX_CATEGORIES


def separate_title_only_rows(connection: sa.Connection) -> None:
    """Number the keys of rows that have neither key, ISBN nor authors, because a title alone does not identify a book.

    The first row keeps its key, so that keys do not change in a file whose titles are distinct.
    """
    connection.execute(
        sa.text("""
            UPDATE staged_book SET key = staged_book.key || '#' || numbered.number
            FROM (
                SELECT line, row_number() OVER (PARTITION BY key ORDER BY line) AS number
                FROM staged_book WHERE authors = '' AND starts_with(key, :fingerprint_key)
            ) AS numbered
            WHERE staged_book.line = numbered.line AND numbered.number > 1
        """),
        {"fingerprint_key": FINGERPRINT_KEY},
    )


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
        connection.execute(
            sa.text("DELETE FROM staged_book USING duplicate_row WHERE staged_book.line = duplicate_row.line")
        )
        connection.execute(sa.text("INSERT INTO staged_book SELECT * FROM merged_book"))
        recompute_fingerprints(connection, "line IN (SELECT line FROM merged_book)")
    connection.execute(sa.text("TRUNCATE duplicate_row, merged_book"))
    return int(surplus)


def _first(column: str) -> str:
    return f"(array_agg({column} ORDER BY line) FILTER (WHERE {column} IS NOT NULL))[1]"


def _united(column: str) -> str:
    """Return the names of all rows, each once, up to the limits that hold for one row."""
    every = f"string_to_array(string_agg(nullif({column}, ''), :separator ORDER BY line), :separator)"
    limit = f"length <= {MAX_AUTHORS_LENGTH}" if column == "authors" else f"number <= {MAX_CATEGORIES}"
    return f"""coalesce(array_to_string(ARRAY(
        SELECT name FROM (
            SELECT name, row_number() OVER (ORDER BY min(place)) AS number,
                   sum(length(name)) OVER (ORDER BY min(place)) AS length
            FROM unnest({every}) WITH ORDINALITY AS names (name, place) GROUP BY name
        ) AS counted WHERE {limit} ORDER BY number
    ), :separator), '')"""


_MERGE = f"""
    INSERT INTO merged_book
        (line, key, isbn, title, authors, year, language, description, cover_url, fingerprint, categories,
         is_edition_year, present, retained)
    SELECT first_line, {_first("key")}, {_first("isbn")}, {_first("title")}, {_united("authors")}, {_first("year")},
           {_first("language")}, {_first("description")}, {_first("cover_url")}, {_first("fingerprint")},
           {_united("categories")},
           coalesce((array_agg(is_edition_year ORDER BY line) FILTER (WHERE year IS NOT NULL))[1], false),
           bit_or(present), bit_or(retained)
    FROM staged_book JOIN duplicate_row USING (line)
    GROUP BY first_line
"""
