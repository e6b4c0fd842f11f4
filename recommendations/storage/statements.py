"""The SQL, as SQLAlchemy statements built once with fixed texts.

SQLAlchemy compiles and psycopg prepares each text only once, so nothing that varies by
request may enter it.
"""

from functools import cache
from typing import Any, LiteralString

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from recommendations.storage.models import WHOLE_CATALOGUE_ID, Book, Category, Slot

NAME_SEPARATOR = "\x1f"
"""Joins authors in SQL: one text is read far faster than an array, and names hold no control characters."""


def _integers(parameter: str) -> sa.ColumnElement[Any]:
    # An array literal as text costs Python less than an adapted list.
    return sa.cast(sa.bindparam(parameter, type_=sa.Text), sa.ARRAY(sa.Integer))


def _largest_position() -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.coalesce(sa.func.max(Slot.position), 0))
        .where(Slot.category_id == Category.id)
        .correlate(Category)
        .scalar_subquery()
    )


_SHELF_COLUMNS = (
    Category.id,
    Category.slug,
    Category.name,
    Category.book_count,
    _largest_position().label("largest"),
    Category.high_water,
)


def _draw_statement() -> sa.CompoundSelect[Any]:
    """Build the one statement of a batch: the books at the places asked for, and their shelves.

    One statement is one snapshot, so books and shelves agree. Book rows have the place's
    number in the request (from 1) first; shelf rows have NULL there.
    """
    place = (
        sa.func.unnest(_integers("categories"), _integers("positions"))
        .table_valued("category_id", "position", with_ordinality="number")
        .render_derived()
    )
    books = (
        sa.select(
            place.c.number,
            Book.id,
            Book.title,
            sa.func.array_to_string(Book.authors, NAME_SEPARATOR),
            Book.year,
            Book.cover_url,
            Book.language,
            *(sa.null() for _ in _SHELF_COLUMNS[2:]),
        )
        .select_from(place)
        .join(Slot, sa.and_(Slot.category_id == place.c.category_id, Slot.position == place.c.position))
        .join(Book, Book.id == Slot.book_id)
    )
    shelves = sa.select(
        sa.null(),
        Category.id,
        Category.slug,
        *(sa.null() for _ in range(4)),
        *_SHELF_COLUMNS[2:],
    ).where(Category.id == sa.any_(_integers("shelves")))
    return sa.union_all(books, shelves)


@cache
def draw_text() -> tuple[LiteralString, dict[str, Any]]:
    """Return the statement of a batch as SQLAlchemy writes it for the driver, and its constant parameters.

    The other parameters are array literals: "categories" and "positions", of the same length, and "shelves".
    """
    compiled = _draw_statement().compile(dialect=PGDialect_psycopg())  # type: ignore[no-untyped-call]
    return str(compiled), compiled.params


SHELF = sa.select(*_SHELF_COLUMNS).where(Category.slug == sa.bindparam("slug"))
# One value of four bytes a position: a seventh of the time that as many rows would take on their way.
FILLED = sa.select(
    sa.func.string_agg(
        sa.func.int4send(Slot.position), sa.literal_column("''::bytea"), type_=sa.LargeBinary
    ).aggregate_order_by(Slot.position)
).where(Slot.category_id == sa.bindparam("category_id"), Slot.book_id.is_not(None))
_LISTED = sa.select(*_SHELF_COLUMNS).where(Category.id != WHOLE_CATALOGUE_ID, Category.book_count > 0)
LARGEST_FIRST = (
    _LISTED.where(
        sa.or_(
            Category.book_count < sa.bindparam("book_count"),
            sa.and_(Category.book_count == sa.bindparam("book_count"), Category.slug > sa.bindparam("slug")),
        )
    )
    .order_by(Category.book_count.desc(), Category.slug)
    .limit(sa.bindparam("limit"))
)
_FOLDED_NAME = sa.func.lower(Category.name)
BY_NAME = (
    sa.select(Category.slug, Category.name, Category.book_count, _FOLDED_NAME)
    .where(
        Category.id != WHOLE_CATALOGUE_ID,
        Category.book_count > 0,
        sa.tuple_(_FOLDED_NAME, Category.slug) > sa.tuple_(sa.bindparam("name"), sa.bindparam("slug")),
    )
    .order_by(_FOLDED_NAME, Category.slug)
    .limit(sa.bindparam("limit"))
)
BOOK = (
    sa.select(
        Book.id,
        Book.title,
        sa.func.array_remove(Book.authors, sa.null(), type_=sa.ARRAY(sa.Text)),
        Book.year,
        Book.cover_url,
        Book.isbn,
        Book.language,
        Book.description,
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
