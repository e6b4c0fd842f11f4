"""What `--sync` takes away, and what it leaves alone."""

from collections.abc import Callable
from typing import Any

import pytest

EMMA_1 = "9780141439587"
EMMA_2 = "9780199535521"
Load = Callable[..., Any]
Shop = Callable[[], list[dict[str, Any]]]

pytestmark = pytest.mark.usefixtures("stays_sound")


def test_with_sync_a_key_that_left_makes_room_for_its_successor(load: Load, shop: Shop) -> None:
    load(f"key,title,isbn\n1,Emma,{EMMA_1}\n")
    (before,) = shop()

    load(f"key,title,isbn\n2,Emma,{EMMA_1}\n", "--sync")

    (after,) = shop()
    assert (after["id"], after["keys"]) == (before["id"], ["books:2"])


def test_with_sync_the_isbn_of_a_book_that_left_is_free_for_another(load: Load, shop: Shop) -> None:
    load(f"key,title,isbn\n1,Emma,{EMMA_1}\n3,Persuasion,\n")
    text = f"key,title,isbn\n3,Persuasion,{EMMA_1}\n"

    done = load(text, "--sync").figures
    again = load(text, "--sync").figures

    assert [(book["title"], book["isbn"]) for book in shop()] == [("Persuasion", EMMA_1)]
    assert (done["removed"], done["changed"], done["isbns_taken"]) == (1, 1, 0)
    assert (again["changed"], again["unchanged"]) == (0, 1)


def test_with_sync_the_isbn_of_a_book_that_another_source_names_stays(load: Load, shop: Shop) -> None:
    load(f"key,title,isbn\n1,Emma,{EMMA_1}\n3,Persuasion,\n")
    load(f"key,title,isbn\na,Emma,{EMMA_1}\n", name="two.csv")

    done = load(f"key,title,isbn\n3,Persuasion,{EMMA_1}\n", "--sync").figures

    assert [(book["title"], book["isbn"]) for book in shop()] == [("Emma", EMMA_1), ("Persuasion", None)]
    assert (done["removed"], done["isbns_taken"]) == (0, 1)


def test_sync_takes_away_what_left_the_file_but_not_what_another_source_names(load: Load, shop: Shop) -> None:
    load(f"key,title,isbn\n1,Emma,{EMMA_1}\n2,Persuasion,\n3,Lady Susan,\n", name="one.csv")
    load(f"key,title,isbn\na,Emma,{EMMA_1}\n", name="two.csv")

    done = load("key,title\n3,Lady Susan\n", "--sync", name="one.csv").figures

    assert done["removed"] == 1
    assert [(book["title"], book["keys"]) for book in shop()] == [("Emma", ["two:a"]), ("Lady Susan", ["one:3"])]


def test_without_sync_nothing_is_removed(load: Load, shop: Shop) -> None:
    load("key,title\n1,Emma\n2,Persuasion\n")
    load("key,title\n2,Persuasion\n")

    assert len(shop()) == 2


def test_sync_refuses_a_file_without_a_book(load: Load, shop: Shop) -> None:
    load("key,title\n1,Emma\n")

    refused = load("key,title\n", "--sync")

    assert refused.status == 1
    assert "holds no book" in refused.err
    assert len(shop()) == 1


def test_sync_keeps_the_book_of_a_refused_row(load: Load, shop: Shop) -> None:
    load("key,title\n1,Emma\n2,Persuasion\n")

    done = load("key,title\n1,\n2,Persuasion\n", "--sync").figures

    assert (done["rejected"], done["removed"]) == (1, 0)
    assert len(shop()) == 2


def test_sync_refuses_when_a_row_does_not_tell_which_book_it_means(load: Load, shop: Shop) -> None:
    load("key,title\n1,Emma\n2,Persuasion\n")

    refused = load("key,title\n1,Emma,3\n2,Persuasion\n", "--sync")

    assert refused.status == 1
    assert len(shop()) == 2
