"""The reading log that a member of Open Library exports (Settings → Import and export).

Unverified: https://github.com/internetarchive/openlibrary/pull/6621 gave the export its titles, but the names of the
columns are not documented. Older exports, and the public dump of all reading logs
(https://openlibrary.org/developers/dumps), name books by key alone.
"""

from collections.abc import Iterator

from seed.readers.errors import UnreadableFileError
from seed.readers.export_table import Entry, read_export, reading_state
from seed.readers.protocol import ReadOptions
from seed.readers.text_file import Lines
from seed.record.model import Header, RawRecord, Reading, Rejection, Skipped

SIGNATURE = {"Work Id", "Bookshelf"}
_COLUMNS = {
    "Work Id": "key", "Title": "title", "Authors": "authors", "First Publish Year": "year", "Subjects": "categories",
    "Bookshelf": "reading state", "My Ratings": "rating",
}  # fmt: skip


def read(lines: Lines, options: ReadOptions) -> Iterator[RawRecord | Rejection | Skipped | Header]:
    """Yield the books of a reading log; subjects become categories.

    Raises:
        UnreadableFileError: if the log has no titles.
    """
    for entry in read_export(lines, options, _COLUMNS, _to_record):
        if isinstance(entry, Header) and "Title" not in {column.name for column in entry.columns}:
            refuse_without_titles(lines.name)
        yield entry


def refuse_without_titles(name: str) -> None:
    """Raise the error for a log that names books by key alone."""
    raise UnreadableFileError(
        f"{name} is a reading log of Open Library without titles; load its dump of works or editions instead."
    )


def _to_record(entry: Entry) -> RawRecord:
    reading = Reading(reading_state(entry.value("Bookshelf")), entry.value("My Ratings"))
    work = entry.value("Work Id")
    return RawRecord(
        line=entry.line,
        text=entry.text,
        key=work if work.startswith("/") or not work else f"/works/{work}",
        title=entry.value("Title"),
        authors=entry.names("Authors"),
        year=entry.value("First Publish Year"),
        categories=entry.values("Subjects"),
        present=frozenset({"authors", "year", "categories"}),
        reading=reading if any(reading) else None,
    )
