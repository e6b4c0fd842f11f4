"""The CSV export of BookWyrm (Settings → CSV export).

Source: https://github.com/bookwyrm-social/bookwyrm/blob/main/bookwyrm/views/preferences/export.py.
"""

from collections.abc import Iterator

from seed.readers.export_table import Entry, read_export, reading_state
from seed.readers.protocol import ReadOptions
from seed.readers.text_file import Lines
from seed.record.model import Header, RawRecord, Reading, Rejection, Skipped

SIGNATURE = {"title", "author_text", "isbn_13", "shelf_name"}
_KEYS = ("remote_id", "openlibrary_key", "inventaire_id", "goodreads_key", "librarything_key", "wikidata", "asin")
_COLUMNS = dict.fromkeys(_KEYS, "key") | {
    "title": "title", "author_text": "authors", "isbn_13": "isbn", "isbn_10": "isbn", "shelf": "reading state",
    "shelf_name": "categories", "rating": "rating", "finish_date": "date read",
}  # fmt: skip


def read(lines: Lines, options: ReadOptions) -> Iterator[RawRecord | Rejection | Skipped | Header]:
    """Yield the books of an export; a shelf that is not a reading state becomes a category."""
    return read_export(lines, options, _COLUMNS, _to_record)


def _to_record(entry: Entry) -> RawRecord:
    state = reading_state(entry.value("shelf"))
    is_own_shelf = not state and entry.value("shelf_name")
    reading = Reading(state, entry.value("rating"), entry.value("finish_date", "stopped_date"))
    return RawRecord(
        line=entry.line,
        text=entry.text,
        key=entry.value(*_KEYS),
        title=entry.value("title"),
        authors=entry.names("author_text"),
        isbns=[entry.value("isbn_13"), entry.value("isbn_10")],
        categories=[entry.value("shelf_name")] if is_own_shelf else [],
        present=frozenset({"authors", "isbn", "categories"}),
        reading=reading if any(reading) else None,
    )
