"""The queries that look up and list shelves. Each function takes a connection and never commits."""

from collections.abc import Iterable
from typing import Any, NamedTuple, TypeAlias

import sqlalchemy as sa

from recommendations.domain.model import NAMED_SHELF, Shelf, ShelfCursor, ShelvesQuery
from recommendations.storage import statements
from recommendations.storage.statements import array_literal

_ShelfSelect: TypeAlias = sa.Select[int, str, str, int, int, int]


class ShelfList(NamedTuple):
    """The shelves to draw from, and the cursor of the list after them."""

    shelves: list[Shelf]
    next_cursor: ShelfCursor | None
    """None if there are no more shelves."""


def find_shelf(connection: sa.Connection, slug: str) -> Shelf | None:
    """Return the shelf of the category with this slug, or None if there is no such category."""
    row = connection.execute(statements.SHELF_BY_SLUG, {"slug": slug}).first()
    return row and Shelf(*row)


def shelves_to_draw(connection: sa.Connection, query: ShelvesQuery) -> ShelfList:
    """Return the shelves of a query, and the cursor after them."""
    if query.replay:
        shelves = shelves_of(connection, [shelf.category_id for shelf in query.replay.shelves])
        rest = query._replace(cursor=_cursor_of(shelves[-1], query)) if shelves else query
        more = list_shelves(connection, rest, 1)
    else:
        listed = list_shelves(connection, query, query.shelf_count + 1)
        shelves, more = listed[: query.shelf_count], listed[query.shelf_count :]
    return ShelfList(shelves, _cursor_of(shelves[-1], query) if shelves and more else None)


def list_shelves(connection: sa.Connection, query: ShelvesQuery, limit: int) -> list[Shelf]:
    """Return the next shelves that hold books: the named ones in their order, then those with the most books."""
    excluded = set(query.exclude_categories)
    named = [slug for slug in dict.fromkeys(query.categories) if slug not in excluded]
    shelves: list[Shelf] = []
    if named and query.cursor.book_count == NAMED_SHELF:
        by_slug = {shelf.slug: shelf for shelf in _shelves(connection, statements.SHELVES_BY_SLUG, slugs=named)}
        remaining = named[named.index(query.cursor.slug) + 1 :] if query.cursor.slug in named else named
        shelves = [by_slug[slug] for slug in remaining if slug in by_slug][:limit]
    parameters = {**query.cursor._asdict(), "excluded": [*named, *excluded], "limit": limit - len(shelves)}
    return shelves + _shelves(connection, statements.LARGEST_SHELVES, **parameters)


def shelves_of(connection: sa.Connection, category_ids: Iterable[int]) -> list[Shelf]:
    """Return the shelves of these categories that hold books, in this order."""
    ids = list(category_ids)
    by_id = {shelf.id: shelf for shelf in _shelves(connection, statements.SHELVES_BY_ID, ids=array_literal(ids))}
    return [by_id[category_id] for category_id in ids if category_id in by_id]


def shelves_with_ids(connection: sa.Connection, category_ids: Iterable[int]) -> list[Shelf]:
    """Return the shelves of these categories, whether or not they hold books."""
    return _shelves(connection, statements.ANY_SHELVES_BY_ID, ids=array_literal(category_ids))


def _cursor_of(shelf: Shelf, query: ShelvesQuery) -> ShelfCursor:
    return ShelfCursor(NAMED_SHELF if shelf.slug in query.categories else shelf.book_count, shelf.slug)


def _shelves(connection: sa.Connection, statement: _ShelfSelect, **parameters: Any) -> list[Shelf]:
    return [Shelf(*row) for row in connection.execute(statement, parameters)]
