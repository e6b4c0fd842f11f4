"""Gives each matched book the placements that its row names: one per category, and one in the whole catalogue."""

import sqlalchemy as sa

from recommendations.storage.models import WHOLE_CATALOGUE_ID
from seed.loading.slots import empty_slots, fill_slots
from seed.loading.staging import SEPARATOR
from seed.loading.tables import analyze


def shelve(connection: sa.Connection) -> None:
    """Change the slots of all matched books to what the file wants.

    A book that stays in a category keeps its slot there.
    """
    values = {"whole": WHOLE_CATALOGUE_ID, "separator": SEPARATOR}
    connection.execute(sa.text(f"INSERT INTO new_placement {_placements(is_new=True)}"), values)
    connection.execute(sa.text(f"INSERT INTO wanted_placement {_placements(is_new=False)}"), values)
    analyze(connection, "wanted_placement")
    connection.execute(sa.text(_FIND_CHANGES))
    connection.execute(
        sa.text("""
            INSERT INTO emptied_slot (category_id, position, book_id)
            SELECT category_id, position, book_id FROM placement_change WHERE position IS NOT NULL
        """)
    )
    connection.execute(
        sa.text("INSERT INTO new_placement SELECT book_id, category_id FROM placement_change WHERE position IS NULL")
    )
    connection.execute(sa.text("INSERT INTO moved_book SELECT DISTINCT book_id FROM placement_change"))
    empty_slots(connection)
    fill_slots(connection)


def _placements(*, is_new: bool) -> str:
    """Return the query for the placements that the file names; a pair may occur twice."""
    books = f"FROM staged_book JOIN matched_row USING (line) WHERE {'' if is_new else 'NOT'} is_new"
    return f"""
        SELECT book_id, CAST(:whole AS integer) {books}
        UNION ALL
        SELECT book_id, category_id
        FROM (SELECT book_id, string_to_table(categories, :separator) AS name {books}) AS named
             JOIN staged_category USING (name)
    """


# The full join drops every pair on which both sides agree, which is most of them.
_FIND_CHANGES = """
    INSERT INTO placement_change
    SELECT DISTINCT coalesce(wanted_placement.book_id, present.book_id),
           coalesce(wanted_placement.category_id, present.category_id), present.position
    FROM wanted_placement FULL JOIN (
        SELECT book_id, category_id, position FROM slot
        WHERE book_id IN (SELECT book_id FROM matched_row WHERE NOT is_new)
    ) AS present USING (book_id, category_id)
    WHERE wanted_placement.book_id IS NULL OR present.book_id IS NULL
"""
