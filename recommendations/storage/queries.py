"""The queries of the service. Each function takes a connection and never commits."""

import sys
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any, LiteralString, cast

import sqlalchemy as sa

from recommendations.domain.draw import Draw, positions_of
from recommendations.domain.model import (
    FIRST_CATEGORY,
    FIRST_SHELF,
    AuthorBooks,
    AuthorCursor,
    AuthorQuery,
    BookDetails,
    BookRow,
    CategoriesPage,
    CategoriesQuery,
    Category,
    CategoryCursor,
    FilledPositions,
    Shelf,
    ShelfRead,
    ShelvesQuery,
    Snapshot,
)
from recommendations.storage import shelf_queries, statements
from recommendations.storage.statements import AUTHOR_SEPARATOR, DrawRow, array_literal


def read_positions(connection: sa.Connection, reads: Sequence[ShelfRead]) -> Snapshot:
    """Return the books at these positions and the shelves of their categories, by one statement."""
    return snapshot_of([tuple(row) for row in connection.exec_driver_sql(*draw_query(reads))], reads)


def draw_query(reads: Sequence[ShelfRead]) -> tuple[LiteralString, dict[str, Any]]:
    """Return the statement for these reads as text for the driver, and its parameters."""
    text, constants = statements.draw_text()
    return text, {
        **constants,
        "categories": array_literal(
            chain.from_iterable([category_id] * len(positions) for category_id, positions in reads)
        ),
        "positions": array_literal(chain.from_iterable(positions for _, positions in reads)),
        "shelves": array_literal({category_id for category_id, _ in reads}),
    }


def snapshot_of(rows: Iterable[tuple[Any, ...]], reads: Sequence[ShelfRead]) -> Snapshot:
    """Return the snapshot in the rows that `draw_query` returned for these reads."""
    books: list[BookRow | None] = [None] * sum(len(positions) for _, positions in reads)
    shelves = {}
    for row in cast("Iterable[DrawRow]", rows):
        number, row_id, title, authors, year, cover_url, language, isbn, slug, name, book_count, *positions = row
        if number is None:
            shelves[row_id] = Shelf(row_id, slug, name, book_count, *positions)
        else:
            books[number - 1] = BookRow(row_id, title, author_names(authors), year, cover_url, language, isbn)
    remaining = iter(books)
    return Snapshot([list(islice(remaining, len(positions))) for _, positions in reads], shelves, {})


def read_whole(connection: sa.Connection, draws: Sequence[Draw]) -> Snapshot:
    """Return the books of these draws, some of which need all filled positions of their shelf, from one snapshot."""
    with _repeatable_read(connection):
        filled = {
            draw.cursor.category_id: filled_positions(connection, draw.cursor.category_id, draw.excluded)
            for draw in draws
            if draw.cursor.whole_shelf
        }
        reads = [positions_of(draw, filled.get(draw.cursor.category_id)) for draw in draws]
        return read_positions(connection, reads)._replace(filled=filled)


@contextmanager
def _repeatable_read(connection: sa.Connection) -> Iterator[None]:
    """Run the block in one snapshot; then the connection autocommits again."""
    connection.commit()
    connection.execution_options(isolation_level="REPEATABLE READ")
    try:
        with connection.begin():
            yield
    finally:
        if not connection.invalidated:
            connection.execution_options(isolation_level="AUTOCOMMIT")


def author_books(connection: sa.Connection, query: AuthorQuery, cursor: AuthorCursor) -> AuthorBooks:
    """Return a page of the shuffle of this author's books, by one statement."""
    parameters = {
        "author": query.author,
        "seed": cursor.seed.to_bytes(8, "big"),
        "offset": cursor.offset,
        "limit": cursor.page_size,
        "excluded": array_literal(query.excluded),
    }
    rows = connection.execute(statements.AUTHOR_BOOKS, parameters).all()
    books = [
        BookRow(row.id, row.title, author_names(row.authors), row.year, row.cover_url, row.language, row.isbn)
        for row in rows
        if row.step is not None
    ]
    return AuthorBooks(rows[0].book_count, books, rows[-1].step or 0)


def author_names(joined: str) -> Sequence[str]:
    """Split the joined authors of a row."""
    return joined.split(AUTHOR_SEPARATOR) if joined else ()


def filled_positions(connection: sa.Connection, category_id: int, excluded: Collection[int]) -> FilledPositions:
    """Return the positions that hold a book, in order, and those that hold one of the excluded books.

    Time and space grow with the number of books on the shelf.
    """
    category = {"category_id": category_id}
    positions = array("i", connection.scalar(statements.FILLED_POSITIONS, category) or b"")
    if sys.byteorder == "little":
        positions.byteswap()  # PostgreSQL sends the most significant byte first
    if not excluded:
        return FilledPositions(positions, frozenset())
    book_ids = {**category, "book_ids": array_literal(excluded)}
    return FilledPositions(positions, frozenset(connection.scalars(statements.POSITIONS_OF_BOOKS, book_ids)))


def categories_by_name(connection: sa.Connection, query: CategoriesQuery) -> CategoriesPage:
    """Return the next categories that hold books, by folded name, then slug."""
    limit = query.page_size
    parameters = {**query.cursor._asdict(), "limit": limit + 1}
    rows = [tuple(row) for row in connection.execute(statements.CATEGORIES_BY_NAME, parameters)]
    categories = [Category(slug, name, book_count) for slug, name, book_count, _ in rows[:limit]]
    initials = list(connection.scalars(statements.INITIALS)) if query.with_initials else []
    if len(rows) <= limit:
        return CategoriesPage(categories, None, initials)
    slug, _, _, folded_name = rows[limit - 1]
    return CategoriesPage(categories, CategoryCursor(folded_name, slug), initials)


def find_book(connection: sa.Connection, book_id: int) -> BookDetails | None:
    """Return the book with this id, or None if there is none."""
    rows = connection.execute(statements.BOOK, {"book_id": book_id}).all()
    if not rows:
        return None
    categories = [Category(row.slug, row.name, row.book_count) for row in rows if row.slug is not None]
    book = rows[0]
    return BookDetails(
        book.id,
        book.title,
        author_names(book.authors),
        book.year,
        book.cover_url,
        book.isbn,
        book.language,
        book.description,
        categories,
        [(source, key) for source, key in book.sources or ()],
        book.is_edition_year,
    )


def check(connection: sa.Connection) -> None:
    """Run each query of the service for no rows, so that a missing table or column raises SQLAlchemy's error.

    A newer, compatible schema passes.
    """
    read_positions(connection, [])
    shelf_queries.find_shelf(connection, "-")
    filled_positions(connection, -1, {-1})
    shelf_queries.list_shelves(connection, ShelvesQuery(FIRST_SHELF, 0, 0, categories=["-"]), 1)
    shelf_queries.shelves_of(connection, [-1])
    categories_by_name(connection, CategoriesQuery(FIRST_CATEGORY, 0, with_initials=False))
    find_book(connection, -1)
    author_books(connection, AuthorQuery("-", 1, None, frozenset()), AuthorCursor(0, 0, 1))
