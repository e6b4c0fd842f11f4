"""Slots: each book's numbered places on the shelves of its categories and of the whole catalogue.

Every statement leaves each book of a category owning exactly one slot of it, so draws stay
exact while it runs. New books fill the first empty slots, then go behind the largest position.
"""

import sqlalchemy as sa

from recommendations.storage.models import WHOLE_CATALOGUE_ID
from seed.loading.staging import SEPARATOR


def shelve(connection: sa.Connection) -> None:
    """Make the slots of all found books those that `incoming` wants.

    Fills the temporary table `moved` (book_id) with the books that were known before and now
    stand in other categories. Books that stay in a category keep their slot of it.
    """
    values = {"whole": WHOLE_CATALOGUE_ID, "separator": SEPARATOR}
    connection.execute(sa.text(f"CREATE TEMPORARY TABLE addition ON COMMIT DROP AS {_wanted(is_new=True)}"), values)
    connection.execute(sa.text(f"CREATE TEMPORARY TABLE wanted ON COMMIT DROP AS {_wanted(is_new=False)}"), values)
    connection.execute(sa.text("ANALYZE wanted"))
    connection.execute(sa.text(_COMPARE))
    connection.execute(
        sa.text("""
            CREATE TEMPORARY TABLE removal ON COMMIT DROP AS
            SELECT category_id, position, book_id FROM difference WHERE position IS NOT NULL
        """)
    )
    connection.execute(
        sa.text("INSERT INTO addition SELECT book_id, category_id FROM difference WHERE position IS NULL")
    )
    connection.execute(
        sa.text("CREATE TEMPORARY TABLE moved ON COMMIT DROP AS SELECT DISTINCT book_id FROM difference")
    )
    empty_removed_slots(connection)
    fill_slots(connection)


def _wanted(*, is_new: bool) -> str:
    """Return the query of the (book_id, category_id) that `incoming` wants; a pair may come twice."""
    books = f"incoming JOIN found USING (line) WHERE {'' if is_new else 'NOT'} is_new"
    return f"""
        SELECT book_id, CAST(:whole AS integer) AS category_id FROM {books}
        UNION ALL
        SELECT book_id, category_id
        FROM (SELECT book_id, string_to_table(categories, :separator) AS name FROM {books}) AS named
             JOIN shelf USING (name)
    """


# Where the two sides agree, and mostly they do, nothing is left. A position tells a slot to be emptied.
_COMPARE = """
    CREATE TEMPORARY TABLE difference ON COMMIT DROP AS
    SELECT DISTINCT coalesce(wanted.book_id, owned.book_id) AS book_id,
           coalesce(wanted.category_id, owned.category_id) AS category_id, owned.position
    FROM wanted FULL JOIN (
        SELECT book_id, category_id, position FROM slot
        WHERE book_id IN (SELECT book_id FROM found WHERE NOT is_new)
    ) AS owned USING (book_id, category_id)
    WHERE wanted.book_id IS NULL OR owned.book_id IS NULL
"""


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

    A pair may come twice; none of the books may own a slot of that category yet.
    """
    lock_categories(connection, "addition")
    _number(connection)
    connection.execute(
        sa.text("""
            UPDATE slot SET book_id = place.book_id
            FROM hole JOIN place USING (category_id, number)
            WHERE slot.category_id = hole.category_id AND slot.position = hole.position
        """)
    )
    _append_slots(connection)
    connection.execute(
        sa.text("""
            UPDATE category
            SET book_count = book_count + growth.books,
                high_water = greatest(
                    high_water, (SELECT max(position) FROM slot WHERE slot.category_id = category.id)
                )
            FROM growth WHERE category.id = growth.category_id
        """)
    )


def _number(connection: sa.Connection) -> None:
    """Number the books that come to each shelf (`place`), count them (`growth`), number its first holes (`hole`)."""
    # Then the planner knows that one sort serves for leaving out twins and for numbering.
    connection.execute(sa.text("ANALYZE addition"))
    connection.execute(
        sa.text("""
            CREATE TEMPORARY TABLE place ON COMMIT DROP AS
            SELECT category_id, book_id, row_number() OVER (PARTITION BY category_id ORDER BY book_id) AS number
            FROM (SELECT DISTINCT category_id, book_id FROM addition) AS pair
        """)
    )
    connection.execute(
        sa.text("""
            CREATE TEMPORARY TABLE growth ON COMMIT DROP AS
            SELECT category_id, count(*) AS books FROM place GROUP BY category_id
        """)
    )
    connection.execute(
        sa.text("""
            CREATE TEMPORARY TABLE hole ON COMMIT DROP AS
            SELECT category_id, position, number
            FROM growth, LATERAL (
                SELECT position, row_number() OVER (ORDER BY position) AS number
                FROM slot WHERE slot.category_id = growth.category_id AND book_id IS NULL
                ORDER BY position LIMIT growth.books
            ) AS empty
        """)
    )
    for table in ("place", "growth", "hole"):
        connection.execute(sa.text(f"ANALYZE {table}"))


def _append_slots(connection: sa.Connection) -> None:
    """Put those for whom there is no hole behind the shelf's largest position."""
    # Each new slot's foreign keys are checked by a plan that is made now. For some hundred categories the planner
    # prefers to read them all, slot for slot; over the index it takes a fraction of that.
    connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
    connection.execute(
        sa.text("""
            INSERT INTO slot (category_id, position, book_id)
            WITH shelf_end AS MATERIALIZED (
                SELECT category_id, coalesce(holes, 0) AS holes,
                       coalesce((SELECT max(position) FROM slot WHERE slot.category_id = growth.category_id), 0)
                           AS last_position
                FROM growth LEFT JOIN (
                    SELECT category_id, count(*) AS holes FROM hole GROUP BY category_id
                ) AS counted USING (category_id)
            )
            SELECT category_id, last_position + number - holes, book_id
            FROM place JOIN shelf_end USING (category_id)
            WHERE number > holes
            -- A book's slots lie together: foreign keys are checked, and the index by book grows, in its order.
            ORDER BY book_id
        """)
    )
    connection.execute(sa.text("SET LOCAL enable_seqscan TO DEFAULT"))


def lock_categories(connection: sa.Connection, table: str) -> None:
    """Lock the categories of a temporary table in the order of their ids, so that writers queue and never deadlock."""
    connection.execute(
        sa.text(f"""
            SELECT FROM category WHERE id IN (SELECT category_id FROM {table}) ORDER BY id FOR NO KEY UPDATE
        """)
    )
