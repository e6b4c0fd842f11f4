"""The catalogue as our own CSV, which `load` reads back without loss."""

import csv
import gzip
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import sqlalchemy as sa

from seed.lines import UnreadableFileError
from seed.readers import FIELDS

_FETCH_ROWS = 5_000


def export(connection: sa.Connection, file: TextIO) -> int:
    """Write all books in the order of their ids, and return how many.

    The key is that of the book's source; with the source before it where the catalogue has
    several; the book's id where it has none.
    """
    writer = csv.writer(file)
    writer.writerow(FIELDS)
    count = 0
    rows = connection.execution_options(yield_per=_FETCH_ROWS).execute(sa.text(_BOOKS))
    for row in rows:
        writer.writerow(["" if value is None else value for value in row])
        count += 1
    return count


@contextmanager
def open_export(path: str) -> Iterator[TextIO]:
    """Open the file to write, or standard output for `-`; a name that ends in .gz is packed.

    Raises:
        UnreadableFileError: if it cannot be written.
    """
    if path == "-":
        output = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
        yield output
        # Standard output belongs to the process and is not closed with this wrapper.
        output.detach()
        return
    try:
        with Path(path).open("wb") as raw:
            packed = gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) if path.lower().endswith(".gz") else raw
            with io.TextIOWrapper(packed, encoding="utf-8", newline="") as file:
                yield file
    except OSError as error:
        raise UnreadableFileError(f"{path} cannot be written: {error.strerror or error}.") from None


# Books are merged with their keys and categories in the order of ids, so nothing is looked up one by one.
_BOOKS = """
    SELECT coalesce(named.key, id::text), title, array_to_string(authors, '; '), year, isbn, language, description,
           cover_url, standing.categories
    FROM book
    LEFT JOIN (
        SELECT DISTINCT ON (book_id) book_id,
               CASE WHEN (SELECT count(*) FROM (SELECT FROM book_source GROUP BY source LIMIT 2) AS sources) > 1
                   THEN source || ':' || key ELSE key
               END AS key
        FROM book_source ORDER BY book_id, source COLLATE "C", book_source.key COLLATE "C"
    ) AS named ON named.book_id = book.id
    LEFT JOIN (
        SELECT book_id, string_agg(name, '; ' ORDER BY name COLLATE "C") AS categories
        FROM slot JOIN category ON category.id = category_id
        WHERE category_id <> 0 AND book_id IS NOT NULL
        GROUP BY book_id
    ) AS standing ON standing.book_id = book.id
    ORDER BY id
"""
