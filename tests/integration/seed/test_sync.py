"""What `--sync` removes, and what it keeps."""

from collections.abc import Callable
from typing import Any

import pytest

EMMA_1 = "9780141439587"
EMMA_2 = "9780199535521"
Load = Callable[..., Any]
Shop = Callable[[], list[dict[str, Any]]]

pytestmark = pytest.mark.usefixtures("stays_sound")


def test_a_new_key_takes_over_the_book_of_a_pruned_key(load: Load, shop: Shop) -> None:
    load(f"key,title,isbn\n1,Emma,{EMMA_1}\n")
    (before,) = shop()

    load(f"key,title,isbn\n2,Emma,{EMMA_1}\n", "--sync")

    (after,) = shop()
    assert (after["id"], after["keys"]) == (before["id"], ["books:2"])


def test_another_book_can_take_the_isbn_of_a_pruned_book(load: Load, shop: Shop) -> None:
    load(f"key,title,isbn\n1,Emma,{EMMA_1}\n3,Persuasion,\n")
    text = f"key,title,isbn\n3,Persuasion,{EMMA_1}\n"

    figures = load(text, "--sync").figures
    again = load(text, "--sync").figures

    assert [(book["title"], book["isbn"]) for book in shop()] == [("Persuasion", EMMA_1)]
    assert (figures["removed"], figures["changed"], figures["isbns_taken"]) == (1, 1, 0)
    assert (again["changed"], again["unchanged"]) == (0, 1)


def test_a_book_that_another_source_names_keeps_its_isbn(load: Load, shop: Shop) -> None:
    load(f"key,title,isbn\n1,Emma,{EMMA_1}\n3,Persuasion,\n")
    load(f"key,title,isbn\na,Emma,{EMMA_1}\n", name="two.csv")

    figures = load(f"key,title,isbn\n3,Persuasion,{EMMA_1}\n", "--sync").figures

    assert [(book["title"], book["isbn"]) for book in shop()] == [("Emma", EMMA_1), ("Persuasion", None)]
    assert (figures["removed"], figures["isbns_taken"]) == (0, 1)


def test_sync_removes_what_left_the_file_but_not_what_another_source_names(load: Load, shop: Shop) -> None:
    load(f"key,title,isbn\n1,Emma,{EMMA_1}\n2,Persuasion,\n3,Lady Susan,\n", name="one.csv")
    load(f"key,title,isbn\na,Emma,{EMMA_1}\n", name="two.csv")

    figures = load("key,title\n3,Lady Susan\n", "--sync", name="one.csv").figures

    assert figures["removed"] == 1
    assert [(book["title"], book["keys"]) for book in shop()] == [("Emma", ["two:a"]), ("Lady Susan", ["one:3"])]


def test_without_sync_nothing_is_removed(load: Load, shop: Shop) -> None:
    load("key,title\n1,Emma\n2,Persuasion\n")
    load("key,title\n2,Persuasion\n")

    assert len(shop()) == 2


def test_sync_refuses_a_file_without_a_book(load: Load, shop: Shop) -> None:
    load("key,title\n1,Emma\n")

    refused = load("key,title\n", "--sync")

    assert refused.status == 1
    assert "nothing to load" in refused.err
    assert len(shop()) == 1


def test_sync_keeps_the_book_of_a_rejected_row(load: Load, shop: Shop) -> None:
    load("key,title\n1,Emma\n2,Persuasion\n")

    figures = load("key,title\n1,\n2,Persuasion\n", "--sync").figures

    assert (figures["rejected"], figures["removed"]) == (1, 0)
    assert len(shop()) == 2


def test_sync_refuses_a_file_with_a_row_whose_key_is_unknown(load: Load, shop: Shop) -> None:
    load("key,title\n1,Emma\n2,Persuasion\n")

    refused = load("key,title\n1,Emma,3\n2,Persuasion\n", "--sync")

    assert refused.status == 1
    assert len(shop()) == 2
