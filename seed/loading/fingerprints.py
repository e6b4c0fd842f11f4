"""Recomputes fingerprints of staged rows whose authors have changed since they were read."""

from collections.abc import Iterator
from typing import NamedTuple

import sqlalchemy as sa
from psycopg.rows import class_row

from seed.loading.staging import SEPARATOR
from seed.loading.tables import raw_connection
from seed.record.fingerprint import fingerprint

_FETCH_ROWS = 5_000


class _Row(NamedTuple):
    line: int
    title: str
    authors: str


def recompute_fingerprints(connection: sa.Connection, condition: str) -> None:
    """Recompute the fingerprints of the rows of `staged_book` for which an SQL condition holds."""
    with raw_connection(connection).cursor() as cursor:
        for batch in _batches(connection, condition):
            with cursor.copy("COPY recomputed_fingerprint (line, fingerprint) FROM STDIN") as copy:
                for row in batch:
                    authors = filter(None, row.authors.split(SEPARATOR))
                    copy.write_row((row.line, fingerprint(row.title, authors)))
    connection.execute(
        sa.text("""
            UPDATE staged_book SET fingerprint = recomputed_fingerprint.fingerprint
            FROM recomputed_fingerprint WHERE staged_book.line = recomputed_fingerprint.line
        """)
    )
    connection.execute(sa.text("TRUNCATE recomputed_fingerprint"))


def _batches(connection: sa.Connection, condition: str) -> Iterator[list[_Row]]:
    with raw_connection(connection).cursor("rows_to_recompute", row_factory=class_row(_Row)) as rows:
        rows.execute(f"SELECT line, title, authors FROM staged_book WHERE {condition}".encode())
        while batch := rows.fetchmany(_FETCH_ROWS):
            yield batch
