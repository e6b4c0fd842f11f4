"""Fills shelves by plain SQL, so that a test decides which positions hold a book and which are empty."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

WHOLE_CATALOGUE_ID = 0
MAX_UNANALYZED = 5_000
"""With the statistics of an empty table, each deletion of a book may read a whole index of the slots."""


@dataclass(frozen=True)
class FilledShelf:
    """A category whose shelf was filled by a test."""

    id: int
    slug: str
    books: dict[int, int]
    """The book at each position that holds one."""

    @property
    def book_ids(self) -> set[int]:
        return set(self.books.values())


class Shop:
    """Writes to a catalogue over a connection of its own; each call is committed when it returns."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection

    def clear(self) -> None:
        """Delete everything; no id is used again and no `high_water` falls.

        Row by row, because TRUNCATE would block the service's reads.
        """
        with self.connection.transaction():
            self.run("DELETE FROM slot")
            self.run("DELETE FROM book")
            self.run("DELETE FROM category WHERE id <> %s", WHOLE_CATALOGUE_ID)
            self.run("UPDATE category SET book_count = 0")

    def shelf(self, slug: str, size: int = 0, empty: Collection[int] = (), name: str = "") -> FilledShelf:
        """Make a category with positions 1 to `size`, and a new book at each that is not in `empty`."""
        with self.connection.transaction():
            category_id = self.category(slug, name)
            filled = [position for position in range(1, size + 1) if position not in empty]
            books = dict(zip(filled, self.books([f"{slug} {position}" for position in filled]), strict=True))
            self.place(category_id, {position: books.get(position) for position in range(1, size + 1)})
            self.append(WHOLE_CATALOGUE_ID, list(books.values()))
        if size > MAX_UNANALYZED:
            self.run("ANALYZE book, slot")
        return FilledShelf(category_id, slug, books)

    def category(self, slug: str, name: str = "") -> int:
        """Make a category and return its id."""
        return self.number("INSERT INTO category (slug, name) VALUES (%s, %s) RETURNING id", slug, name or slug.title())

    def books(self, titles: Sequence[str]) -> list[int]:
        """Make a book of each title, on no shelf, and return their ids."""
        made = self.connection.execute(
            "INSERT INTO book (title, authors, fingerprint) SELECT title, ARRAY['An Author'], gen_random_uuid()"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS given (title, place) ORDER BY place RETURNING id",
            [list(titles)],
        )
        return sorted(book_id for (book_id,) in made)

    def book(self, title: str = "A Book", **columns: Any) -> int:
        """Make one book with these columns, on no shelf, and return its id."""
        names = sql.SQL(", ").join(map(sql.Identifier, ["title", *columns]))
        values = sql.SQL(", ").join([sql.Placeholder()] * (1 + len(columns)))
        insert = sql.SQL("INSERT INTO book ({}, fingerprint) VALUES ({}, gen_random_uuid()) RETURNING id")
        return self._first(insert.format(names, values), [title, *columns.values()])

    def place(self, category_id: int, books: dict[int, int | None]) -> None:
        """Put books (None: nothing) at positions of a shelf that have no slot yet."""
        self.connection.execute(
            "INSERT INTO slot (category_id, position, book_id) SELECT %s, * FROM unnest(%s::int[], %s::bigint[])",
            [category_id, list(books.keys()), list(books.values())],
        )
        self.recount()

    def append(self, category_id: int, book_ids: Sequence[int]) -> None:
        """Put books at the end of a shelf."""
        end = self.number("SELECT coalesce(max(position), 0) FROM slot WHERE category_id = %s", category_id)
        self.place(category_id, dict(enumerate(book_ids, end + 1)))

    def empty(self, category_id: int, positions: Collection[int]) -> None:
        """Remove the books at these positions from a shelf; the slots stay."""
        self.connection.execute(
            "UPDATE slot SET book_id = NULL WHERE category_id = %s AND position = ANY(%s)",
            [category_id, list(positions)],
        )
        self.recount()

    def recount(self) -> None:
        """Set `book_count` and `high_water` of each category."""
        self.connection.execute(
            "UPDATE category SET book_count = shelf.books, high_water = greatest(high_water, shelf.largest) FROM ("
            " SELECT category_id, count(book_id) AS books, max(position) AS largest FROM slot GROUP BY category_id"
            ") AS shelf WHERE category_id = category.id AND (book_count, high_water) IS DISTINCT FROM (books, largest)"
        )

    def run(self, statement: str, *values: Any) -> None:
        """Run any one statement."""
        self.connection.execute(statement.encode(), list(values) or None)

    def number(self, query: str, *values: Any) -> int:
        """Return the first column of the first row."""
        return self._first(sql.SQL(query), list(values))

    def _first(self, query: sql.SQL | sql.Composed, values: list[Any]) -> int:
        row = self.connection.execute(query, values).fetchone()
        assert row
        number: int = row[0]
        return number


@contextmanager
def open_shop(url: str) -> Iterator[Shop]:
    """Give a writer to the catalogue at a `postgresql://` address."""
    # The checks of the foreign keys are planned while the tables are small and without statistics: a sequential scan
    # for each of thousands of rows.
    with psycopg.connect(url, autocommit=True, options="-c enable_seqscan=off") as connection:
        yield Shop(connection)
