"""Exports the catalogue as our own CSV, which `load` reads back without loss."""

import csv
import gzip
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import sqlalchemy as sa

from seed.readers.errors import UnwritableFileError
from seed.readers.protocol import FIELDS
from seed.record.model import MAX_KEY_LENGTH
from seed.record.names import MORE_BOOKS_SLUG

_FETCH_ROWS = 5_000


def export(connection: sa.Connection, file: TextIO) -> int:
    """Write all books in the order of their ids, and return how many.

    The key is that of the book's source, or the book's id if it has none. If there are several sources, or books
    without one, the source and a colon precede it, so that no two keys are equal. A key that would be too long to
    load ends in a digest instead.
    """
    writer = csv.writer(file)
    has_edition_years = bool(connection.scalar(sa.text("SELECT EXISTS (SELECT FROM book WHERE is_edition_year)")))
    # The last column of the query is the year of the edition.
    width = len(FIELDS) + has_edition_years
    writer.writerow((*FIELDS, "published")[:width])
    count = 0
    with connection.execution_options(yield_per=_FETCH_ROWS).execute(sa.text(_BOOKS)) as rows:
        for row in rows:
            writer.writerow(["" if value is None else value for value in row[:width]])
            count += 1
    return count


@contextmanager
def open_export(path: str) -> Iterator[TextIO]:
    """Open the file to write, or standard output for `-`; a name that ends in .gz is compressed.

    The file is renamed when it is complete. Until then, and after a failure, an existing file of that name stays.

    Raises:
        UnwritableFileError: if it cannot be written.
    """
    try:
        if path == "-":
            with _standard_output() as file:
                yield file
        elif Path(path).is_file() or not Path(path).exists():
            with _replaced_when_complete(Path(path)) as file:
                yield file
        else:  # a device or a pipe
            with _writer(Path(path)) as file:
                yield file
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UnwritableFileError("standard output" if path == "-" else path, error) from None


@contextmanager
def _standard_output() -> Iterator[TextIO]:
    output = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
    yield output
    output.flush()
    # The wrapper must not close standard output, which belongs to the process.
    output.detach()


@contextmanager
def _replaced_when_complete(path: Path) -> Iterator[TextIO]:
    path = path.resolve() if path.is_symlink() else path
    # Keep the ending: it decides whether the file is compressed.
    unfinished = path.with_name(f".unfinished-{path.name}")
    try:
        with _writer(unfinished) as file:
            yield file
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _writer(path: Path) -> Iterator[TextIO]:
    with path.open("wb") as raw:
        target = gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) if path.suffix.lower() == ".gz" else raw
        with io.TextIOWrapper(target, encoding="utf-8", newline="") as file:
            yield file


# PostgreSQL can merge all parts in the order of ids, so no book needs a separate lookup.
_BOOKS = f"""
    WITH sources AS MATERIALIZED (
        SELECT (SELECT count(*) FROM (SELECT FROM book_source GROUP BY source LIMIT 2) AS two) > 1
               OR EXISTS (SELECT FROM book WHERE NOT EXISTS (SELECT FROM book_source WHERE book_id = id))
               AS are_several
    )
    SELECT coalesce(named.key, CASE WHEN EXISTS (SELECT FROM book_source) THEN ':' ELSE '' END || id), title,
           array_to_string(authors, '; '), CASE WHEN NOT is_edition_year THEN year END, isbn, language, description,
           cover_url, placed.categories, CASE WHEN is_edition_year THEN year END
    FROM book
    LEFT JOIN (
        SELECT DISTINCT ON (book_id) book_id,
               CASE WHEN length(named.key) > {MAX_KEY_LENGTH}
                   THEN left(named.key, {MAX_KEY_LENGTH - 33}) || ':' || md5(named.key) ELSE named.key
               END AS key
        FROM book_source, LATERAL (
            SELECT CASE WHEN (SELECT are_several FROM sources)
                THEN replace(replace(source, '%', '%25'), ':', '%3A') || ':' || key ELSE key
            END AS key
        ) AS named
        ORDER BY book_id, source COLLATE "C", book_source.key COLLATE "C"
    ) AS named ON named.book_id = book.id
    LEFT JOIN (
        SELECT book_id, string_agg(name, '; ' ORDER BY name COLLATE "C") AS categories
        FROM slot JOIN category ON category.id = category_id
        WHERE category_id <> 0 AND slug <> '{MORE_BOOKS_SLUG}' AND book_id IS NOT NULL
        GROUP BY book_id
    ) AS placed ON placed.book_id = book.id
    ORDER BY id
"""
