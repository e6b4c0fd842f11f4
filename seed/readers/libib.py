"""The library export of Libib (Settings → Libraries → Export).

Unverified: the columns are those that public converters of the export name.
"""

from collections.abc import Iterator

from seed.readers.export_table import Entry, read_export, reading_state
from seed.readers.protocol import ReadOptions
from seed.readers.text_file import Lines
from seed.record.model import Header, RawRecord, Reading, Rejection, Skipped

SIGNATURE = {"item_type", "title", "creators", "ean_isbn13"}
_OTHER_TYPES = {"movie", "music", "game", "videogame", "video game", "boardgame"}
_COLUMNS = {
    "title": "title", "creators": "authors", "ean_isbn13": "isbn", "upc_isbn10": "isbn", "description": "description",
    "publish_date": "year of the edition", "group": "categories", "tags": "categories", "status": "reading state",
    "rating": "rating", "completed": "date read", "item_type": "kind",
}  # fmt: skip


def read(lines: Lines, options: ReadOptions) -> Iterator[RawRecord | Rejection | Skipped | Header]:
    """Yield the books of an export; films, music and games are skipped; tags and groups become categories."""
    return read_export(lines, options, _COLUMNS, _to_record)


def _to_record(entry: Entry) -> RawRecord | Skipped:
    kind = entry.value("item_type").casefold()
    if kind not in {"", "book"}:
        return Skipped(entry.line, f"not a book: {kind if kind in _OTHER_TYPES else 'another type'}")
    reading = Reading(reading_state(entry.value("status")), entry.value("rating"), entry.value("completed"))
    return RawRecord(
        line=entry.line,
        text=entry.text,
        title=entry.value("title"),
        authors=entry.names("creators"),
        year=entry.value("publish_date"),
        isbns=[entry.value("ean_isbn13"), entry.value("upc_isbn10")],
        description=entry.value("description"),
        categories=entry.values("tags", "group"),
        is_edition_year=True,
        present=frozenset({"authors", "year", "isbn", "description", "categories"}),
        reading=reading if any(reading) else None,
    )
