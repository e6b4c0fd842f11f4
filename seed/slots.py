"""Slots: each book's numbered places on the shelves of its categories and of the whole catalogue.

Every statement leaves each book of a category owning exactly one slot of it, so draws stay
exact while it runs. New books fill the first empty slots, then go behind the largest position.
"""

import sqlalchemy as sa

from recommendations.models import WHOLE_CATALOGUE_ID
from seed.stage import SEPARATOR


def shelve(connection: sa.Connection) -> None:
    """Make the slots of all found books those that `incoming` wants.

    Fills the temporary table `moved` (book_id) with the books that were known before and now
    stand in other categories. Books that stay in a category keep their slot of it.
    """
    connection.execute(
        sa.text("""
            CREATE TEMPORARY TABLE wanted ON COMMIT DROP AS
            SELECT book_id, category_id, is_new FROM (
                SELECT book_id, :whole AS category_id, is_new FROM incoming JOIN found USING (line)
                UNION ALL
                SELECT DISTINCT book_id, category_id, is_new
                FROM incoming JOIN found USING (line),
                     string_to_table(categories, :separator) AS name JOIN shelf USING (name)
            ) AS wanted
        """),
        {"whole": WHOLE_CATALOGUE_ID, "separator": SEPARATOR},
    )
    connection.execute(sa.text("ANALYZE wanted"))
    connection.execute(
        sa.text("""
            CREATE TEMPORARY TABLE addition ON COMMIT DROP AS
            SELECT book_id, category_id FROM wanted WHERE is_new
            UNION ALL
            SELECT book_id, category_id FROM wanted
            WHERE NOT is_new AND NOT EXISTS (
                SELECT FROM slot WHERE slot.book_id = wanted.book_id AND slot.category_id = wanted.category_id
            )
        """)
    )
    connection.execute(
        sa.text("""
            CREATE TEMPORARY TABLE removal ON COMMIT DROP AS
            SELECT slot.category_id, slot.position, slot.book_id
            FROM slot JOIN (SELECT DISTINCT book_id FROM found WHERE NOT is_new) AS known USING (book_id)
            WHERE NOT EXISTS (
                SELECT FROM wanted WHERE wanted.book_id = slot.book_id AND wanted.category_id = slot.category_id
            )
        """)
    )
    connection.execute(
        sa.text("""
            CREATE TEMPORARY TABLE moved ON COMMIT DROP AS
            SELECT book_id FROM removal
            UNION SELECT book_id FROM addition JOIN wanted USING (book_id, category_id) WHERE NOT is_new
        """)
    )
    empty_removed_slots(connection)
    fill_slots(connection)


def empty_removed_slots(connection: sa.Connection) -> None:
    """Empty the slots of the temporary table `removal` (category_id, position, book_id), and count them off."""
    lock_categories(connection, "removal")
    connection.execute(
        sa.text("""
            WITH emptied AS (
                UPDATE slot SET book_id = NULL FROM removal
                WHERE slot.category_id = removal.category_id AND slot.position = removal.position
                  AND slot.book_id = removal.book_id
                RETURNING slot.category_id
            )
            UPDATE category SET book_count = book_count - lost.books
            FROM (SELECT category_id, count(*) AS books FROM emptied GROUP BY category_id) AS lost
            WHERE category.id = lost.category_id
        """)
    )


def fill_slots(connection: sa.Connection) -> None:
    """Give a slot to each (book_id, category_id) of the temporary table `addition`, and count them.

    None of the books may own a slot of that category yet.
    """
    lock_categories(connection, "addition")
    connection.execute(sa.text("ANALYZE addition"))
    connection.execute(
        sa.text("""
            CREATE TEMPORARY TABLE place ON COMMIT DROP AS
            SELECT category_id, book_id, row_number() OVER (PARTITION BY category_id ORDER BY book_id) AS number
            FROM addition
        """)
    )
    connection.execute(
        sa.text("""
            CREATE TEMPORARY TABLE hole ON COMMIT DROP AS
            SELECT category_id, position, row_number() OVER (PARTITION BY category_id ORDER BY position) AS number
            FROM slot JOIN (SELECT category_id, count(*) AS books FROM addition GROUP BY category_id) AS added
                 USING (category_id)
            WHERE book_id IS NULL
        """)
    )
    connection.execute(sa.text("ANALYZE place"))
    connection.execute(sa.text("ANALYZE hole"))
    connection.execute(
        sa.text("""
            UPDATE slot SET book_id = place.book_id
            FROM hole JOIN place USING (category_id, number)
            WHERE slot.category_id = hole.category_id AND slot.position = hole.position
        """)
    )
    connection.execute(
        sa.text("""
            INSERT INTO slot (category_id, position, book_id)
            SELECT place.category_id, shelf_end.position + place.number - shelf_end.holes, place.book_id
            FROM place JOIN (
                SELECT category_id, coalesce(max(hole.number), 0) AS holes,
                       coalesce((SELECT max(slot.position) FROM slot WHERE slot.category_id = added.category_id), 0)
                           AS position
                FROM (SELECT DISTINCT category_id FROM addition) AS added LEFT JOIN hole USING (category_id)
                GROUP BY category_id
            ) AS shelf_end USING (category_id)
            WHERE place.number > shelf_end.holes
            ORDER BY place.category_id, place.number
        """)
    )
    connection.execute(
        sa.text("""
            UPDATE category
            SET book_count = book_count + added.books,
                high_water = greatest(
                    high_water, (SELECT max(slot.position) FROM slot WHERE slot.category_id = category.id)
                )
            FROM (SELECT category_id, count(*) AS books FROM addition GROUP BY category_id) AS added
            WHERE category.id = added.category_id
        """)
    )


def lock_categories(connection: sa.Connection, table: str) -> None:
    """Lock the categories of a temporary table in the order of their ids, so that writers queue and never deadlock."""
    connection.execute(
        sa.text(f"""
            SELECT FROM category WHERE id IN (SELECT category_id FROM {table}) ORDER BY id FOR NO KEY UPDATE
        """)
    )
