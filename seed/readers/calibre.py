"""Catalogues of calibre: CSV (Convert books → Create a catalog) and JSON (`calibredb list --for-machine`).

Sources: https://github.com/kovidgoyal/calibre/blob/master/src/calibre/library/catalogs/csv_xml.py and
https://manual.calibre-ebook.com/generated/en/calibredb.html.
"""

from collections.abc import Iterator
from typing import Any

from seed.readers.export_table import Entry, read_export, with_category
from seed.readers.json_stream import Item, read_items
from seed.readers.json_values import text_value, text_values
from seed.readers.protocol import ReadOptions
from seed.readers.text_file import Lines
from seed.record.model import Header, RawRecord, Reading, Rejection, Skipped

SIGNATURE = {"title", "authors", "author_sort", "uuid"}
_COLUMNS = {
    "uuid": "key", "id": "key", "title": "title", "authors": "authors", "pubdate": "year of the edition",
    "isbn": "isbn", "identifiers": "isbn", "languages": "language", "comments": "description", "tags": "categories",
    "rating": "rating", "#read": "reading state",
}  # fmt: skip
UNDEFINED_DATE = "0101-01-01"
"""What calibre writes for a book without a date."""

PRESENT = frozenset({"authors", "year", "isbn", "language", "description", "categories"})
_TRUE = {"yes", "true", "1"}


def read(lines: Lines, options: ReadOptions) -> Iterator[RawRecord | Rejection | Skipped | Header]:
    """Yield the books of a CSV catalogue; tags become categories."""
    return read_export(lines, options, _COLUMNS, _to_record)


def read_json(lines: Lines, options: ReadOptions) -> Iterator[RawRecord | Rejection | Skipped]:
    """Yield the books of a JSON list; tags become categories."""
    for item in read_items(lines):
        yield item if not isinstance(item, Item) else with_category(_from_json(item), options)


def author_names(text: str) -> list[str]:
    """Return the authors of a field; `&` stands between them, and in CSV files a comma."""
    separator = "&" if " & " in text else ","
    return [name.replace("|", ",") for name in map(str.strip, text.split(separator)) if name]


def known_date(text: str) -> str:
    """Return a date, or an empty text for calibre's undefined date."""
    return "" if text.startswith(UNDEFINED_DATE) else text


def make_reading(state: str, rating: str) -> Reading | None:
    """Return the reading of a custom column `#read` and a rating of 1 to 5."""
    reading = Reading("read" if state.casefold() in _TRUE else "", rating.strip("0").rstrip("."))
    return reading if any(reading) else None


def _to_record(entry: Entry) -> RawRecord:
    return RawRecord(
        line=entry.line,
        text=entry.text,
        key=entry.value("uuid", "id"),
        title=entry.value("title"),
        authors=author_names(entry.value("authors")),
        year=known_date(entry.value("pubdate")),
        isbns=[entry.value("isbn"), *entry.values("identifiers")],
        language=entry.value("languages"),
        description=entry.value("comments"),
        categories=entry.values("tags"),
        is_edition_year=True,
        present=PRESENT,
        reading=make_reading(entry.value("#read"), entry.value("rating")),
    )


def _from_json(item: Item) -> RawRecord:
    book = item.value
    identifiers: Any = book.get("identifiers")
    numbers = list(identifiers.values()) if isinstance(identifiers, dict) else []
    authors = book.get("authors")
    rating = text_value(book, "rating")
    return RawRecord(
        line=item.line,
        text=item.text,
        key=text_value(book, "uuid") or text_value(book, "id"),
        title=text_value(book, "title"),
        authors=text_values(authors) if isinstance(authors, list) else author_names(text_value(book, "authors")),
        year=known_date(text_value(book, "pubdate")),
        isbns=[text_value(book, "isbn"), *text_values(numbers)],
        language=next(iter(text_values(book.get("languages"), ",")), ""),
        description=text_value(book, "comments"),
        categories=text_values(book.get("tags"), ","),
        is_edition_year=True,
        present=PRESENT,
        reading=make_reading(str(book.get("*read", "")), rating),
    )
