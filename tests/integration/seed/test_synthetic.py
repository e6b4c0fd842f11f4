"""Synthetic catalogues: the same each time, skewed as requested, and with the schema unchanged."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from seed.loading.connection import SeedError
from seed.record.isbn import isbn_13
from seed.synthetic.generator import synthesise
from seed.synthetic.plan import Plan

SCHEMA = sa.text("""
    SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conrelid::regclass::text IN ('book', 'slot')
    UNION ALL SELECT indexdef FROM pg_indexes WHERE tablename IN ('book', 'slot')
    ORDER BY 1
""")


def test_fills_shelves_as_requested(run: Callable[..., Any], engine: sa.Engine) -> None:
    with engine.connect() as connection:
        schema = connection.execute(SCHEMA).all()

    assert run("synthetic", 5_000, "--categories", 40, "--largest-share", 0.22).status == 0

    with engine.connect() as connection:
        counts = connection.scalars(sa.text("SELECT book_count FROM category ORDER BY book_count DESC")).all()
        per_book = connection.scalars(sa.text("SELECT count(*) - 1 FROM slot GROUP BY book_id")).all()
        isbns = connection.scalars(sa.text("SELECT isbn FROM book")).all()
        assert connection.execute(SCHEMA).all() == schema
    assert (len(counts), counts[0]) == (41, 5_000)
    assert counts[1] == pytest.approx(1_100, abs=3)
    assert counts[-1] > 0
    assert counts[2] < 0.8 * counts[1]
    assert sum(per_book) == 10_000
    assert set(per_book) == {1, 2, 3}
    assert all(isbn_13(isbn) == (isbn, False) for isbn in isbns)
    assert "All counts were right" in run("recount").out


def test_is_the_same_each_time(run: Callable[..., Any], engine: sa.Engine) -> None:
    everything = sa.text("""
        SELECT title, authors, year, isbn, cover_url, name, position
        FROM book JOIN slot ON book_id = book.id JOIN category ON category.id = category_id ORDER BY isbn, name
    """)
    run("synthetic", 300)
    with engine.begin() as connection:
        first = connection.execute(everything).all()
        connection.execute(sa.text("TRUNCATE book, slot, book_source RESTART IDENTITY"))
        connection.execute(sa.text("UPDATE category SET book_count = 0, high_water = 0"))

    run("synthetic", 300)

    with engine.connect() as connection:
        assert connection.execute(everything).all() == first


def test_books_added_later_get_ids_of_their_own(run: Callable[..., Any], load: Callable[..., Any]) -> None:
    run("synthetic", 100)

    assert load("key,title,categories\n1,Emma,Synthetic 1\n").figures["added"] == 1


def test_refuses_a_catalogue_with_books(run: Callable[..., Any], load: Callable[..., Any]) -> None:
    load("title\nEmma\n")

    result = run("synthetic", 10)

    assert result.status == 1
    assert "need an empty catalogue" in result.err


def test_refuses_a_user_who_does_not_own_the_tables(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE ROLE test_seeder"))
        connection.execute(sa.text("GRANT ALL ON ALL TABLES IN SCHEMA public TO test_seeder"))
        connection.execute(sa.text("SET LOCAL ROLE test_seeder"))

        with pytest.raises(SeedError, match=r"as the database user of the migrations\.$"):
            synthesise(connection, Plan(10))

        # The role goes with the transaction.
        connection.rollback()


@pytest.mark.parametrize(
    "options", [[0], [10, "--categories", 2], [10, "--largest-share", 0.9], [10, "--largest-share", 0]]
)
def test_refuses_impossible_plans(run: Callable[..., Any], options: list[Any]) -> None:
    result = run("synthetic", *options)

    assert result.status == 1
    assert result.err.count("\n") == 1
