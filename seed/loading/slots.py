"""Empties and fills slots, the numbered positions on the shelves.

After every statement each book of a category has exactly one slot there, so draws stay exact in between. New books
fill the first empty slots, then follow the largest position.
"""

from collections.abc import Mapping

import sqlalchemy as sa

from seed.loading.tables import analyze


def empty_slots(connection: sa.Connection) -> None:
    """Empty the slots in `emptied_slot`, subtract them from the counts, and truncate the table."""
    _lock_categories(connection, "emptied_slot")
    connection.execute(
        sa.text("""
            WITH emptied AS (
                UPDATE slot SET book_id = NULL FROM emptied_slot
                WHERE slot.category_id = emptied_slot.category_id AND slot.position = emptied_slot.position
                  AND slot.book_id = emptied_slot.book_id
                RETURNING slot.category_id
            )
            UPDATE category SET book_count = greatest(book_count - lost.books, 0)
            FROM (SELECT category_id, count(*) AS books FROM emptied GROUP BY category_id) AS lost
            WHERE category.id = lost.category_id
        """)
    )
    connection.execute(sa.text("TRUNCATE emptied_slot"))


def fill_slots(connection: sa.Connection, placements: str, values: Mapping[str, object]) -> None:
    """Give a slot to each pair that a query returns, and add them to the counts.

    Args:
        connection: in a transaction, with the temporary tables of slots.
        placements: a query for `book_id` and `category_id`. A pair may occur twice. None of the books may have a slot
            in that category yet.
        values: the query's parameters.
    """
    _number_placements(connection, placements, values)
    _lock_categories(connection, "category_growth")
    _find_free_slots(connection)
    connection.execute(
        sa.text("""
            UPDATE slot SET book_id = numbered_placement.book_id
            FROM free_slot JOIN numbered_placement USING (category_id, number)
            WHERE slot.category_id = free_slot.category_id AND slot.position = free_slot.position
        """)
    )
    _append_slots(connection)
    connection.execute(
        sa.text("""
            UPDATE category
            SET book_count = book_count + category_growth.books,
                high_water = greatest(
                    high_water, (SELECT max(position) FROM slot WHERE slot.category_id = category.id)
                )
            FROM category_growth WHERE category.id = category_growth.category_id
        """)
    )


def _number_placements(connection: sa.Connection, placements: str, values: Mapping[str, object]) -> None:
    """Fill `numbered_placement` and `category_growth`."""
    # One sort serves both for removing repeated pairs and for numbering.
    connection.execute(sa.text("SET LOCAL enable_hashagg = off"))
    connection.execute(
        sa.text(f"""
            INSERT INTO numbered_placement (category_id, book_id, number)
            SELECT category_id, book_id, row_number() OVER (PARTITION BY category_id ORDER BY book_id)
            FROM (
                SELECT DISTINCT category_id, book_id FROM ({placements}) AS placement (book_id, category_id)
            ) AS pair
        """),
        values,
    )
    connection.execute(sa.text("SET LOCAL enable_hashagg TO DEFAULT"))
    analyze(connection, "numbered_placement")
    connection.execute(
        sa.text("""
            INSERT INTO category_growth
            SELECT category_id, count(*) FROM numbered_placement GROUP BY category_id
        """)
    )


def _find_free_slots(connection: sa.Connection) -> None:
    """Fill `free_slot` for the categories that grow, which are locked."""
    connection.execute(
        sa.text("""
            INSERT INTO free_slot
            SELECT category_id, position, number
            FROM category_growth, LATERAL (
                SELECT position, row_number() OVER (ORDER BY position) AS number
                FROM slot WHERE slot.category_id = category_growth.category_id AND book_id IS NULL
                ORDER BY position LIMIT category_growth.books
            ) AS empty
        """)
    )
    analyze(connection, "category_growth", "free_slot")


def _append_slots(connection: sa.Connection) -> None:
    """Append slots behind the largest position for placements that found no free slot."""
    # PostgreSQL plans the foreign key checks now and reuses the plan for every slot. With some hundred categories the
    # planner prefers a sequential scan for each check; the index takes a fraction of the time.
    connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
    connection.execute(
        sa.text("""
            INSERT INTO slot (category_id, position, book_id)
            WITH shelf_end AS MATERIALIZED (
                SELECT category_id, coalesce(free_slots, 0) AS free_slots,
                       coalesce((SELECT max(position) FROM slot WHERE slot.category_id = category_growth.category_id),
                                0) AS last_position
                FROM category_growth LEFT JOIN (
                    SELECT category_id, count(*) AS free_slots FROM free_slot GROUP BY category_id
                ) AS counted USING (category_id)
            )
            SELECT category_id, last_position + number - free_slots, book_id
            FROM numbered_placement JOIN shelf_end USING (category_id)
            WHERE number > free_slots
            -- In this order the foreign key checks and the index by book touch neighbouring pages.
            ORDER BY book_id
        """)
    )
    connection.execute(sa.text("SET LOCAL enable_seqscan TO DEFAULT"))


def _lock_categories(connection: sa.Connection, table: str) -> None:
    """Lock the categories in a temporary table in the order of their ids, so that writers never deadlock."""
    connection.execute(
        sa.text(f"""
            SELECT FROM category WHERE id IN (SELECT category_id FROM {table}) ORDER BY id FOR NO KEY UPDATE
        """)
    )
