"""Corrects the stored counts after programs other than ours have written to the catalogue."""

import sqlalchemy as sa


def recount(connection: sa.Connection) -> int:
    """Correct each category's `book_count` and raise `high_water` to its largest position.

    Returns how many categories were wrong.
    """
    connection.execute(sa.text("SELECT FROM category ORDER BY id FOR NO KEY UPDATE"))
    corrected = connection.execute(
        sa.text("""
            UPDATE category SET book_count = actual.books, high_water = greatest(high_water, actual.last_position)
            FROM (
                SELECT category.id, count(slot.book_id) AS books, coalesce(max(slot.position), 0) AS last_position
                FROM category LEFT JOIN slot ON slot.category_id = category.id
                GROUP BY category.id
            ) AS actual
            WHERE category.id = actual.id
              AND (category.book_count <> actual.books OR category.high_water < actual.last_position)
        """)
    )
    return corrected.rowcount
