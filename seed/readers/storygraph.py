"""The library export of The StoryGraph (Manage account → Manage your data → Export StoryGraph library).

Source: https://gist.github.com/jenny-codes/19aa14b57672c8892d30003e6f0e2b5b, a public converter of the export;
the program does not document its columns.
"""

from collections.abc import Iterator

from seed.readers.export_table import Entry, read_export, reading_state
from seed.readers.protocol import ReadOptions
from seed.readers.text_file import Lines
from seed.record.isbn import InvalidISBNError, LostISBNError, isbn_13
from seed.record.model import Header, RawRecord, Reading, Rejection, Skipped

SIGNATURE = {"Title", "Authors", "ISBN/UID", "Read Status"}
_COLUMNS = {
    "Title": "title", "Authors": "authors", "ISBN/UID": "isbn", "Read Status": "reading state", "Tags": "categories",
    "Star Rating": "rating", "Last Date Read": "date read",
}  # fmt: skip


def read(lines: Lines, options: ReadOptions) -> Iterator[RawRecord | Rejection | Skipped | Header]:
    """Yield the books of an export; tags become categories."""
    return read_export(lines, options, _COLUMNS, _to_record)


def _to_record(entry: Entry) -> RawRecord:
    number = entry.value("ISBN/UID")
    is_isbn = _is_isbn(number)
    return RawRecord(
        line=entry.line,
        text=entry.text,
        key="" if is_isbn else number,
        title=entry.value("Title"),
        authors=entry.names("Authors"),
        isbns=[number] if is_isbn else [],
        categories=entry.values("Tags"),
        present=frozenset({"authors", "isbn", "categories"}),
        reading=Reading(
            reading_state(entry.value("Read Status")), entry.value("Star Rating"), entry.value("Last Date Read")
        ),
    )


def _is_isbn(text: str) -> bool:
    """Return whether the column holds an ISBN, not the program's own number of a book."""
    try:
        return bool(isbn_13(text))
    except (InvalidISBNError, LostISBNError):
        return False
