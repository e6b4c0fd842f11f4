"""The SQL of the service, as SQLAlchemy statements with constant text.

SQLAlchemy compiles and psycopg prepares each text once, so values that vary by request are always parameters.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any, LiteralString, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql import array as sa_array
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from recommendations.storage.models import Book, BookSource, Category, Slot
from recommendations.storage.whole_catalogue import WHOLE_CATALOGUE_ID

AUTHOR_SEPARATOR = "\x1f"
"""Joins authors in SQL: one text is read far faster than an array, and names contain no control characters."""

MAX_AUTHORS = 100
MAX_TEXT_LENGTH = 10_000
"""Characters of a title, or of the authors together. The seed stores less. Without this limit, a row of another writer
could make every response with the book exceed gRPC's limit of 4 MB and fail."""

MAX_DESCRIPTION_LENGTH = 100_000

MAX_AUTHOR_BOOKS = 10_000
"""A draw from an author's books sorts at most this many, which takes some hundredths of a second."""

DrawRow: TypeAlias = tuple[
    int | None, int, str, str, int | None, str | None, str | None, str | None, str, str, int, int, int
]
"""A row of the draw statement, with the columns `_DRAW_COLUMNS`.

A book row has the number of its position (from 1) first and NULL from `slug` on. A shelf row has NULL as its number,
then the id of the category, NULL up to `slug`, and the shelf. Unpack it whole: mypy checks the types of all columns.
"""

_BOOK_COLUMNS = ("number", "id", "title", "authors", "year", "cover_url", "language", "isbn")
_SHELF_COLUMNS = ("slug", "name", "book_count", "max_position", "high_water")
_DRAW_COLUMNS = _BOOK_COLUMNS + _SHELF_COLUMNS


def array_literal(numbers: Iterable[int]) -> str:
    """Return the parameter of an array of integers."""
    return "{" + ",".join(map(str, numbers)) + "}"


def _integers(parameter: str) -> sa.ColumnElement[Any]:
    # psycopg adapts an array literal in a text parameter faster than a list.
    return sa.cast(sa.bindparam(parameter, type_=sa.Text), sa.ARRAY(sa.Integer))


def _max_position() -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.coalesce(sa.func.max(Slot.position), 0))
        .where(Slot.category_id == Category.id)
        .correlate(Category)
        .scalar_subquery()
    )


_TITLE = sa.func.left(Book.title, MAX_TEXT_LENGTH).label("title")
_AUTHORS = sa.func.left(sa.func.array_to_string(Book.authors[1:MAX_AUTHORS], AUTHOR_SEPARATOR), MAX_TEXT_LENGTH).label(
    "authors"
)
_BOOK = (
    Book.id,
    _TITLE,
    _AUTHORS,
    Book.year,
    Book.cover_url.label("cover_url"),
    Book.language,
    Book.isbn,
)
"""What a draw reads of each book; `domain.model.BookRow` has the same fields."""

_SHELF = (Category.slug, Category.name, Category.book_count, _max_position().label("max_position"), Category.high_water)


def _draw_statement() -> sa.CompoundSelect[Any]:
    """Build the statement of a batch: the books at the requested positions, and their shelves.

    It is one statement, hence one snapshot, so books and shelves agree.
    """
    requested = (
        sa.func.unnest(_integers("categories"), _integers("positions"))
        .table_valued("category_id", "position", with_ordinality="number")
        .render_derived()
    )
    books = (
        sa.select(
            requested.c.number,
            *_BOOK,
            *(sa.null().label(column) for column in _SHELF_COLUMNS),
        )
        .select_from(requested)
        .join(Slot, sa.and_(Slot.category_id == requested.c.category_id, Slot.position == requested.c.position))
        .join(Book, Book.id == Slot.book_id)
    )
    shelves = sa.select(
        sa.null().label("number"),
        Category.id,
        *(sa.null().label(column) for column in _BOOK_COLUMNS[2:]),
        *_SHELF,
    ).where(Category.id == sa.any_(_integers("shelves")))
    for part in (books, shelves):
        assert tuple(part.selected_columns.keys()) == _DRAW_COLUMNS, "DrawRow describes other columns"
    return sa.union_all(books, shelves)


@cache
def draw_text() -> tuple[LiteralString, dict[str, Any]]:
    """Return the text of the draw statement for the driver, and its constant parameters.

    The other parameters are array literals: "categories" and "positions", of equal length, and "shelves".
    """
    compiled = _draw_statement().compile(dialect=PGDialect_psycopg())  # type: ignore[no-untyped-call]
    return str(compiled), compiled.params


SHELF_BY_SLUG = sa.select(Category.id, *_SHELF).where(Category.slug == sa.bindparam("slug"))
# One bytea with four bytes per position: transferring rows would take seven times as long.
FILLED_POSITIONS = sa.select(
    sa.func.string_agg(
        sa.func.int4send(Slot.position), sa.literal_column("''::bytea"), type_=sa.LargeBinary
    ).aggregate_order_by(Slot.position)
).where(Slot.category_id == sa.bindparam("category_id"), Slot.book_id.is_not(None))
_EXCLUDED = (
    sa.func.unnest(sa.cast(sa.bindparam("book_ids", type_=sa.Text), sa.ARRAY(sa.BigInteger)))
    .table_valued("book_id")
    .render_derived()
)
# A join looks each book up in an index. `= ANY` would compare every book of the shelf with every element: PostgreSQL
# builds no hash table for the array of a generic plan.
POSITIONS_OF_BOOKS = (
    sa.select(Slot.position)
    .select_from(_EXCLUDED)
    .join(Slot, sa.and_(Slot.book_id == _EXCLUDED.c.book_id, Slot.category_id == sa.bindparam("category_id")))
)
_LISTED = (Category.id != WHOLE_CATALOGUE_ID, Category.book_count > 0)
LARGEST_SHELVES = (
    sa.select(Category.id, *_SHELF)
    .where(
        *_LISTED,
        Category.slug != sa.all_(sa.bindparam("excluded", type_=sa.ARRAY(sa.Text))),
        sa.or_(
            Category.book_count < sa.bindparam("book_count"),
            sa.and_(Category.book_count == sa.bindparam("book_count"), Category.slug > sa.bindparam("slug")),
        ),
    )
    .order_by(Category.book_count.desc(), Category.slug)
    .limit(sa.bindparam("limit"))
)
SHELVES_BY_SLUG = sa.select(Category.id, *_SHELF).where(
    *_LISTED, Category.slug == sa.any_(sa.bindparam("slugs", type_=sa.ARRAY(sa.Text)))
)
ANY_SHELVES_BY_ID = sa.select(Category.id, *_SHELF).where(Category.id == sa.any_(_integers("ids")))
SHELVES_BY_ID = ANY_SHELVES_BY_ID.where(*_LISTED)
_FOLDED_NAME = sa.func.lower(Category.name)
_CATEGORIES_AFTER = sa.tuple_(sa.func.lower(sa.bindparam("folded_name", type_=sa.Text)), sa.bindparam("slug"))
CATEGORIES_BY_NAME = (
    sa.select(Category.slug, Category.name, Category.book_count, _FOLDED_NAME.label("folded_name"))
    .where(*_LISTED, sa.tuple_(_FOLDED_NAME, Category.slug) > _CATEGORIES_AFTER)
    .order_by(_FOLDED_NAME, Category.slug)
    .limit(sa.bindparam("limit"))
)
_INITIAL = sa.func.left(_FOLDED_NAME, sa.literal_column("1"))
INITIALS = sa.select(_INITIAL).where(*_LISTED).distinct().order_by(_INITIAL).limit(sa.literal_column("200"))
"""The first characters of the categories' names, in the order of the names."""


def _author_statement() -> sa.Select[Any]:
    """Build the draw from the books of one author, sorted by a hash of seed and id: a shuffle that each seed repeats.

    The first row always exists and holds the number of books.
    """
    author = sa.cast(sa.bindparam("author", type_=sa.Text), sa.Text)
    matched = sa.select(Book.id).where(Book.authors.op("@>")(sa_array([author]))).limit(MAX_AUTHOR_BOOKS).cte("matched")
    digest = sa.func.sha256(sa.bindparam("seed", type_=sa.LargeBinary).concat(sa.func.int8send(matched.c.id)))
    shuffled = sa.select(matched.c.id, sa.func.row_number().over(order_by=digest).label("step")).cte("shuffled")
    excluded = sa.cast(sa.bindparam("excluded", type_=sa.Text), sa.ARRAY(sa.BigInteger))
    page = (
        sa.select(
            shuffled.c.step,
            *_BOOK,
        )
        .join(Book, Book.id == shuffled.c.id)
        .where(shuffled.c.step > sa.bindparam("offset", type_=sa.Integer), Book.id != sa.all_(excluded))
        .order_by(shuffled.c.step)
        .limit(sa.bindparam("limit", type_=sa.Integer))
        .cte("page")
    )
    total = sa.select(sa.func.count().label("book_count")).select_from(matched).cte("total")
    return sa.select(total.c.book_count, *page.c).select_from(total.outerjoin(page, sa.true())).order_by(page.c.step)


AUTHOR_BOOKS = _author_statement()
_SOURCE_ORDER = (BookSource.source, BookSource.key)
BOOK = (
    sa.select(
        Book.id,
        _TITLE,
        _AUTHORS,
        Book.year,
        Book.cover_url.label("cover_url"),
        Book.isbn,
        Book.language,
        sa.func.left(Book.description, MAX_DESCRIPTION_LENGTH).label("description"),
        Book.is_edition_year,
        sa.select(sa.func.array_agg(aggregate_order_by(sa_array([BookSource.source, BookSource.key]), *_SOURCE_ORDER)))
        .where(BookSource.book_id == Book.id)
        .scalar_subquery()
        .label("sources"),
        Category.slug,
        Category.name,
        Category.book_count,
    )
    .select_from(Book)
    .outerjoin(Slot, sa.and_(Slot.book_id == Book.id, Slot.category_id != WHOLE_CATALOGUE_ID))
    .outerjoin(Category, Category.id == Slot.category_id)
    .where(Book.id == sa.bindparam("book_id"))
    .order_by(_FOLDED_NAME, Category.slug)
)
"""One row for each category of the book, or a single row with NULLs for the category."""
