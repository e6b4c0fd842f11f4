"""The library export of Goodreads (My Books → Import and export)."""

from collections.abc import Iterator

from seed.readers import ReadOptions
from seed.readers.dialect import given_dialect
from seed.readers.table import columns_of, open_table
from seed.readers.text_file import Lines
from seed.record.book import Raw, Rejection

_COLUMNS = ("Book Id", "Title", "Author", "Additional Authors", "ISBN", "ISBN13", "Bookshelves")
_YEARS = ("Original Publication Year", "Year Published")

_STATES = {"read", "to-read", "currently-reading"}
"""Shelves that every member has; they say how far the reading went, not what kind of book it is."""


def read(lines: Lines, options: ReadOptions) -> Iterator[Raw | Rejection]:
    """Yield the books of an export; shelves become categories, except those for the state of reading."""
    header, rows = open_table(lines, given_dialect(options))
    places = columns_of(header, _COLUMNS, lines.name)
    years = [header.index(name) for name in _YEARS if name in header]
    for row in rows:
        if isinstance(row, Rejection):
            yield row
            continue
        line, text, fields = row
        number, title, author, others, isbn, isbn13, shelves = (fields[place] for place in places)
        categories = [shelf for shelf in map(str.strip, shelves.split(",")) if shelf and shelf not in _STATES]
        yield Raw(
            line=line,
            text=text,
            key=number,
            title=title,
            authors=[author, *others.split(",")],
            year=next((fields[place] for place in years if fields[place].strip()), ""),
            isbns=[_unwrapped(isbn13), _unwrapped(isbn)],
            categories=categories or ([options.category] if options.category else []),
        )


def _unwrapped(isbn: str) -> str:
    """Undo `="…"`, by which the export keeps spreadsheets from taking ISBNs for numbers."""
    return isbn.strip().removeprefix("=").strip('"')
