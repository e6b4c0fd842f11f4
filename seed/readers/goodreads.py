"""The library export of Goodreads (My Books → Import and export)."""

from collections.abc import Iterator

from seed.readers.dialect import default_dialect
from seed.readers.protocol import ReadOptions
from seed.readers.table import column_indexes, open_table
from seed.readers.text_file import Lines
from seed.record.model import RawRecord, Rejection

_COLUMNS = ("Book Id", "Title", "Author", "Additional Authors", "ISBN", "ISBN13", "Bookshelves")
_YEARS = ("Original Publication Year", "Year Published")

_STATES = {"read", "to-read", "currently-reading"}
"""Shelves that every account has. They are reading states, not kinds of books."""


def read(lines: Lines, options: ReadOptions) -> Iterator[RawRecord | Rejection]:
    """Yield the books of an export; shelves become categories, except for reading states."""
    header, rows = open_table(lines, default_dialect(options))
    indexes = column_indexes(header, _COLUMNS, lines.name)
    years = [header.index(name) for name in _YEARS if name in header]
    for row in rows:
        if isinstance(row, Rejection):
            yield row
            continue
        line, text, fields = row
        number, title, author, others, isbn, isbn13, shelves = (fields[index] for index in indexes)
        categories = [shelf for shelf in map(str.strip, shelves.split(",")) if shelf and shelf not in _STATES]
        yield RawRecord(
            line=line,
            text=text,
            key=number,
            title=title,
            authors=[author, *others.split(",")],
            year=next((fields[index] for index in years if fields[index].strip()), ""),
            isbns=[_unwrapped(isbn13), _unwrapped(isbn)],
            categories=categories or ([options.category] if options.category else []),
        )


def _unwrapped(isbn: str) -> str:
    """Undo `="…"`, with which the export stops spreadsheets from converting ISBNs to numbers."""
    return isbn.strip().removeprefix("=").strip('"')
