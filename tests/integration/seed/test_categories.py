"""How a load matches the names of categories, and how `categories` lists them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

Load = Callable[..., Any]
Run = Callable[..., Any]
Shop = Callable[[], list[dict[str, Any]]]
GOOD = "key,title,authors,year,isbn,categories\n1,Emma,Jane Austen,1815,9780141439587,Classics; Romance\n"

pytestmark = pytest.mark.usefixtures("stays_sound")


def test_lists_the_categories(load: Run, run: Run) -> None:
    load(GOOD + "2,Persuasion,Jane Austen,,,Classics\n")

    listed = run("categories").out

    assert [line.split() for line in listed.splitlines()] == [
        ["2", "classics", "Classics"], ["1", "romance", "Romance"], ["2", "books", "in", "2", "categories"],
    ]  # fmt: skip


def test_names_that_differ_in_more_than_case_and_punctuation_are_two_categories(load: Run, engine: sa.Engine) -> None:
    load("key,title,categories\n1,One,Café\n2,Two,Cafe\n3,Three,???\n4,Four,!!!\n5,Five,CAFÉ!\n")

    with engine.connect() as connection:
        slugs = connection.scalars(sa.text("SELECT slug FROM category WHERE id <> 0")).all()
    assert len(slugs) == len(set(slugs)) == 4
    assert sum(slug.startswith("cafe") for slug in slugs) == 2


def test_counts_only_the_categories_of_the_file(load: Run) -> None:
    load(GOOD)

    figures = load("title,categories\nPersuasion,romance; Satire\n", name="other.csv").figures

    assert (figures["categories"], figures["categories_added"]) == (2, 1)


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_lists_categories_even_if_the_reader_stops(load: Run, spawn: Run, options: list[str]) -> None:
    load("title,categories\n" + "".join(f"Book {number},Subject {number}\n" for number in range(4_000)))

    listing = spawn("categories", *options)
    listing.stdout.readline()
    listing.stdout.close()

    assert listing.wait(timeout=60) == 1
    assert listing.stderr.read() == ""


def test_loads_42_thousand_categories_with_74_per_book(load: Run, engine: sa.Engine, sound: Callable[[], None]) -> None:
    books = [{"title": f"Book {n}", "categories": [f"Subject {n * 70 + k}" for k in range(74)]} for n in range(600)]

    figures = load("\n".join(map(json.dumps, books)), name="many.jsonl").figures

    assert (figures["added"], figures["categories"]) == (600, 599 * 70 + 74)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM slot")) == 600 * 75
    sound()


@pytest.mark.parametrize("spelling", ["SCIENCE FICTION", "science-fiction", "Science  Fiction!", "Sciencé fiction"])
def test_names_that_differ_in_case_and_punctuation_are_one_category(load: Load, shop: Shop, spelling: str) -> None:
    load("key,title,categories\n1,Dune,Science Fiction\n", name="one.csv")
    load(f"key,title,categories\n2,Ubik,{spelling}\n", name="two.csv")

    names = {name for book in shop() for name in book["categories"]}
    assert len(names) == (2 if "é" in spelling else 1)


def test_the_spelling_that_most_rows_use_wins(load: Load, shop: Shop) -> None:
    spellings = ["SCIENCE FICTION", "Science fiction", "Science fiction", "sCIENCE fICTION"]

    load("title,categories\n" + "".join(f"Book {n},{name}\n" for n, name in enumerate(spellings)))

    assert {name for book in shop() for name in book["categories"]} == {"Science fiction"}


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        (["--categories-at-least", 2], ["A", "B"]),
        (["--top-categories", 1], ["A"]),
        (["--top-categories", 3, "--categories-at-least", 3], ["A"]),
    ],
)
def test_small_categories_can_be_left_out(
    load: Load, shop: Shop, sound: Callable[[], None], options: list[Any], kept: list[str]
) -> None:
    text = "key,title,categories\n1,One,A; B; C\n2,Two,a; B\n3,Three,A\n4,Four,C\n".replace("4,Four,C", "4,Four,D")

    figures = load(text, *options).figures

    assert sorted({name for book in shop() for name in book["categories"]}) == kept
    assert (figures["categories_left_out"], figures["without_category"]) == (4 - len(kept), 1)
    assert len(shop()) == 4
    sound()


def test_leaving_out_counts_the_books_that_a_category_has_already(load: Load, shop: Shop) -> None:
    load("title,categories\nOne,Novels\nTwo,Novels\n")

    load("title,categories\nThree,novels\nFour,Poems\n", "--categories-at-least", 2, name="two.csv")

    assert [book["categories"] for book in shop()] == [["Novels"], ["Novels"], ["Novels"], []]


def test_the_report_offers_to_leave_out_small_categories(run: Run, tmp_path: Path) -> None:
    (tmp_path / "many.csv").write_text("title,categories\n" + "".join(f"Book {n},Shelf {n}\n" for n in range(300)))

    result = run("load", tmp_path / "many.csv", "--dry-run")

    assert "300 categories are a lot to browse. --top-categories 200 keeps the largest" in " ".join(result.out.split())
