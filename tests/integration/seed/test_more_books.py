"""Books without a category are in the category "More books" until they get one."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

Run = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("stays_sound")


@pytest.fixture
def more_books(engine: sa.Engine) -> Callable[[], list[str]]:
    """Return a function that returns the titles in the category, sorted."""

    def titles() -> list[str]:
        with engine.connect() as connection:
            return list(
                connection.scalars(
                    sa.text("""
                        SELECT title FROM book JOIN slot ON book_id = book.id JOIN category ON category.id = category_id
                        WHERE slug = 'more-books' ORDER BY title
                    """)
                )
            )

    return titles


def test_a_book_leaves_when_it_gets_a_category_and_returns_when_it_loses_all(load: Run, more_books: Run) -> None:
    seen = []
    for category in ("", "Novels", ""):
        figures = load(f"key,title,categories\n1,Emma,{category}\n2,Dune,\n").figures
        seen.append((more_books(), figures["without_category"], figures["changed"]))

    assert seen == [(["Dune", "Emma"], 2, 0), (["Dune"], 1, 1), (["Dune", "Emma"], 2, 1)]


def test_a_second_source_gives_the_category_and_a_file_without_the_column_leaves_it(load: Run, more_books: Run) -> None:
    load("key,title,authors\n1,Emma,Jane Austen\n", name="one.csv")
    load("key,title,authors,categories\n9,Emma,Jane Austen,Novels\n", name="two.csv")
    assert more_books() == []

    again = load("key,title,authors\n1,Emma,Jane Austen\n", name="one.csv").figures

    assert (more_books(), again["unchanged"]) == ([], 1)


@pytest.mark.parametrize("spelling", ["More books", "MORE-BOOKS", "more  books!"])
def test_a_file_that_names_the_category_says_nothing(load: Run, more_books: Run, shop: Run, spelling: str) -> None:
    figures = load(f"key,title,categories\n1,Emma,{spelling}\n2,Dune,{spelling}; Novels\n3,Ubik,Möre Books\n").figures

    assert (more_books(), figures["categories"]) == (["Emma"], 2)
    assert [book["categories"] for book in shop()] == [[], ["Novels"], ["Möre Books"]]


def test_books_whose_categories_are_all_left_out_are_there(load: Run, more_books: Run) -> None:
    load("title,categories\nEmma,Novels\nDune,Novels; Sand\nUbik,Rare\n", "--categories-at-least", 2)

    assert more_books() == ["Ubik"]


def test_removed_books_leave(load: Run, more_books: Run) -> None:
    load("key,title\n1,Emma\n2,Dune\n")

    load("key,title\n2,Dune\n", "--sync")

    assert more_books() == ["Dune"]


def test_an_export_does_not_name_the_category(load: Run, run: Run, tmp_path: Path) -> None:
    load("title,categories\nEmma,\nDune,Novels\n")

    run("export", tmp_path / "out.csv")

    with (tmp_path / "out.csv").open(newline="") as file:
        assert [row["categories"] for row in csv.DictReader(file)] == ["", "Novels"]
