"""The categories that staged books name: found by their names, or added."""

from collections.abc import Iterable

import sqlalchemy as sa
from slugify import slugify

from seed.loading.staging import SEPARATOR, raw_connection
from seed.record.text import category_key

_FETCH_ROWS = 5_000
_LONGEST_SLUG = 80


def category_slug(name: str) -> str:
    """Return the kebab-case name for addresses; empty if the name has no letter that can be written in ASCII."""
    return slugify(category_key(name), max_length=_LONGEST_SLUG, word_boundary=True)


def find_categories(connection: sa.Connection) -> int:
    """Fill the temporary table `shelf` (name, category_id) for all staged names; return how many are new.

    Names that differ in case and punctuation alone are one category. A new one whose slug is
    taken by another gets a digest of its name behind it, which does not depend on the order.
    """
    connection.execute(
        sa.text("CREATE TEMPORARY TABLE shelf_name (name text, key text, slug text, id integer) ON COMMIT DROP")
    )
    _copy_names(connection, "SELECT id, name FROM category WHERE id <> 0")
    _copy_names(
        connection,
        "SELECT DISTINCT NULL::integer, name FROM incoming, string_to_table(categories, %s) AS name WHERE name <> ''",
        [SEPARATOR],
    )
    connection.execute(sa.text("ANALYZE shelf_name"))
    connection.execute(sa.text(_NAME_NEW_CATEGORIES))
    added = connection.execute(sa.text(_ADD_CATEGORIES)).rowcount
    connection.execute(sa.text(_FIND_CATEGORIES))
    return added


def _copy_names(connection: sa.Connection, query: str, values: Iterable[object] = ()) -> None:
    raw = raw_connection(connection)
    with raw.cursor("names") as names, raw.cursor() as cursor:
        names.execute(query, list(values))
        while batch := names.fetchmany(_FETCH_ROWS):
            with cursor.copy("COPY shelf_name (id, name, key, slug) FROM STDIN") as copy:
                for category_id, name in batch:
                    copy.write_row((category_id, name, category_key(name), category_slug(name)))


# Of a new category's spellings the one that sorts last is shown: capitals sort first, and
# "Science fiction" reads better than "SCIENCE FICTION". C: the same on every server.
_NAME_NEW_CATEGORIES = """
    CREATE TEMPORARY TABLE new_category ON COMMIT DROP AS
    WITH new AS (
        SELECT key, min(slug) AS slug,
               coalesce(max(name COLLATE "C") FILTER (WHERE name <> lower(name)), max(name COLLATE "C")) AS name
        FROM shelf_name GROUP BY key HAVING max(id) IS NULL
    ), ranked AS (
        SELECT *, row_number() OVER (PARTITION BY slug ORDER BY key COLLATE "C") AS rank FROM new
    )
    SELECT key, name,
           CASE
               WHEN slug = '' THEN 'category-' || left(md5(key), 12)
               WHEN rank = 1 AND NOT EXISTS (SELECT FROM category WHERE category.slug = ranked.slug) THEN slug
               ELSE slug || '-' || left(md5(key), 12)
           END AS slug
    FROM ranked
"""

_ADD_CATEGORIES = 'INSERT INTO category (slug, name) SELECT slug, name FROM new_category ORDER BY key COLLATE "C"'

_FIND_CATEGORIES = """
    CREATE TEMPORARY TABLE shelf ON COMMIT DROP AS
    WITH known AS (
        SELECT key, min(id) AS category_id FROM shelf_name WHERE id IS NOT NULL GROUP BY key
        UNION ALL
        SELECT key, id FROM new_category JOIN category USING (slug)
    )
    SELECT name, category_id FROM (SELECT DISTINCT name, key FROM shelf_name WHERE id IS NULL) AS staged
    JOIN known USING (key)
"""
