"""Draw pages without I/O: the steps from the draws of a response to its pages.

The caller performs each `Read` or `ReadWhole` in one database snapshot and passes the snapshot to `next_step`, until
that returns `Done`.

Every read is an independent draw and never completes an earlier one, because books from two snapshots would not be
uniform. A fresh shuffle that is read again gets another seed: the decision to repeat it depends on how many of its
positions were empty, so with the same seed some books would be favoured after a compaction. For the same reason, this
decision depends only on the number of filled positions, never on the books that they hold.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias, cast

from recommendations.domain import shuffle
from recommendations.domain.draw import Draw, ResponseDraw, grown
from recommendations.domain.errors import NotFoundError
from recommendations.domain.model import BookRow, Category, Page, Snapshot
from recommendations.domain.page_token import encode_shuffle

READ_GROWTH = 4
"""The factor by which a draw that found too few books increases its positions when it is repeated."""

MAX_GROWTHS = 3
"""How often a draw is repeated because the shelf has grown. After that (during a large load), it is uniform over the
shelf as it was some milliseconds earlier."""

NO_SUCH_CATEGORY = "There is no such category."


class Read(NamedTuple):
    """Read the positions of each draw, all in one snapshot."""

    response: ResponseDraw


class ReadWhole(NamedTuple):
    """Read all filled positions of the shelves whose cursor says so, then each draw's positions, in one snapshot."""

    response: ResponseDraw


class Done(NamedTuple):
    """One page for each draw of the response."""

    response: ResponseDraw
    pages: list[Page]


Step: TypeAlias = Read | ReadWhole | Done


def first_step(response: ResponseDraw) -> Read | ReadWhole:
    """Return the first read of a response."""
    return ReadWhole(response) if any(draw.cursor.whole_shelf for draw in response.draws) else Read(response)


def next_step(response: ResponseDraw, snapshot: Snapshot) -> Step:
    """Return the pages, or the read to do instead if the snapshot is not enough for one of them.

    Args:
        response: that of the step that read the snapshot.
        snapshot: the books at `positions_of` each draw.

    Raises:
        NotFoundError: if a category does not exist any more.
    """
    repeats = [_repeated(draw, books, snapshot) for draw, books in zip(response.draws, snapshot.books, strict=True)]
    if any(repeats):
        draws = [repeat or draw for repeat, draw in zip(repeats, response.draws, strict=True)]
        return first_step(_reseeded(response._replace(draws=draws)))
    return Done(response, _pages(response, snapshot))


def _repeated(draw: Draw, books: Sequence[BookRow | None], snapshot: Snapshot) -> Draw | None:
    """Return the draw to make instead if these books are not enough for its page, else None."""
    cursor = draw.cursor
    shelf = snapshot.shelves.get(cursor.category_id)
    if shelf is None:
        raise NotFoundError(NO_SUCH_CATEGORY)
    if draw.is_fresh and shelf.max_position > cursor.max_position and draw.growths < MAX_GROWTHS:
        return grown(draw, shelf)
    if cursor.whole_shelf or cursor.offset + len(books) >= cursor.max_position:
        return None
    if len(_acceptable(draw, books)[0]) == draw.book_count:
        return None
    if len(books) < shuffle.MAX_POSITIONS:
        return draw._replace(position_count=min(len(books) * READ_GROWTH, shuffle.MAX_POSITIONS))
    return None if cursor.offset else draw._replace(cursor=cursor._replace(whole_shelf=True))


def _reseeded(response: ResponseDraw) -> ResponseDraw:
    """Return the response with another seed for its fresh shuffles."""
    seed = shuffle.repeated_seed(response.seed)
    draws = [
        draw._replace(cursor=draw.cursor._replace(seed=shuffle.shelf_seed(seed, draw.cursor.category_id)))
        if draw.is_fresh
        else draw
        for draw in response.draws
    ]
    return response._replace(draws=draws, seed=seed if any(draw.is_fresh for draw in draws) else response.seed)


def _pages(response: ResponseDraw, snapshot: Snapshot) -> list[Page]:
    pages: list[Page] = []
    shown: set[int] = set()
    for draw, books in zip(response.draws, snapshot.books, strict=True):
        picked, used = _distinct(draw, books, shown) if response.distinct_books else _acceptable(draw, books)
        if response.distinct_books:
            shown.update(book.id for book in picked)
        pages.append(_page(draw, picked, used, snapshot))
    return pages


def _page(draw: Draw, books: Sequence[BookRow], used: int, snapshot: Snapshot) -> Page:
    cursor = draw.cursor
    offset = cursor.offset + used
    size = len(snapshot.filled[cursor.category_id].positions) if cursor.whole_shelf else cursor.max_position
    ended = offset >= size or offset > shuffle.MAX_OFFSET
    next_page_token = "" if ended else encode_shuffle(cursor, offset)
    shelf = snapshot.shelves[cursor.category_id]
    return Page(Category(shelf.slug, shelf.name, shelf.book_count), books, encode_shuffle(cursor), next_page_token)


def _distinct(draw: Draw, books: Sequence[BookRow | None], shown: set[int]) -> tuple[Sequence[BookRow], int]:
    """Return the books of the page without those shown, and how many positions come before the next page."""
    acceptable, used = _acceptable(draw, books)
    picked = [book for book in acceptable if book.id not in shown][: draw.cursor.page_size]
    if picked and picked[-1] is not acceptable[-1]:
        return picked, books.index(picked[-1]) + 1
    return picked, used if picked or not acceptable else 0


def _acceptable(draw: Draw, books: Sequence[BookRow | None]) -> tuple[Sequence[BookRow], int]:
    """Return the first books that are not excluded, and how many positions they take."""
    first = books[: draw.book_count]
    if not draw.excluded and None not in first:
        return cast("Sequence[BookRow]", first), len(first)
    acceptable: list[BookRow] = []
    for used, book in enumerate(books, 1):
        if book is not None and book.id not in draw.excluded:
            acceptable.append(book)
            if len(acceptable) == draw.book_count:
                return acceptable, used
    return acceptable, len(books)
