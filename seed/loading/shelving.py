"""Gives each matched book the placements that its row names: one per category, and one in the whole catalogue.

Books without a category are in the category "More books", so that readers find them.
"""

import sqlalchemy as sa

from recommendations.storage.whole_catalogue import WHOLE_CATALOGUE_ID
from seed.loading.field_bits import BITS
from seed.loading.slots import empty_slots, fill_slots
from seed.loading.staging import SEPARATOR
from seed.loading.tables import analyze
from seed.record.names import MORE_BOOKS, MORE_BOOKS_SLUG

_BIT = BITS["categories"]

_RETAINS_CATEGORIES = f"(categories = '' AND (present & {_BIT} = 0 OR retained & {_BIT} <> 0))"

# The other sources of a book no longer provide its categories if this file has replaced them.
_REPLACE_OTHERS = f"""
    UPDATE book_source SET provided_fields = book_source.provided_fields & ~{_BIT}
    FROM moved_book JOIN matched_row USING (book_id) JOIN staged_book USING (line)
    WHERE book_source.book_id = moved_book.book_id AND source <> :source AND NOT is_new AND categories <> ''
"""


def shelve(connection: sa.Connection, source: str) -> None:
    """Change the slots of all matched books to the categories that the file names.

    A book that stays in a category keeps its slot there. A book whose row retains its categories keeps them all.
    """
    connection.execute(sa.text(_ADD_MORE_BOOKS), {"slug": MORE_BOOKS_SLUG, "name": MORE_BOOKS})
    values = {"whole": WHOLE_CATALOGUE_ID, "separator": SEPARATOR, "more_books": MORE_BOOKS_SLUG}
    connection.execute(sa.text(f"INSERT INTO wanted_placement {_placements(is_new=False)}"), values)
    analyze(connection, "wanted_placement")
    connection.execute(sa.text(_FIND_CHANGES))
    connection.execute(
        sa.text("""
            INSERT INTO emptied_slot (category_id, position, book_id)
            SELECT category_id, position, book_id FROM placement_change WHERE position IS NOT NULL
        """)
    )
    connection.execute(sa.text("INSERT INTO moved_book SELECT DISTINCT book_id FROM placement_change"))
    connection.execute(sa.text(_REPLACE_OTHERS), {"source": source})
    empty_slots(connection)
    fill_slots(connection, _NEW_PLACEMENTS, values)


def _placements(*, is_new: bool) -> str:
    """Return the query for the placements that the file names; a pair may occur twice."""
    which = "is_new" if is_new else f"NOT is_new AND NOT {_RETAINS_CATEGORIES}"
    books = f"FROM staged_book JOIN matched_row USING (line) WHERE {which}"
    return f"""
        SELECT book_id, CAST(:whole AS integer) {books}
        UNION ALL
        SELECT book_id, category_id
        FROM (SELECT book_id, string_to_table(categories, :separator) AS name {books}) AS named
             JOIN staged_category USING (name)
        UNION ALL
        SELECT book_id, (SELECT id FROM category WHERE slug = :more_books) {books} AND categories = ''
    """


_NEW_PLACEMENTS = f"""
    {_placements(is_new=True)}
    UNION ALL
    SELECT book_id, category_id FROM placement_change WHERE position IS NULL
"""

_ADD_MORE_BOOKS = """
    INSERT INTO category (slug, name)
    SELECT :slug, :name
    WHERE EXISTS (SELECT FROM staged_book WHERE categories = '')
      AND NOT EXISTS (SELECT FROM category WHERE slug = :slug)
"""

# The full join drops every pair on which both sides agree, which is most of them.
_FIND_CHANGES = f"""
    INSERT INTO placement_change
    SELECT DISTINCT coalesce(wanted_placement.book_id, present.book_id),
           coalesce(wanted_placement.category_id, present.category_id), present.position
    FROM wanted_placement FULL JOIN (
        SELECT book_id, category_id, position FROM slot
        WHERE book_id IN (
            SELECT book_id FROM matched_row JOIN staged_book USING (line) WHERE NOT is_new AND NOT {_RETAINS_CATEGORIES}
        )
    ) AS present USING (book_id, category_id)
    WHERE wanted_placement.book_id IS NULL OR present.book_id IS NULL
"""
