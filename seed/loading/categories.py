"""Finds the categories that staged books name, and adds the missing ones."""

from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa
from psycopg.rows import class_row
from slugify import slugify

from seed.loading.category_limits import SIZES, CategoryLimits, drop_small_categories, forget_lost_categories
from seed.loading.staging import SEPARATOR
from seed.loading.tables import analyze, raw_connection
from seed.record.names import MORE_BOOKS_SLUG
from seed.record.text import category_key

_FETCH_ROWS = 5_000
_MAX_SLUG_LENGTH = 80


TYPICAL_MIN_BOOKS = 5
"""The report says how many categories would remain with at least this many books."""


class Categories(NamedTuple):
    """The counts of the file's categories."""

    added: int
    left_out: int
    large: int
    """How many have TYPICAL_MIN_BOOKS or more."""


class _CategoryName(NamedTuple):
    id: int | None
    name: str
    books: int


def category_slug(name: str) -> str:
    """Return the kebab-case name for URLs. It is empty if the name has no letter that ASCII can transcribe."""
    return slugify(category_key(name), max_length=_MAX_SLUG_LENGTH, word_boundary=True)


def find_categories(connection: sa.Connection, limits: CategoryLimits) -> Categories:
    """Fill `staged_category` for the staged names that the limits keep, and add the missing categories.

    Names that differ only in case and punctuation mean one category. If two new categories have the same slug, one
    gets a suffix that depends on its name alone, not on the order of the rows.
    """
    _copy_names(connection, "SELECT id, name, book_count AS books FROM category WHERE id <> 0")
    _copy_names(
        connection,
        "SELECT NULL::integer AS id, name, count(*) AS books "
        "FROM staged_book, string_to_table(categories, %s) AS name WHERE name <> '' GROUP BY name",
        [SEPARATOR],
    )
    analyze(connection, "category_name")
    sizes = connection.execute(sa.text(_COUNT_SIZES), {"typical": TYPICAL_MIN_BOOKS}).one()
    left_out = drop_small_categories(connection, limits)
    connection.execute(sa.text(_NAME_NEW_CATEGORIES), {"reserved": MORE_BOOKS_SLUG})
    added = connection.execute(
        sa.text('INSERT INTO category (slug, name) SELECT slug, name FROM new_category ORDER BY key COLLATE "C"')
    ).rowcount
    connection.execute(sa.text(_FIND_CATEGORIES))
    if left_out:
        forget_lost_categories(connection)
    return Categories(added, left_out, sizes.large)


def _copy_names(connection: sa.Connection, query: str, values: Iterable[object] = ()) -> None:
    raw = raw_connection(connection)
    with raw.cursor("names", row_factory=class_row(_CategoryName)) as names, raw.cursor() as cursor:
        names.execute(query.encode(), list(values))
        while batch := names.fetchmany(_FETCH_ROWS):
            with cursor.copy("COPY category_name (id, name, key, slug, books) FROM STDIN") as copy:
                for category in batch:
                    name = category.name
                    copy.write_row((category.id, name, category_key(name), category_slug(name), category.books))


_COUNT_SIZES = f"SELECT count(*) FILTER (WHERE books >= :typical) AS large FROM ({SIZES}) AS sized"

# The spelling that most rows use wins. In a tie "Science fiction" reads better than "SCIENCE FICTION", which sorts
# before it. The collation C gives the same result on every server.
_NAME_NEW_CATEGORIES = """
    INSERT INTO new_category (key, name, slug)
    WITH new AS (
        SELECT key, min(slug) AS slug,
               (array_agg(name ORDER BY books DESC, name = lower(name), name COLLATE "C" DESC))[1] AS name
        FROM category_name GROUP BY key HAVING max(id) IS NULL
    ), ranked AS (
        SELECT *, row_number() OVER (PARTITION BY slug ORDER BY key COLLATE "C") AS rank FROM new
    )
    SELECT key, name,
           CASE
               WHEN slug = '' THEN 'category-' || left(md5(key), 12)
               WHEN rank = 1 AND slug <> :reserved
                   AND NOT EXISTS (SELECT FROM category WHERE category.slug = ranked.slug) THEN slug
               ELSE slug || '-' || left(md5(key), 12)
           END AS slug
    FROM ranked
"""

_FIND_CATEGORIES = """
    INSERT INTO staged_category
    WITH known AS (
        SELECT key, min(id) AS category_id FROM category_name WHERE id IS NOT NULL GROUP BY key
        UNION ALL
        SELECT key, id FROM new_category JOIN category USING (slug)
    )
    SELECT name, category_id FROM (SELECT DISTINCT name, key FROM category_name WHERE id IS NULL) AS staged
    JOIN known USING (key)
"""
