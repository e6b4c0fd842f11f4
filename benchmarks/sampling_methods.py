"""The sampling methods of the plot. Each reads the shelf columns of ten books of the whole catalogue."""

from collections.abc import Callable
from random import Random
from typing import TypeAlias

import sqlalchemy as sa

from recommendations.domain.model import ShelfRead
from recommendations.domain.shuffle import SEED_BITS, positions_needed, shuffled
from recommendations.storage import queries, shelf_queries

BOOKS = 10
Draw: TypeAlias = Callable[[], list[int]]
"""Draws once and returns the books' ids."""

SamplingMethod: TypeAlias = Callable[[sa.Connection, Random], Draw]
"""Prepares for drawing on a connection."""

_SHOWN = "id, title, array_to_string(authors, chr(31)) AS authors, year, cover_url, language, isbn"
_KEY = "hashint8extended(id, 0)"
_ORDER_BY_RANDOM = f"SELECT {_SHOWN} FROM book ORDER BY random() LIMIT {BOOKS}"
_SYSTEM_ROWS = f"SELECT {_SHOWN} FROM book TABLESAMPLE SYSTEM_ROWS ({BOOKS})"
_COUNT = "SELECT count(*) FROM book"
_OFFSET = f"""
    SELECT picked.* FROM unnest(%s::bigint[]) AS skipped,
    LATERAL (SELECT {_SHOWN} FROM book ORDER BY id OFFSET skipped LIMIT 1) AS picked
"""
# Wrap around from the largest key to the smallest.
_SUCCESSOR = f"""
    SELECT picked.* FROM unnest(%s::bigint[]) AS wanted,
    LATERAL (
        (SELECT {_SHOWN} FROM book WHERE {_KEY} >= wanted ORDER BY {_KEY} LIMIT 1)
        UNION ALL (SELECT {_SHOWN} FROM book ORDER BY {_KEY} LIMIT 1)
        LIMIT 1
    ) AS picked
"""


def _by_slots(connection: sa.Connection, chance: Random) -> Draw:
    """Draw with the service's own functions."""
    shelf = shelf_queries.find_shelf(connection, "")
    assert shelf, "the whole catalogue always exists"
    first = positions_needed(BOOKS, shelf.max_position, shelf.book_count / max(shelf.max_position, 1))

    def draw() -> list[int]:
        count = first
        while True:
            positions = shuffled(chance.getrandbits(SEED_BITS), shelf.max_position, 0, count)
            books = queries.read_positions(connection, [ShelfRead(shelf.id, positions)]).books[0]
            ids = [book.id for book in books if book is not None][:BOOKS]
            if len(ids) == BOOKS:
                return ids
            count *= 4

    return draw


def _by_statement(statement: str) -> SamplingMethod:
    def prepare(connection: sa.Connection, _: Random) -> Draw:
        return lambda: [row[0] for row in connection.exec_driver_sql(statement)]

    return prepare


def _by_successor(connection: sa.Connection, chance: Random) -> Draw:
    """Draw ten random keys, and for each the book with the next larger key."""

    def draw() -> list[int]:
        keys = [chance.getrandbits(64) - 2**63 for _ in range(BOOKS)]
        return [row[0] for row in connection.exec_driver_sql(_SUCCESSOR, (keys,))]

    return draw


def _by_offset(connection: sa.Connection, chance: Random) -> Draw:
    """Count the books, then skip a random number of them for each of ten books."""

    def draw() -> list[int]:
        count = connection.exec_driver_sql(_COUNT).scalar_one()
        return [row[0] for row in connection.exec_driver_sql(_OFFSET, (chance.sample(range(count), BOOKS),))]

    return draw


OURS = "numbered slots (ours)"
SAMPLING_METHODS: dict[str, SamplingMethod] = {
    OURS: _by_slots,
    "ORDER BY random()": _by_statement(_ORDER_BY_RANDOM),
    "count + OFFSET": _by_offset,
    "random key, successor": _by_successor,
    "TABLESAMPLE SYSTEM_ROWS": _by_statement(_SYSTEM_ROWS),
}
