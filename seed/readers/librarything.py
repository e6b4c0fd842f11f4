"""The library exports of LibraryThing, tab-delimited and JSON (https://www.librarything.com/export.php).

Unverified: LibraryThing does not document them; the names are those that public converters of the exports use.
"""

import re
from collections.abc import Iterator
from typing import Any

from seed.readers.dialect import Dialect, header_delimiter
from seed.readers.export_table import Entry, read_export, reading_state, with_category
from seed.readers.json_stream import Item, read_items
from seed.readers.json_values import text_value, text_values
from seed.readers.person_names import given_name_first
from seed.readers.protocol import ReadOptions
from seed.readers.text_file import Lines
from seed.record.model import Header, RawRecord, Reading, Rejection, Skipped

SIGNATURE = {"Book Id", "Title", "Primary Author", "Collections"}
_COLUMNS = {
    "Book Id": "key", "Title": "title", "Primary Author": "authors", "Secondary Author": "authors",
    "Date": "year of the edition", "ISBN": "isbn", "ISBNs": "isbn", "Languages": "language", "Summary": "description",
    "Tags": "categories", "Subjects": "categories", "Collections": "reading state", "Rating": "rating",
    "Date Read": "date read",
}  # fmt: skip
_QUOTED_FIELD = re.compile(r'(?:^|\t)"(?:[^"\t]|"")*"(?=\t|\r?$)', re.MULTILINE)
_PRESENT = frozenset({"authors", "year", "isbn", "language", "description", "categories"})


def read(lines: Lines, options: ReadOptions) -> Iterator[RawRecord | Rejection | Skipped | Header]:
    """Yield the books of a tab-delimited export; tags become categories, for a book without tags its subjects."""
    # A quote at the beginning of a title is no quoting, unless whole fields are quoted or a spreadsheet saved the file.
    delimiter = header_delimiter(lines, options)
    is_quoted = delimiter != "\t" or _QUOTED_FIELD.search(lines.sample)
    quote = options.quote if options.quote is not None else '"' if is_quoted else ""
    return read_export(lines, options, _COLUMNS, _to_record, Dialect(delimiter, options.escape, quote))


def read_json(lines: Lines, options: ReadOptions) -> Iterator[RawRecord | Rejection | Skipped]:
    """Yield the books of a JSON export; categories as in the tab-delimited one."""
    for item in read_items(lines):
        yield item if not isinstance(item, Item) else with_category(_from_json(item), options)


def _to_record(entry: Entry) -> RawRecord:
    # Between persons stands `|` or `;`; the comma is within a name.
    others = re.split(r"[|;]", entry.value("Secondary Author"))
    people = [entry.value("Primary Author"), *others]
    return RawRecord(
        line=entry.line,
        text=entry.text,
        key=entry.value("Book Id"),
        title=entry.value("Title"),
        authors=[given_name_first(person.strip()) for person in people if person.strip()],
        year=entry.value("Date"),
        isbns=[entry.value("ISBN"), entry.value("ISBNs")],
        language=entry.value("Languages"),
        description=entry.value("Summary"),
        categories=entry.values("Tags") or re.split(r"[|;]", entry.value("Subjects")),
        is_edition_year=True,
        present=_PRESENT,
        reading=_reading(entry.values("Collections"), entry.value("Rating"), entry.value("Date Read")),
    )


def _from_json(item: Item) -> RawRecord:
    book = item.value
    authors = [author for author in _values(book.get("authors")) if isinstance(author, dict)]
    names = [text_value(author, "fl") or given_name_first(text_value(author, "lf")) for author in authors]
    return RawRecord(
        line=item.line,
        text=item.text,
        key=text_value(book, "books_id") or item.name,
        title=text_value(book, "title"),
        authors=names if any(names) else [given_name_first(text_value(book, "primaryauthor"))],
        year=text_value(book, "date"),
        isbns=[text for value in _values(book.get("isbn")) for text in text_values(value)],
        language=next(iter(text_values(_values(book.get("language")))), ""),
        description=text_value(book, "summary"),
        categories=text_values(_values(book.get("tags"))) or _subjects(book),
        is_edition_year=True,
        present=_PRESENT,
        reading=_reading(
            text_values(_values(book.get("collections"))), text_value(book, "rating"), text_value(book, "dateread")
        ),
    )


def _subjects(book: dict[str, Any]) -> list[str]:
    return [text for subject in _values(book.get("subject")) for text in text_values(subject)]


def _values(value: Any) -> list[Any]:
    """Return the items of a list, the members of an object, or the value itself: the export uses all three."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else [] if value is None else [value]


def _reading(collections: list[str], rating: str, date: str) -> Reading | None:
    states = [state for collection in collections if (state := reading_state(collection))]
    reading = Reading(states[0] if states else "read" if date else "", rating.removesuffix(".0").strip("0"), date)
    return reading if any(reading) else None
