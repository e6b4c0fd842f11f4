"""The library export of Goodreads.

Source: https://www.goodreads.com/review/import (My Books → Import and export).
"""

from collections.abc import Iterator

from seed.readers.export_table import Entry, read_export, reading_state
from seed.readers.protocol import ReadOptions
from seed.readers.text_file import Lines
from seed.record.model import Header, RawRecord, Reading, Rejection, Skipped

SIGNATURE = {"Book Id", "Title", "Bookshelves"}
_COLUMNS = {
    "Book Id": "key", "Title": "title", "Author": "authors", "Additional Authors": "authors", "ISBN": "isbn",
    "ISBN13": "isbn", "Original Publication Year": "year", "Year Published": "year of the edition",
    "Bookshelves": "categories", "Exclusive Shelf": "reading state", "My Rating": "rating", "Date Read": "date read",
}  # fmt: skip
_STATES = {"read", "to-read", "currently-reading"}
"""Shelves that every account has. They are reading states, not kinds of books."""


def read(lines: Lines, options: ReadOptions) -> Iterator[RawRecord | Rejection | Skipped | Header]:
    """Yield the books of an export; shelves become categories, except for reading states."""
    return read_export(lines, options, _COLUMNS, _to_record)


def _to_record(entry: Entry) -> RawRecord:
    first_year = entry.value("Original Publication Year")
    shelves = entry.values("Bookshelves")
    return RawRecord(
        line=entry.line,
        text=entry.text,
        key=entry.value("Book Id"),
        title=entry.value("Title"),
        authors=[*entry.values("Author", separator="\0"), *entry.names("Additional Authors")],
        year=first_year or entry.value("Year Published"),
        isbns=[_unwrapped(entry.value("ISBN13")), _unwrapped(entry.value("ISBN"))],
        categories=[shelf for shelf in shelves if shelf not in _STATES],
        is_edition_year=not first_year,
        present=frozenset({"authors", "year", "isbn", "categories"}),
        reading=_reading(entry),
    )


def _reading(entry: Entry) -> Reading | None:
    exclusive = entry.value("Exclusive Shelf") or next(
        (shelf for shelf in entry.values("Bookshelves") if shelf in _STATES), ""
    )
    rating = entry.value("My Rating").removeprefix("0")
    reading = Reading(reading_state(exclusive), rating, entry.value("Date Read"))
    return reading if any(reading) else None


def _unwrapped(isbn: str) -> str:
    """Undo `="…"`, with which the export stops spreadsheets from converting ISBNs to numbers."""
    return isbn.removeprefix("=").strip('"')
