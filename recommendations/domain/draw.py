"""The draws of one response: where each begins, and which positions it reads. No I/O."""

from collections.abc import Sequence
from typing import NamedTuple

from recommendations.domain import shuffle
from recommendations.domain.errors import InvalidRequestError
from recommendations.domain.model import (
    BookRow,
    DrawnShelf,
    FilledPositions,
    Shelf,
    ShelfRead,
    ShelvesReplay,
    ShuffleCursor,
)
from recommendations.domain.page_token import FOREIGN_TOKEN

SPARSE = 24
"""A shelf with at most one book in this many positions may be read whole.

On a fuller shelf `shuffle.MAX_POSITIONS` positions hold 100 books, except once in ten million draws."""

SMALL_SHELF = 10_000
"""A shelf with at most this many books may be read whole at any density, because that is cheap."""

MIN_OBSERVED_POSITIONS = 400
"""A read of this many positions measures the density of a shelf; a draw that needs fewer is batched with others."""

WHOLE_READ_FACTOR = 10
"""Reading the positions of this many books costs less than reading one position with its book."""


class Draw(NamedTuple):
    """The draw of one page."""

    cursor: ShuffleCursor
    excluded: frozenset[int]
    is_fresh: bool
    """True for the beginning of a new shuffle, which must cover the shelf as it is now."""

    book_count: int
    """How many books to read: those of the page and some to spare."""

    position_count: int
    """How many positions to read, unless the shelf is read whole."""

    growths: int = 0


class ResponseDraw(NamedTuple):
    """All draws of one response. They are read from one snapshot, and repeated together."""

    draws: Sequence[Draw]
    seed: int
    """64 bits; `shuffle.shelf_seed` derives the seed of each fresh shuffle."""

    distinct_books: bool = False
    """True if each page leaves out the books of earlier pages."""


def fresh(
    shelves: Sequence[Shelf],
    page_size: int,
    seed: int,
    *,
    excluded: frozenset[int] = frozenset(),
    distinct_books: bool = False,
) -> ResponseDraw:
    """Return the draw of the first page of a new shuffle of each shelf.

    The shelves may be outdated: that costs another read, never bias.
    """
    book_count = _book_count(page_size, distinct_books=distinct_books)
    draws = [
        _draw(
            shelf,
            ShuffleCursor(
                shelf.id,
                shuffle.shelf_seed(seed, shelf.id),
                shelf.max_position,
                0,
                page_size,
                _is_read_whole(shelf, book_count),
            ),
            excluded,
            book_count,
            is_fresh=True,
        )
        for shelf in shelves
    ]
    return ResponseDraw(draws, seed, distinct_books)


def continued(shelf: Shelf, cursor: ShuffleCursor, excluded: frozenset[int] = frozenset()) -> ResponseDraw:
    """Return the draw of the page at this cursor.

    Raises:
        InvalidRequestError: if the cursor cannot belong to the shelf.
    """
    check_cursor(cursor, shelf)
    return ResponseDraw([_draw(shelf, cursor, excluded, cursor.page_size, is_fresh=False)], cursor.seed)


def replayed(replay: ShelvesReplay, shelves: Sequence[Shelf]) -> ResponseDraw:
    """Return the draw that repeats an earlier one, from those of its shelves that still exist.

    Raises:
        InvalidRequestError: if the earlier draw cannot have been from these shelves.
    """
    book_count = _book_count(replay.page_size, distinct_books=replay.distinct_books)
    by_id: dict[int, Shelf] = {shelf.id: shelf for shelf in shelves}
    draws = []
    for category_id, max_position, whole_shelf in replay.shelves:
        if category_id in by_id:
            seed = shuffle.shelf_seed(replay.seed, category_id)
            cursor = ShuffleCursor(category_id, seed, max_position, 0, replay.page_size, whole_shelf)
            check_cursor(cursor, by_id[category_id])
            draws.append(_draw(by_id[category_id], cursor, frozenset(), book_count, is_fresh=False))
    return ResponseDraw(draws, replay.seed, replay.distinct_books)


def replay_of(response: ResponseDraw) -> ShelvesReplay:
    """Return the replay of a finished draw from several shelves."""
    cursors = [draw.cursor for draw in response.draws]
    shelves = [DrawnShelf(cursor.category_id, cursor.max_position, cursor.whole_shelf) for cursor in cursors]
    return ShelvesReplay(response.seed, cursors[0].page_size, response.distinct_books, shelves)


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
    """Return whether a page token may request a shuffle of only this shelf's filled positions.

    Such a page takes time proportional to the number of books. The service itself starts such a shuffle only after an
    earlier draw has observed the density, or after `shuffle.MAX_POSITIONS` positions held too few books.
    """
    return shelf.book_count <= max(shelf.max_position // SPARSE, SMALL_SHELF)


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
    stop = cursor.offset + draw.book_count + len(filled.excluded)
    positions: list[int] = []
    missing = draw.book_count
    for step in shuffle.shuffled(cursor.seed, len(filled.positions), cursor.offset, stop):
        if not missing:
            break
        position = filled.positions[step - 1]
        positions.append(position)
        missing -= position not in filled.excluded
    return ShelfRead(cursor.category_id, positions)


def grown(draw: Draw, shelf: Shelf) -> Draw:
    """Return the draw repeated over the shelf at its new size."""
    cursor = draw.cursor._replace(max_position=shelf.max_position)
    again = _draw(shelf, cursor, draw.excluded, draw.book_count, is_fresh=draw.is_fresh)
    return again._replace(growths=draw.growths + 1)


def _draw(shelf: Shelf, cursor: ShuffleCursor, excluded: frozenset[int], book_count: int, *, is_fresh: bool) -> Draw:
    density = max(_density(shelf) - len(excluded) / max(shelf.max_position, 1), 0.0)
    remaining = max(cursor.max_position - cursor.offset, 0)
    position_count = shuffle.positions_needed(book_count, remaining, density)
    return Draw(cursor, excluded, is_fresh, book_count, position_count)


def _density(shelf: Shelf) -> float:
    return shelf.book_count / max(shelf.max_position, 1) if shelf.density is None else shelf.density


def _is_read_whole(shelf: Shelf, book_count: int) -> bool:
    """Return whether a fresh draw of this many books begins with all filled positions, because that is cheaper.

    The category's book count does not suffice: if it is wrong, the shelf may be large.
    """
    if shelf.density is None or not may_read_whole(shelf):
        return False
    needed = shuffle.positions_needed(book_count, shelf.max_position, shelf.density)
    return needed >= MIN_OBSERVED_POSITIONS and shelf.density * shelf.max_position <= WHOLE_READ_FACTOR * needed


def observed_density(
    draw: Draw, books: Sequence[BookRow | None], filled: FilledPositions | None, known: float | None
) -> float | None:
    """Return the share of positions that hold a book, after a draw has read some of them.

    Args:
        draw: the draw.
        books: the books at the positions read.
        filled: all filled positions, if the shelf was read whole.
        known: the previously known density; dropped if there are far more books than it predicts.
    """
    if filled is not None:
        return len(filled.positions) / max(draw.cursor.max_position, 1)
    if len(books) >= MIN_OBSERVED_POSITIONS:
        return 1.0 - books.count(None) / len(books)
    if known is not None and len(books) - books.count(None) > 2.0 * known * len(books) + 10.0:
        return None
    return known


def _book_count(page_size: int, *, distinct_books: bool) -> int:
    """Return how many books to read for a page.

    With twelve shelves of six from the 880 built-in books, four spare books leave one page in 4,000 short.
    """
    return page_size + page_size // 2 + 1 if distinct_books else page_size
