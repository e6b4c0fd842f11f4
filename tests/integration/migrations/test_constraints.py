"""Constraints of the schema, and what happens to slots when books and categories are deleted."""

from collections.abc import Iterator

import psycopg
import pytest

from quickstart.devdb.temporary_database import fresh_database
from tests.conftest import DatabaseServer


@pytest.fixture(scope="module")
def standing_database(database_server: DatabaseServer, migrated_template: str) -> Iterator[psycopg.Connection]:
    """Give a connection to a database with today's schema, which the tests share; each rolls back."""
    with fresh_database(database_server.url, migrated_template) as url, psycopg.connect(url) as connection:
        yield connection


@pytest.fixture
def filled(standing_database: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """Give a connection to a catalogue of two books, the first with an ISBN and in a category with one empty slot."""
    database = standing_database
    database.execute(
        "INSERT INTO book (id, isbn, title, fingerprint) VALUES"
        " (1, '9780140446364', 'A', gen_random_uuid()), (2, NULL, 'B', gen_random_uuid())"
    )
    database.execute("INSERT INTO category (id, slug, name) VALUES (7, 'mystery', 'Mystery')")
    database.execute("INSERT INTO slot VALUES (7, 1, 1), (7, 2, NULL), (0, 1, 1)")
    database.execute("INSERT INTO book_source VALUES ('a file', 'its key', 1)")
    yield database
    database.rollback()


@pytest.mark.parametrize(
    ("constraint", "statement"),
    [
        ("pk__book", "INSERT INTO book (id, title, fingerprint) VALUES (1, 'A', gen_random_uuid())"),
        ("uq__book__isbn", "UPDATE book SET isbn = '9780140446364' WHERE id = 2"),
        ("ck__book__isbn_has_13_digits", "UPDATE book SET isbn = '0140446362' WHERE id = 2"),
        ("ck__book__isbn_has_13_digits", "UPDATE book SET isbn = '' WHERE id = 2"),
        ("ck__book__title_is_not_empty", "UPDATE book SET title = '' WHERE id = 2"),
        ("pk__category", "INSERT INTO category (id, slug, name) VALUES (7, 'other', 'Other')"),
        ("uq__category__slug", "INSERT INTO category (slug, name) VALUES ('mystery', 'Other')"),
        ("uq__category__slug", "UPDATE category SET slug = 'mystery' WHERE id = 0"),
        ("ck__category__slug_is_kebab_case", "UPDATE category SET slug = 'Mystery' WHERE id = 7"),
        ("ck__category__slug_is_kebab_case", "UPDATE category SET slug = 'my--stery' WHERE id = 7"),
        ("ck__category__slug_is_kebab_case", "UPDATE category SET slug = '' WHERE id = 7"),
        ("ck__category__name_is_not_empty", "UPDATE category SET name = '' WHERE id = 7"),
        ("ck__category__book_count_is_not_negative", "UPDATE category SET book_count = -1 WHERE id = 7"),
        ("ck__category__high_water_is_not_negative", "UPDATE category SET high_water = -1 WHERE id = 7"),
        ("pk__slot", "INSERT INTO slot VALUES (7, 1, 2)"),
        ("uq__slot__book_id_category_id", "UPDATE slot SET book_id = 1 WHERE category_id = 7 AND position = 2"),
        ("ck__slot__position_is_positive", "INSERT INTO slot VALUES (7, 0, 2)"),
        ("fk__slot__book_id__book", "INSERT INTO slot VALUES (7, 3, 99)"),
        ("fk__slot__category_id__category", "INSERT INTO slot VALUES (99, 1, 2)"),
        ("pk__book_source", "INSERT INTO book_source VALUES ('a file', 'its key', 2)"),
        ("fk__book_source__book_id__book", "INSERT INTO book_source VALUES ('a file', 'other key', 99)"),
    ],
)
def test_a_violation_names_its_constraint(filled: psycopg.Connection, constraint: str, statement: str) -> None:
    with pytest.raises(psycopg.IntegrityError) as refusal:
        filled.execute(statement.encode())
    assert refusal.value.diag.constraint_name == constraint


def test_every_constraint_and_index_is_named_by_rule(filled: psycopg.Connection) -> None:
    named = filled.execute(
        "SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'"
        " AND conrelid::regclass::text <> 'alembic_version' UNION"
        " SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
    ).fetchall()
    assert len(named) > 20
    assert [name for (name,) in named if not name.startswith(("pk__", "uq__", "ck__", "fk__", "ix__"))] == []


def test_a_removed_book_leaves_empty_slots_and_no_sources(filled: psycopg.Connection) -> None:
    filled.execute("DELETE FROM book WHERE id = 1")
    slots = filled.execute("SELECT * FROM slot ORDER BY category_id, position").fetchall()
    assert slots == [(0, 1, None), (7, 1, None), (7, 2, None)]
    assert filled.execute("SELECT * FROM book_source").fetchall() == []


def test_a_removed_category_takes_its_slots_along_and_no_book(filled: psycopg.Connection) -> None:
    filled.execute("DELETE FROM category WHERE id = 7")
    assert filled.execute("SELECT * FROM slot").fetchall() == [(0, 1, 1)]
    assert filled.execute("SELECT count(*) FROM book").fetchone() == (2,)


def test_many_slots_of_a_category_may_be_empty_and_a_book_may_be_in_many_categories(filled: psycopg.Connection) -> None:
    filled.execute("INSERT INTO slot VALUES (7, 3, NULL), (7, 4, NULL), (0, 2, 2), (7, 5, 2)")


def test_omitted_columns_have_their_defaults(filled: psycopg.Connection) -> None:
    assert filled.execute("SELECT authors, year, isbn FROM book WHERE id = 2").fetchone() == ([], None, None)
