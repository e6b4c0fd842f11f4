"""The draw of one page of one shelf: where it begins, and which positions it reads. No I/O."""

from typing import NamedTuple

from recommendations.domain import shuffle
from recommendations.domain.errors import InvalidRequestError
from recommendations.domain.model import FilledPositions, Shelf, ShelfRead, ShuffleCursor
from recommendations.domain.page_token import FOREIGN_TOKEN

SPARSE = 24
"""A shelf with at most one book in this many positions may be read whole.

On a fuller shelf `shuffle.MAX_POSITIONS` positions hold 100 books, except once in ten million draws."""

SMALL_SHELF = 10_000
"""A shelf with at most this many books may be read whole at any density, because that is cheap."""


class Draw(NamedTuple):
    """The draw of one page."""

    shelf: Shelf
    """The shelf as last seen. Outdated values cost another read, never bias."""

    cursor: ShuffleCursor
    excluded: frozenset[int]
    is_fresh: bool
    """True for the beginning of a new shuffle, which must cover the shelf as it is now."""

    position_count: int
    """How many positions to read, unless the shelf is read whole."""

    growths: int = 0


def start(shelf: Shelf, cursor: ShuffleCursor, excluded: frozenset[int], *, is_fresh: bool) -> Draw:
    """Return the draw of the page at this cursor."""
    return Draw(shelf, cursor, excluded, is_fresh, position_count(shelf, cursor, excluded))


def positions_of(draw: Draw, filled: FilledPositions | None = None) -> ShelfRead:
    """Return the positions to read for a draw, in the order of its shuffle.

    Args:
        draw: the draw.
        filled: all filled positions of the shelf, if its cursor says that it is read whole.
    """
    cursor = draw.cursor
    if filled is None:
        stop = cursor.offset + draw.position_count
        return ShelfRead(cursor.category_id, shuffle.shuffled(cursor.seed, cursor.max_position, cursor.offset, stop))
    stop = cursor.offset + cursor.page_size + len(filled.excluded)
    steps = shuffle.shuffled(cursor.seed, len(filled.positions), cursor.offset, stop)
    positions: list[int] = []
    missing = cursor.page_size
    for step in steps:
        if not missing:
            break
        position = filled.positions[step - 1]
        positions.append(position)
        missing -= position not in filled.excluded
    return ShelfRead(cursor.category_id, positions)


def check_cursor(cursor: ShuffleCursor, shelf: Shelf) -> None:
    """Raise InvalidRequestError if this cursor cannot belong to the shelf, or would cost more than a genuine one."""
    if (
        cursor.category_id != shelf.id
        or cursor.max_position > shelf.high_water
        or (cursor.whole_shelf and not may_read_whole(shelf))
        or (cursor.offset and not cursor.whole_shelf and cursor.offset >= cursor.max_position)
    ):
        raise InvalidRequestError(FOREIGN_TOKEN)


def may_read_whole(shelf: Shelf) -> bool:
    """Return whether a page token may ask for a shuffle of this shelf's filled positions.

    Such a page takes time proportional to the number of books. The service itself only begins one after
    `shuffle.MAX_POSITIONS` positions held too few books.
    """
    return shelf.book_count <= max(shelf.max_position // SPARSE, SMALL_SHELF)


def position_count(shelf: Shelf, cursor: ShuffleCursor, excluded: frozenset[int]) -> int:
    """Estimate the positions to read from the share of filled slots and the number of excluded books."""
    density = max(shelf.book_count - len(excluded), 0) / max(shelf.max_position, 1)
    remaining = max(cursor.max_position - cursor.offset, 0)
    return shuffle.positions_needed(cursor.page_size, remaining, density)
