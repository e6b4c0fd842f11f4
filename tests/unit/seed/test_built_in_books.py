"""The built-in books, as the file has them."""

import csv
from collections import Counter

import pytest

from seed.data.built_in import PATH

SHELVES = ("Mystery", "Science Fiction", "Self-Help")
EXPECTED = (
    "Don Quixote",
    "Dune",
    "Man's Search for Meaning",
    "One Hundred Years of Solitude",
    "Pride and Prejudice",
    "The Maltese Falcon",
    "The Tale of Genji",
    "Things Fall Apart",
    "War and Peace",
)


@pytest.fixture(scope="module")
def books() -> list[dict[str, str]]:
    with PATH.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def categories_of(book: dict[str, str]) -> list[str]:
    return [name.strip() for name in book["categories"].split(";")]


def test_there_are_enough_books(books: list[dict[str, str]]) -> None:
    shelves = Counter(name for book in books for name in categories_of(book))
    assert len(books) >= 600
    assert len(shelves) >= 16
    assert min(shelves.values()) >= 25
    assert sum(len(categories_of(book)) > 1 for book in books) >= 150
    assert set(SHELVES) <= set(shelves)


def test_there_are_no_duplicates(books: list[dict[str, str]]) -> None:
    named = Counter((book["title"].casefold(), book["authors"].casefold()) for book in books)
    assert [name for name, count in named.items() if count > 1] == []


def test_each_has_a_year_of_first_publication(books: list[dict[str, str]]) -> None:
    years = [int(book["year"]) for book in books]
    assert min(years) < 0
    assert max(years) > 2000


@pytest.mark.parametrize("title", EXPECTED)
def test_contains_well_known_titles(books: list[dict[str, str]], title: str) -> None:
    assert title in {book["title"].replace("\N{RIGHT SINGLE QUOTATION MARK}", "'") for book in books}
