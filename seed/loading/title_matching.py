"""Matches rows to books without an ISBN that have the same title and authors, by their fingerprints.

A title alone is not enough. Books in different known languages are different books. Every book matches at most one row,
because two keys of one source are two books.
"""

from typing import NamedTuple

import sqlalchemy as sa

from seed.loading.made_keys import is_made
from seed.loading.tables import analyze

# `is_named` marks a book that another key of the source names; only a row with a made key may take it over.
_FIND_CANDIDATES = f"""
    INSERT INTO candidate_book
    SELECT book.id, book.fingerprint, book.language, EXISTS (
        SELECT FROM book_source other
        WHERE other.book_id = book.id AND other.source = :source AND NOT :sync
          AND NOT {is_made("other.key")}
    )
    FROM book
    WHERE book.isbn IS NULL AND book.fingerprint IN (SELECT fingerprint FROM unmatched_row WHERE has_authors)
      AND NOT EXISTS (SELECT FROM matched_row WHERE matched_row.book_id = book.id)
"""


class _Pass(NamedTuple):
    """Which books and rows a pass pairs, and whether only those of one language."""

    books: str
    rows: str
    by_language: bool


# Equal languages come first. A row or a book of unknown language may be any translation.
_PASSES = (
    _Pass("true", "true", by_language=True),
    _Pass("language IS NULL", "true", by_language=False),
    _Pass("true", "language IS NULL", by_language=False),
)


def match_by_title(connection: sa.Connection, *, source: str, sync: bool) -> int:
    """Match by title and authors, and return how many rows matched."""
    candidates = connection.execute(
        sa.text(_FIND_CANDIDATES),
        {"source": source, "sync": sync},
    ).rowcount
    if not candidates:
        return 0
    analyze(connection, "candidate_book")
    return sum(
        connection.execute(sa.text(_pairing(step, is_named=is_named))).rowcount
        for is_named in (False, True)
        for step in _PASSES
    )


def _pairing(step: _Pass, *, is_named: bool) -> str:
    """Return the statement that pairs the n-th free row with the n-th free book of the same title and authors."""
    group = "fingerprint, language" if step.by_language else "fingerprint"
    return f"""
        INSERT INTO matched_row (line, key, book_id, by_key, is_new)
        WITH free_book AS (
            SELECT book_id, fingerprint, language,
                   row_number() OVER (PARTITION BY {group} ORDER BY book_id) AS number
            FROM candidate_book
            WHERE is_named = {is_named} AND {step.books}
              AND NOT EXISTS (SELECT FROM matched_row WHERE matched_row.book_id = candidate_book.book_id)
        ), free_row AS (
            SELECT line, key, fingerprint, language,
                   row_number() OVER (PARTITION BY {group} ORDER BY isbn IS NOT NULL, line) AS number
            FROM unmatched_row
            WHERE has_authors AND {"has_made_key" if is_named else "true"} AND {step.rows}
              AND fingerprint IN (SELECT fingerprint FROM candidate_book)
              AND NOT EXISTS (SELECT FROM matched_row WHERE matched_row.line = unmatched_row.line)
        )
        SELECT line, key, book_id, false, false
        FROM free_book JOIN free_row USING (fingerprint, number)
        WHERE {"free_book.language IS NOT DISTINCT FROM free_row.language" if step.by_language else "true"}
    """
