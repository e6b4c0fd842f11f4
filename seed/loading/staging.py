"""Copies records into the staging table. Nothing here changes what readers of the shop see."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache

import sqlalchemy as sa

from seed.loading.field_bits import field_mask
from seed.loading.tables import analyze, raw_connection
from seed.record.model import OPTIONAL_FIELDS, Reading, Record, Rejection, Skipped

SEPARATOR = "\x1f"
"""Separates the names within one staged field (ASCII's unit separator). Cleaned text contains no control characters."""

_COLUMNS = (
    "line, key, isbn, title, authors, year, language, description, cover_url, fingerprint, categories, "
    "is_edition_year, present"
)
_WIDTH = _COLUMNS.count(",") + 1


@dataclass
class Intake:
    """What the file contained."""

    read: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    """Reason for rejection → number of rows."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Reason for skipping → number of entries."""
    rejected_without_key: int = 0
    """Rejected rows whose key is unknown, too."""
    unreadable: int = 0
    """Rejected rows at which the file is damaged."""
    readings: Counter[str] = field(default_factory=Counter)
    """State of reading → number of books; `rated` counts the ratings."""

    def count_reading(self, reading: Reading) -> None:
        """Count the state of a book's reading, and its rating."""
        if reading.state:
            self.readings[reading.state] += 1
        if reading.rating:
            self.readings["rated"] += 1


def copy_entries(
    connection: sa.Connection,
    entries: Iterable[Record | Rejection | Skipped],
    *,
    on_rejection: Callable[[Rejection], None],
) -> Intake:
    """Copy records into `staged_book` as they are read, and return the counts.

    Args:
        connection: in a transaction, with the temporary tables of a load.
        entries: what `Cleaner.clean_all` yields.
        on_rejection: called immediately for each rejected row. An exception that it raises ends the load.
    """
    intake = Intake()
    raw = raw_connection(connection)
    with raw.cursor() as cursor, cursor.copy(f"COPY staged_book ({_COLUMNS}) FROM STDIN") as copy:
        for entry in entries:
            intake.read += 1
            if isinstance(entry, Record):
                copy.write_row(_row(entry))
                if entry.reading:
                    intake.count_reading(entry.reading)
            elif isinstance(entry, Skipped):
                intake.skipped[entry.reason] += 1
            else:
                intake.rejected += 1
                intake.reasons[entry.reason] += 1
                intake.rejected_without_key += not entry.key
                intake.unreadable += entry.is_unreadable
                # Their keys go through the same COPY, because a list of them in memory would be unbounded.
                if entry.key:
                    copy.write_row((entry.line, entry.key, *[None] * (_WIDTH - 2)))
                on_rejection(entry)
    if intake.rejected:
        connection.execute(sa.text("INSERT INTO rejected_key SELECT key FROM staged_book WHERE title IS NULL"))
        connection.execute(sa.text("DELETE FROM staged_book WHERE title IS NULL"))
    analyze(connection, "staged_book")
    return intake


def _row(record: Record) -> tuple[object, ...]:
    return (
        record.line,
        record.key,
        record.isbn,
        record.title,
        SEPARATOR.join(record.authors),
        record.year,
        record.language,
        record.description,
        record.cover_url,
        record.fingerprint,
        SEPARATOR.join(record.categories),
        record.is_edition_year and record.year is not None,
        _present_mask(record.present),
    )


@lru_cache(maxsize=1 << len(OPTIONAL_FIELDS))
def _present_mask(fields: frozenset[str]) -> int:
    return field_mask(fields)
