"""Which categories of a large file to keep."""

from typing import NamedTuple

import sqlalchemy as sa

from seed.loading.staging import SEPARATOR


class CategoryLimits(NamedTuple):
    """Which of the file's categories to keep; books that lose all of theirs are in "More books"."""

    min_books: int = 1
    max_categories: int | None = None
    """Keep only this many, those with the most books; None keeps all."""


NO_LIMITS = CategoryLimits()


def drop_small_categories(connection: sa.Connection, limits: CategoryLimits) -> int:
    """Drop the file's categories that the limits exclude, and return how many there are."""
    if limits == NO_LIMITS:
        return 0
    values = {"min_books": limits.min_books, "max_categories": limits.max_categories}
    return int(connection.execute(sa.text(_DROP_SMALL), values).scalar_one())


def forget_lost_categories(connection: sa.Connection) -> None:
    """Treat rows that have lost all their categories like rows that name none."""
    connection.execute(sa.text(_FORGET), {"separator": SEPARATOR})


# The size of a category is the number of its rows in the file or of its stored books, whichever is larger.
SIZES = """
    SELECT key, greatest(
        sum(books) FILTER (WHERE id IS NULL), coalesce(max(books) FILTER (WHERE id IS NOT NULL), 0)
    ) AS books
    FROM category_name GROUP BY key HAVING bool_or(id IS NULL)
"""

_DROP_SMALL = f"""
    WITH ranked AS (
        SELECT key, books, row_number() OVER (ORDER BY books DESC, key COLLATE "C") AS rank FROM ({SIZES}) AS sized
    ), dropped AS (
        DELETE FROM category_name USING ranked
        WHERE category_name.key = ranked.key AND id IS NULL
          AND (ranked.books < :min_books OR rank > CAST(:max_categories AS bigint))
        RETURNING category_name.key
    )
    SELECT count(DISTINCT key) FROM dropped
"""

_FORGET = """
    WITH kept AS MATERIALIZED (
        SELECT DISTINCT line FROM staged_book, string_to_table(categories, :separator) AS name
        JOIN staged_category USING (name)
    )
    UPDATE staged_book SET categories = ''
    WHERE categories <> '' AND NOT EXISTS (SELECT FROM kept WHERE kept.line = staged_book.line)
"""
