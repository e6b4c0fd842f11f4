"""Mending what is counted, after others than our own code have written."""

import sqlalchemy as sa


def recount(connection: sa.Connection) -> int:
    """Make every category's `book_count` true and its `high_water` no less than its largest position.

    Returns how many categories were wrong.
    """
    connection.execute(sa.text("SELECT FROM category ORDER BY id FOR NO KEY UPDATE"))
    mended = connection.execute(
        sa.text("""
            UPDATE category SET book_count = truth.books, high_water = greatest(high_water, truth.last_position)
            FROM (
                SELECT category.id, count(slot.book_id) AS books, coalesce(max(slot.position), 0) AS last_position
                FROM category LEFT JOIN slot ON slot.category_id = category.id
                GROUP BY category.id
            ) AS truth
            WHERE category.id = truth.id
              AND (category.book_count <> truth.books OR category.high_water < truth.last_position)
        """)
    )
    return mended.rowcount
