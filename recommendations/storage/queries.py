"""What the service asks of the catalogue. Each function takes its connection first and never commits."""

import sys
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, LiteralString, TypeAlias

import sqlalchemy as sa

from recommendations.storage import statements


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a statement saw of a category and its shelf."""

    id: int
    slug: str
    name: str
    book_count: int
    largest: int
    """The largest position on the shelf now; 0 if it has none."""

    high_water: int
    """The largest position it ever had."""


@dataclass(frozen=True, slots=True)
class BookDetails:
    """All that is known of a book."""

    id: int
    title: str
    authors: Sequence[str]
    year: int | None
    cover_url: str | None
    isbn: str | None
    language: str | None
    description: str | None
    categories: list[tuple[str, str, int]]
    """Slug, name and book count of each."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one statement found: books at places, and the shelves as that same snapshot had them."""

    books: list[list["FoundBook | None"]]
    """For each category asked for, in that order, the book at each position; None where it is empty."""

    shelves: dict[int, Shelf]
    """By category id; a category that does not exist is left out."""


FoundBook: TypeAlias = tuple[Any, ...]
"""Place number, id, title, authors joined by `statements.NAME_SEPARATOR`, year, cover address, and more."""

BOOK_ID = 1
"""Where a `FoundBook` has its id."""

FIRST_LARGEST = (2**63 - 1, "")
"""Comes before every category in `largest_shelves`."""

FIRST_NAME = ("", "")
"""Comes before every category in `categories_by_name`."""


Places: TypeAlias = Sequence[tuple[int, Sequence[int]]]
"""Category ids, each with positions on its shelf, from 1."""


def books_at(connection: sa.Connection, places: Places) -> Drawn:
    """Return the books at these places, and the shelves of their categories, by one statement."""
    return drawn_of([tuple(row) for row in connection.exec_driver_sql(*draw_query(places))], places)


def draw_query(places: Places) -> tuple[LiteralString, dict[str, Any]]:
    """Return the statement, written for the driver, that finds the books at these places, and its parameters."""
    text, constants = statements.draw_text()
    return text, {
        **constants,
        "categories": _array(chain.from_iterable([category_id] * len(positions) for category_id, positions in places)),
        "positions": _array(chain.from_iterable(positions for _, positions in places)),
        "shelves": _array({category_id for category_id, _ in places}),
    }


def drawn_of(rows: Iterable[tuple[Any, ...]], places: Places) -> Drawn:
    """Return what `draw_query` found at these places, from its rows."""
    found: list[FoundBook | None] = [None] * sum(len(positions) for _, positions in places)
    shelves = {}
    for row in rows:
        if row[0] is None:
            shelves[row[1]] = Shelf(row[1], row[2], *row[7:])
        else:
            found[row[0] - 1] = row
    one_by_one = iter(found)
    return Drawn([list(islice(one_by_one, len(positions))) for _, positions in places], shelves)


def _array(numbers: Iterable[int]) -> str:
    """Return the numbers as PostgreSQL writes an array."""
    return "{" + ",".join(map(str, numbers)) + "}"


def find_shelf(connection: sa.Connection, slug: str) -> Shelf | None:
    """Return the shelf of the category with this slug, or None if there is no such category."""
    row = connection.execute(statements.SHELF, {"slug": slug}).first()
    return row and Shelf(*row)


def filled_positions(connection: sa.Connection, category_id: int) -> Sequence[int]:
    """Return the positions that hold a book, in order. Time and space grow with the shelf's books."""
    positions = array("i", connection.scalar(statements.FILLED, {"category_id": category_id}) or b"")
    if sys.byteorder == "little":
        positions.byteswap()  # PostgreSQL sends the largest byte first
    return positions


def largest_shelves(connection: sa.Connection, after: tuple[int, str], limit: int) -> list[Shelf]:
    """Return the categories with the most books, then by slug, after the given book count and slug."""
    book_count, slug = after
    asked = {"book_count": book_count, "slug": slug, "limit": limit}
    return [Shelf(*row) for row in connection.execute(statements.LARGEST_FIRST, asked)]


def categories_by_name(
    connection: sa.Connection, after: tuple[str, str], limit: int
) -> list[tuple[str, str, int, str]]:
    """Return slug, name, book count and folded name of categories with books, by folded name and slug.

    Args:
        connection: where to ask.
        after: the folded name and slug to go on after.
        limit: how many at most.
    """
    name, slug = after
    asked = {"name": name, "slug": slug, "limit": limit}
    return [tuple(row) for row in connection.execute(statements.BY_NAME, asked)]


def find_book(connection: sa.Connection, book_id: int) -> BookDetails | None:
    """Return all that is known of the book with this id, or None if there is none."""
    rows = connection.execute(statements.BOOK, {"book_id": book_id}).all()
    if not rows:
        return None
    categories = [tuple(row[8:]) for row in rows if row[8] is not None]
    return BookDetails(*rows[0][:8], categories)


def check(connection: sa.Connection) -> None:
    """Run each statement of the service for no rows, so that a missing table or column shows.

    A newer, compatible schema passes. Raises what SQLAlchemy raises.
    """
    books_at(connection, [])
    find_shelf(connection, "-")
    filled_positions(connection, -1)
    largest_shelves(connection, FIRST_LARGEST, 0)
    categories_by_name(connection, FIRST_NAME, 0)
    find_book(connection, -1)
