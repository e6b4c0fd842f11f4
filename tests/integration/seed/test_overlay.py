"""How a second file changes fields of a book for which it has no column or an empty value."""

from collections.abc import Callable
from typing import Any

import pytest

EMMA = "9780141439587"
FULL = (
    "key,title,authors,year,isbn,language,description,cover_url,categories\n"
    f"1,Emma,Jane Austen,1815,{EMMA},en,A novel.,https://covers.example/1.jpg,Classics\n"
)
DETAILS = ("authors", "year", "isbn", "language", "description", "cover_url", "categories")

Load = Callable[..., Any]
Shop = Callable[[], list[dict[str, Any]]]

pytestmark = pytest.mark.usefixtures("stays_sound")


def details(shop: Shop) -> dict[str, Any]:
    (book,) = shop()
    return {field: book[field] for field in DETAILS}


@pytest.mark.parametrize("name", ["books.csv", "other.csv"])
def test_a_file_without_a_column_leaves_the_field_as_it_is(load: Load, shop: Shop, name: str) -> None:
    load(FULL)
    before = details(shop)

    figures = load(f"key,title,isbn\n1,Emma,{EMMA}\n", name=name).figures

    assert details(shop) == before
    assert figures["changed"] == 0


def test_a_file_without_isbns_leaves_them_as_they_are(load: Load, shop: Shop) -> None:
    load(FULL)

    load("key,title\n1,Emma: A Novel\n")

    assert (shop()[0]["title"], shop()[0]["isbn"], shop()[0]["authors"]) == ("Emma: A Novel", EMMA, ["Jane Austen"])


def test_an_empty_field_clears_what_the_same_source_provided(load: Load, shop: Shop) -> None:
    load(FULL)

    load("key,title,authors,year,isbn,language,description,cover_url,categories\n1,Emma,,,,,,,\n")

    assert details(shop) == dict.fromkeys(DETAILS) | {"authors": [], "categories": []}


def test_an_empty_field_does_not_clear_what_another_source_provided(load: Load, shop: Shop) -> None:
    load(FULL)
    before = details(shop)

    load(
        f"key,title,authors,year,isbn,language,description,cover_url,categories\na,Emma,,,{EMMA},,,,\n", name="two.csv"
    )

    assert details(shop) == before


def test_with_overwrite_an_empty_field_clears_what_another_source_provided(load: Load, shop: Shop) -> None:
    load(FULL)

    load(f"key,title,authors,year,isbn,categories\na,Emma,,,{EMMA},\n", "--overwrite", name="two.csv")

    book = details(shop)
    assert (book["authors"], book["year"], book["categories"]) == ([], None, [])
    assert (book["language"], book["description"]) == ("en", "A novel.")


def test_a_field_that_this_source_has_replaced_is_its_own_to_clear(load: Load, shop: Shop) -> None:
    load(FULL)
    load(f"key,title,isbn,year,categories\na,Emma,{EMMA},1816,Romance\n", name="two.csv")
    assert (details(shop)["year"], details(shop)["categories"]) == (1816, ["Romance"])

    load(f"key,title,isbn,year,categories\na,Emma,{EMMA},,\n", name="two.csv")

    assert (details(shop)["year"], details(shop)["categories"]) == (None, [])


def test_a_field_on_which_two_sources_agree_outlives_one_of_them(load: Load, shop: Shop) -> None:
    load(FULL)
    load(f"key,title,isbn,year,categories\na,Emma,{EMMA},1815,Classics\n", name="two.csv")

    load(f"key,title,isbn,year,categories\na,Emma,{EMMA},,\n", name="two.csv")

    assert (details(shop)["year"], details(shop)["categories"]) == (1815, ["Classics"])


def test_loading_both_files_again_changes_nothing(load: Load, shop: Shop) -> None:
    two = f"key,title,isbn,language\na,Emma,{EMMA},\n"
    load(FULL)
    load(two, name="two.csv")
    before = shop()

    again = [load(FULL).figures, load(two, name="two.csv").figures]

    assert shop() == before
    assert [figures["changed"] for figures in again] == [0, 0]


def test_authors_that_stay_are_part_of_the_fingerprint(load: Load, shop: Shop) -> None:
    load("key,title,authors\n1,Emma,Jane Austen\n")
    load("key,title\n1,Emma: A Novel\n")

    load("key,title,authors\na,Emma: a novel,Jane Austen\n", name="two.csv")

    assert [book["keys"] for book in shop()] == [["books:1", "two:a"]]


def test_json_objects_leave_absent_fields_as_they_are(load: Load, shop: Shop) -> None:
    load(FULL)

    load('{"key": "1", "title": "Emma", "year": null}', "--source", "books", name="books.jsonl")

    assert (details(shop)["year"], details(shop)["isbn"], details(shop)["authors"]) == (None, EMMA, ["Jane Austen"])
