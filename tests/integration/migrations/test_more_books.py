"""The migration that puts books without a category into "More books"."""

from collections.abc import Callable

import psycopg

FILLED = """
    INSERT INTO category (id, slug, name, book_count, high_water) OVERRIDING SYSTEM VALUE
    VALUES (7, 'novels', 'N', 1, 1);
    INSERT INTO book (id, title, fingerprint) OVERRIDING SYSTEM VALUE
    SELECT n, 'Book ' || n, gen_random_uuid() FROM generate_series(1, 4) AS n;
    INSERT INTO slot SELECT 0, n, n FROM generate_series(1, 4) AS n;
    INSERT INTO slot VALUES (7, 1, 2);
    UPDATE category SET book_count = 4, high_water = 4 WHERE id = 0;
"""
SHELF = """
    SELECT position, book_id, book_count, high_water FROM slot JOIN category ON category.id = category_id
    WHERE slug = 'more-books' ORDER BY position
"""


def test_books_without_a_category_get_a_shelf_and_lose_it_again(
    alembic: Callable[..., str], database: psycopg.Connection, database_url: str
) -> None:
    alembic(database_url, "downgrade", "6a1d0e83c7b2")
    database.execute(FILLED.encode())

    alembic(database_url, "upgrade", "head")
    assert database.execute(SHELF.encode()).fetchall() == [(1, 1, 3, 3), (2, 3, 3, 3), (3, 4, 3, 3)]

    alembic(database_url, "downgrade", "6a1d0e83c7b2")
    assert database.execute("SELECT slug FROM category ORDER BY id").fetchall() == [("",), ("novels",)]
    assert database.execute("SELECT count(*) FROM slot").fetchone() == (5,)
