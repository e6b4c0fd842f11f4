"""Draw pages without I/O: which positions to read, and which pages the books there make.

The caller performs each `Read` or `ReadWhole` in one database snapshot and passes the snapshot to `next_step`, until
that returns `Done`. All shelves of a response go through these steps together.

Every read is a draw of its own and never completes an earlier one, because books from two snapshots would not be
uniform. A fresh shuffle that must be read again starts over with another seed: that its first positions were empty (or,
if another shelf is the reason, that they were not) says something about these positions, and after a compaction some
books would be favoured.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias, cast

from recommendations.domain import shuffle
from recommendations.domain.draw import Draw, position_count
from recommendations.domain.errors import NotFoundError
from recommendations.domain.model import BookRow, Page, Snapshot
from recommendations.domain.page_token import encode_shuffle

READ_GROWTH = 4
"""A draw that found too few books is repeated with this many times as many positions."""

MAX_GROWTHS = 3
"""How often a draw is repeated because the shelf has grown. After that, as during a large load, it is uniform over the
shelf as it was some milliseconds before."""

NO_SUCH_CATEGORY = "There is no such category."


class Read(NamedTuple):
    """Read the positions of each draw, all in one snapshot."""

    draws: Sequence[Draw]


class ReadWhole(NamedTuple):
    """Read all filled positions of the shelves whose cursor says so, then each draw's positions, in one snapshot."""

    draws: Sequence[Draw]


class Done(NamedTuple):
    """One page for each draw."""

    pages: list[Page]


Step: TypeAlias = Read | ReadWhole | Done


def first_step(draws: Sequence[Draw]) -> Read | ReadWhole:
    """Return the first read for these draws."""
    return ReadWhole(draws) if any(draw.cursor.whole_shelf for draw in draws) else Read(draws)


def next_step(draws: Sequence[Draw], snapshot: Snapshot, new_seed: Callable[[], int]) -> Step:
    """Return the pages, or the read to do instead if the snapshot is not enough for one of them.

    Args:
        draws: those of the step that read the snapshot.
        snapshot: the books at `positions_of` each draw.
        new_seed: returns the 64-bit seed of another shuffle.

    Raises:
        NotFoundError: if a category does not exist any more.
    """
    repeats = [_repeated(draw, books, snapshot) for draw, books in zip(draws, snapshot.books, strict=True)]
    if any(repeats):
        again = [repeat or draw for repeat, draw in zip(repeats, draws, strict=True)]
        return first_step([_reseeded(draw, new_seed) if draw.is_fresh else draw for draw in again])
    return Done([_page(draw, books, snapshot) for draw, books in zip(draws, snapshot.books, strict=True)])


def _repeated(draw: Draw, books: Sequence[BookRow | None], snapshot: Snapshot) -> Draw | None:
    """Return the draw to make instead if these books are not enough for its page, else None."""
    cursor = draw.cursor
    shelf = snapshot.shelves.get(cursor.category_id)
    if shelf is None:
        raise NotFoundError(NO_SUCH_CATEGORY)
    if draw.is_fresh and shelf.max_position > cursor.max_position and draw.growths < MAX_GROWTHS:
        grown = cursor._replace(max_position=shelf.max_position)
        count = position_count(shelf, grown, draw.excluded)
        return Draw(shelf, grown, draw.excluded, draw.is_fresh, count, draw.growths + 1)
    if cursor.whole_shelf or cursor.offset + len(books) >= cursor.max_position:
        return None
    if len(_picked(draw, books)[0]) == cursor.page_size:
        return None
    if len(books) < shuffle.MAX_POSITIONS:
        count = min(len(books) * READ_GROWTH, shuffle.MAX_POSITIONS)
        return draw._replace(shelf=shelf, position_count=count)
    if not cursor.offset:
        return draw._replace(shelf=shelf, cursor=cursor._replace(whole_shelf=True))
    return None


def _reseeded(draw: Draw, new_seed: Callable[[], int]) -> Draw:
    return draw._replace(cursor=draw.cursor._replace(seed=new_seed()))


def _page(draw: Draw, books: Sequence[BookRow | None], snapshot: Snapshot) -> Page:
    cursor = draw.cursor
    picked, used = _picked(draw, books)
    offset = cursor.offset + used
    size = len(snapshot.filled[cursor.category_id].positions) if cursor.whole_shelf else cursor.max_position
    ended = offset >= size or offset > shuffle.MAX_OFFSET
    next_page_token = "" if ended else encode_shuffle(cursor, offset)
    return Page(snapshot.shelves[cursor.category_id], picked, encode_shuffle(cursor), next_page_token)


def _picked(draw: Draw, books: Sequence[BookRow | None]) -> tuple[Sequence[BookRow], int]:
    """Return the books of the page, and how many positions they take."""
    page_size = draw.cursor.page_size
    first = books[:page_size]
    if not draw.excluded and None not in first:
        return cast("Sequence[BookRow]", first), len(first)
    picked: list[BookRow] = []
    for used, book in enumerate(books, 1):
        if book is not None and book.id not in draw.excluded:
            picked.append(book)
            if len(picked) == page_size:
                return picked, used
    return picked, len(books)
