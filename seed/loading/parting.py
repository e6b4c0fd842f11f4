"""Parts rows from a book that is no longer theirs.

Two keys of one source are two books, and sources that share a book because of its title and authors no longer share it
once these differ. Such rows come from earlier versions, which joined them, and from titles that have changed.
"""

import sqlalchemy as sa

from seed.loading.made_keys import is_made
from seed.loading.tables import analyze

_OWN_KEY = f"NOT {is_made('matched_row.key')}"

# Of several keys of this source, the one whose row is most like the book keeps it.
_PART_KEYS = f"""
    INSERT INTO parted_row
    SELECT line, key FROM (
        SELECT matched_row.line, matched_row.key,
               row_number() OVER (
                   PARTITION BY matched_row.book_id
                   ORDER BY staged_book.fingerprint = book.fingerprint DESC,
                            staged_book.language IS NOT DISTINCT FROM book.language DESC, matched_row.line
               ) AS rank
        FROM matched_row JOIN staged_book USING (line) JOIN book ON book.id = matched_row.book_id
        WHERE {_OWN_KEY} AND matched_row.book_id IN (
            SELECT book_id FROM matched_row WHERE {_OWN_KEY} GROUP BY book_id HAVING count(*) > 1
        )
    ) AS ranked
    WHERE rank > 1
"""

# A row without authors was not joined by its title, so it stays; so does one that has the book's ISBN.
_PART_SOURCES = f"""
    INSERT INTO parted_row
    SELECT matched_row.line, matched_row.key
    FROM matched_row JOIN staged_book USING (line) JOIN book ON book.id = matched_row.book_id
         JOIN shared_book ON shared_book.book_id = book.id
    WHERE {_OWN_KEY} AND staged_book.authors <> '' AND (staged_book.isbn = book.isbn) IS NOT TRUE
      AND (staged_book.fingerprint <> book.fingerprint OR staged_book.language <> book.language)
      AND matched_row.line NOT IN (SELECT line FROM parted_row)
"""


def find_shared_books(connection: sa.Connection, source: str) -> None:
    """Fill `shared_book` with the matched books that other sources name too."""
    connection.execute(
        sa.text("""
            INSERT INTO shared_book
            SELECT book_id, bit_or(provided_fields) FROM book_source
            WHERE source <> :source AND book_id IN (SELECT book_id FROM matched_row)
              AND book_id NOT IN (SELECT book_id FROM shared_book)
            GROUP BY book_id
        """),
        {"source": source},
    )
    analyze(connection, "shared_book")


def part_rows(connection: sa.Connection, source: str) -> int:
    """Unmatch the rows that must not keep their book, delete their keys, and return how many there are."""
    parted = connection.execute(sa.text(_PART_KEYS)).rowcount
    parted += connection.execute(sa.text(_PART_SOURCES)).rowcount
    if parted:
        connection.execute(sa.text("DELETE FROM matched_row USING parted_row WHERE parted_row.line = matched_row.line"))
        connection.execute(
            sa.text(
                "DELETE FROM book_source USING parted_row WHERE source = :source AND book_source.key = parted_row.key"
            ),
            {"source": source},
        )
    return parted
