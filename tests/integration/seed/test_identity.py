# ruff: noqa: E501 - the lines of small files
"""How rows match books. Each test is a sentence of `docs/catalogue.md`."""

from collections.abc import Callable
from typing import Any

import pytest

EMMA_1 = "9780141439587"
EMMA_2 = "9780199535521"

Load = Callable[..., Any]
Shop = Callable[[], list[dict[str, Any]]]

pytestmark = pytest.mark.usefixtures("stays_sound")


def test_the_same_file_again_changes_nothing(load: Load, shop: Shop) -> None:
    text = f"key,title,authors,isbn,categories\n1,Emma,Jane Austen,{EMMA_1},Classics; Romance\n2,Persuasion,Jane Austen,,\n"
    assert load(text).figures["added"] == 2
    before = shop()

    again = load(text).figures

    assert shop() == before
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 2)


def test_a_key_matches_its_book_when_title_and_isbn_change(load: Load, shop: Shop) -> None:
    load(f"key,title,isbn\n1,Emma,{EMMA_1}\n")
    (before,) = shop()

    load(f"key,title,isbn\n1,Emma: A Novel,{EMMA_2}\n")

    (after,) = shop()
    assert after["id"] == before["id"]
    assert (after["title"], after["isbn"]) == ("Emma: A Novel", EMMA_2)


def test_two_sources_with_one_isbn_share_a_book_and_the_last_decides(load: Load, shop: Shop) -> None:
    load(f"key,title,isbn,year,categories\n1,Emma,{EMMA_1},1815,Classics\n", name="one.csv")
    load(f"key,title,isbn,language,categories\na,Emma (Penguin),{EMMA_1},en,Romance\n", name="two.csv")

    (book,) = shop()
    assert book["keys"] == ["one:1", "two:a"]
    assert (book["title"], book["year"], book["language"]) == ("Emma (Penguin)", 1815, "en")
    assert book["categories"] == ["Romance"]


def test_without_isbn_the_folded_title_and_authors_match_the_book(load: Load, shop: Shop) -> None:
    load("key,title,authors\n1,Les Misérables,Victor Hugo\n", name="one.csv")
    load("key,title,authors\na,LES MISERABLES!,victor  hugo\n", name="two.csv")

    (book,) = shop()
    assert book["keys"] == ["one:1", "two:a"]


def test_a_title_without_authors_is_not_enough(load: Load, shop: Shop) -> None:
    load("key,title\n1,Poems\n2,Poems\n", name="one.csv")
    load("key,title\n1,Poems\n", name="two.csv")

    assert len(shop()) == 3


def test_two_keys_of_one_source_with_one_isbn_are_two_books(load: Load, shop: Shop) -> None:
    text = f"key,title,isbn\n1,Emma,{EMMA_1}\n2,Persuasion,{EMMA_1}\n"
    first = load(text).figures

    again = load(text).figures

    assert [(book["title"], book["isbn"]) for book in shop()] == [("Emma", EMMA_1), ("Persuasion", None)]
    assert (first["isbns_taken"], again["isbns_taken"], again["unchanged"]) == (1, 1, 2)


def test_a_later_key_of_the_same_source_does_not_take_a_book_over(load: Load, shop: Shop) -> None:
    load(f"key,title,isbn\n1,Emma,{EMMA_1}\n")
    load(f"key,title,isbn\n2,Persuasion,{EMMA_1}\n")

    assert [(book["title"], book["isbn"]) for book in shop()] == [("Emma", EMMA_1), ("Persuasion", None)]


def test_the_same_key_twice_is_one_book_with_authors_and_categories_united(load: Load, shop: Shop) -> None:
    text = "key,title,authors,year,categories\n1,Good Omens,Terry Pratchett,,Fantasy\n1,Good Omens,Neil Gaiman,1990,Humour\n"
    first = load(text).figures

    again = load(text).figures

    (book,) = shop()
    assert book["authors"] == ["Terry Pratchett", "Neil Gaiman"]
    assert (book["year"], book["categories"]) == (1990, ["Fantasy", "Humour"])
    assert (first["joined"], again["joined"], again["unchanged"]) == (1, 1, 1)


def test_rows_without_key_and_isbn_are_joined_by_title_and_authors(load: Load, shop: Shop) -> None:
    figures = load("title,authors,categories\nEmma,Jane Austen,Classics\nEMMA,Jane Austen,Romance\n").figures

    (book,) = shop()
    assert (figures["joined"], book["title"], book["categories"]) == (1, "Emma", ["Classics", "Romance"])


def test_a_book_that_gets_an_isbn_stays_the_same_book(load: Load, shop: Shop) -> None:
    load("title,authors\nEmma,Jane Austen\n")
    (before,) = shop()

    load(f"title,authors,isbn\nEmma,Jane Austen,{EMMA_1}\n")

    (after,) = shop()
    assert (after["id"], after["isbn"]) == (before["id"], EMMA_1)


def test_isbns_can_be_swapped(load: Load, shop: Shop) -> None:
    load(f"key,title,isbn\n1,Emma,{EMMA_1}\n2,Persuasion,{EMMA_2}\n")

    figures = load(f"key,title,isbn\n1,Emma,{EMMA_2}\n2,Persuasion,{EMMA_1}\n").figures

    assert [(book["title"], book["isbn"]) for book in shop()] == [("Emma", EMMA_2), ("Persuasion", EMMA_1)]
    assert (figures["changed"], figures["isbns_taken"]) == (2, 0)


def test_an_isbn_that_another_book_keeps_is_left_out(load: Load, shop: Shop) -> None:
    load(f"key,title,isbn\n1,Emma,{EMMA_1}\n2,Persuasion,\n")

    load(f"key,title,isbn\n2,Persuasion,{EMMA_1}\n")

    assert [(book["title"], book["isbn"]) for book in shop()] == [("Emma", EMMA_1), ("Persuasion", None)]


@pytest.mark.parametrize("isbn", [EMMA_1, ""])
def test_a_file_that_gets_keys_matches_its_books_again(load: Load, shop: Shop, isbn: str) -> None:
    load(f"title,authors,isbn\nEmma,Jane Austen,{isbn}\n")

    load(f"key,title,authors,isbn\n1,Emma,Jane Austen,{isbn}\n")

    (book,) = shop()
    assert book["isbn"] == (isbn or None)
    assert book["keys"][0] == "books:1"


def test_a_file_that_loses_its_keys_matches_its_books_again(load: Load, shop: Shop) -> None:
    load(f"key,title,isbn\n1,Emma,{EMMA_1}\n")

    load(f"title,isbn\nEmma,{EMMA_1}\n")

    (book,) = shop()
    assert book["keys"] == ["books:1", f"books:isbn:{EMMA_1}"]


def test_a_changed_row_keeps_its_slots_and_gets_its_categories(load: Load, shop: Shop, slots: Any) -> None:
    load("key,title,categories\n1,Emma,Classics; Romance\n2,Persuasion,Classics\n")
    before = slots()

    figures = load("key,title,categories\n1,Emma,Romance; Satire\n2,Persuasion,Classics\n").figures

    assert (figures["changed"], figures["unchanged"]) == (1, 1)
    assert [book["categories"] for book in shop()] == [["Romance", "Satire"], ["Classics"]]
    assert before - slots() == {("classics", 1, "Emma")}
    assert slots() - before == {("satire", 1, "Emma")}


def test_new_books_fill_the_first_empty_slots(load: Load, slots: Any) -> None:
    load("key,title,categories\n" + "".join(f"{n},Book {n},Classics\n" for n in range(1, 6)))
    load("key,title,categories\n" + "".join(f"{n},Book {n},Classics\n" for n in (1, 3, 5)), "--sync")

    load("key,title,categories\n" + "".join(f"{n},Book {n},Classics\n" for n in (6, 7, 8)))

    assert {(position, title) for slug, position, title in slots() if slug == "classics"} == {
        (1, "Book 1"), (2, "Book 6"), (3, "Book 3"), (4, "Book 7"), (5, "Book 5"), (6, "Book 8"),
    }  # fmt: skip
