"""From records to a staging table by COPY: nothing the shop's readers see is touched here."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import psycopg
import sqlalchemy as sa

from seed.record.model import Record, Rejection, Skipped

SEPARATOR = "\x1f"
"""Stands between the names of one field in staging (ASCII's own unit separator); cleaned text has no controls."""

_COLUMNS = "line, key, isbn, title, authors, year, language, description, cover_url, fingerprint, categories"
_WIDTH = len(Record._fields)


@dataclass
class Intake:
    """What a file held."""

    read: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    """Why rows were refused → how many."""
    skipped: Counter[str] = field(default_factory=Counter)
    """What was left out on purpose → how many."""
    unnamed: int = 0
    """Refused rows of which not even the key is known."""


def create_staging(connection: sa.Connection) -> None:
    """Create the temporary tables of a load; they go at the end of the transaction."""
    connection.execute(
        sa.text("""
            CREATE TEMPORARY TABLE incoming (
                line bigint, key text, isbn text, title text, authors text, year integer, language text,
                description text, cover_url text, fingerprint uuid, categories text
            ) ON COMMIT DROP
        """)
    )
    connection.execute(sa.text("CREATE TEMPORARY TABLE refused_key (key text) ON COMMIT DROP"))


def stage(
    connection: sa.Connection,
    found: Iterable[Record | Rejection | Skipped],
    *,
    on_rejection: Callable[[Rejection], None],
) -> Intake:
    """Copy records into staging, row by row as they are read, and tell what there was.

    Args:
        connection: in a transaction, after `create_staging`.
        found: what `Cleaner.clean_all` yields.
        on_rejection: called at once for each refused row; what it raises ends the load.
    """
    intake = Intake()
    with raw_connection(connection).cursor() as cursor, cursor.copy(f"COPY incoming ({_COLUMNS}) FROM STDIN") as copy:
        for item in found:
            intake.read += 1
            if isinstance(item, Record):
                copy.write_row(_row(item))
            elif isinstance(item, Skipped):
                intake.skipped[item.reason] += 1
            else:
                intake.rejected += 1
                intake.reasons[item.reason] += 1
                intake.unnamed += not item.key
                # Refused rows take the same way as the others, because nobody knows how many there are.
                if item.key:
                    copy.write_row((item.line, item.key, *[None] * (_WIDTH - 2)))
                on_rejection(item)
    if intake.rejected:
        connection.execute(sa.text("INSERT INTO refused_key SELECT key FROM incoming WHERE title IS NULL"))
        connection.execute(sa.text("DELETE FROM incoming WHERE title IS NULL"))
    connection.execute(sa.text("ANALYZE incoming"))
    return intake


def raw_connection(connection: sa.Connection) -> psycopg.Connection:
    """Return psycopg's own connection, for COPY."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    return raw


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
    )
