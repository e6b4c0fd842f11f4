"""Settles which row keeps an ISBN that several rows or books have, because an ISBN belongs to one book."""

import sqlalchemy as sa

from seed.loading.tables import analyze


def settle_isbn_claims(connection: sa.Connection) -> int:
    """Take a contested ISBN from all rows but one, and return how many rows lose theirs.

    The book that has it comes first, then books that are already matched, then earlier lines. All rows lose it if a
    book without a row keeps it.
    """
    if not connection.execute(sa.text(_COLLECT_CLAIMS)).rowcount:
        return 0
    analyze(connection, "isbn_claim")
    return connection.execute(sa.text(_SETTLE_CLAIMS)).rowcount


_COLLECT_CLAIMS = """
    INSERT INTO isbn_claim
    WITH claim AS (
        SELECT staged_book.line, staged_book.isbn, matched_row.book_id
        FROM staged_book LEFT JOIN matched_row USING (line)
        WHERE staged_book.isbn IS NOT NULL
    ), contested AS (
        SELECT isbn FROM claim GROUP BY isbn HAVING count(*) > 1
        UNION
        SELECT claim.isbn FROM claim JOIN book ON book.isbn = claim.isbn
        WHERE claim.book_id IS DISTINCT FROM book.id
    )
    SELECT line, isbn, book_id FROM claim WHERE isbn IN (SELECT isbn FROM contested)
"""

# A holder releases its ISBN if its own row names another one, or if the book is about to be pruned. The lists are
# uncorrelated subqueries, which run once; a correlated one would read the whole file for each row.
_SETTLE_CLAIMS = """
    WITH ranked AS (
        SELECT isbn_claim.line, isbn_claim.book_id, holder.id AS holder_id,
               row_number() OVER (
                   PARTITION BY isbn_claim.isbn
                   ORDER BY isbn_claim.book_id IS NOT DISTINCT FROM holder.id DESC, isbn_claim.book_id IS NULL,
                            isbn_claim.line
               ) AS rank,
               holder.id IN (
                   SELECT matched_row.book_id
                   FROM matched_row JOIN staged_book USING (line) JOIN book ON book.id = matched_row.book_id
                   WHERE staged_book.isbn IS DISTINCT FROM book.isbn
                   UNION ALL
                   SELECT book_id FROM pruned_book
                   WHERE NOT EXISTS (SELECT FROM matched_row WHERE matched_row.book_id = pruned_book.book_id)
               ) AS is_released
        FROM isbn_claim LEFT JOIN book holder ON holder.isbn = isbn_claim.isbn
    )
    UPDATE staged_book SET isbn = NULL
    FROM ranked
    WHERE staged_book.line = ranked.line
      AND (rank > 1 OR (holder_id IS DISTINCT FROM book_id AND holder_id IS NOT NULL AND NOT is_released))
"""
