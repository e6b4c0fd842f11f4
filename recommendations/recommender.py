"""Answers each question with what the catalogue holds at that moment.

It remembers what shelves looked like (ids, sizes), never books. What it remembers is
compared with the answer's own snapshot, so a change is seen by the first call after it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa

from recommendations.domain.errors import InvalidRequestError, NotFoundError
from recommendations.domain.page_draw import Page, PageDraw, may_be_whole
from recommendations.domain.page_token import ShufflePlace
from recommendations.storage import queries
from recommendations.storage.batcher import MOST_PLACES, Batcher
from recommendations.storage.connection import DatabaseConnection
from recommendations.storage.queries import BookDetails, Drawn, Shelf
from recommendations.telemetry.empty_slots import EmptySlots

MOST_REMEMBERED = 10_000
"""Shelves remembered at a time."""

FOREIGN_TOKEN = "page_token is not one of this category; leave it out for a fresh shuffle."  # noqa: S105  # a sentence
NO_SUCH_CATEGORY = "There is no such category."


@dataclass(frozen=True, slots=True)
class BooksQuestion:
    """What to draw from one shelf."""

    category: str
    """Slug; empty: the whole catalogue."""

    page_size: int
    """From 1."""

    place: ShufflePlace | None
    """Where to go on; None: a fresh shuffle."""

    excluded: frozenset[int]


class Recommender:
    """Draws, lists and looks up, on one event loop."""

    def __init__(
        self,
        batcher: Batcher,
        reads: DatabaseConnection,
        large_reads: DatabaseConnection,
        new_seed: Callable[[], int],
        empty_slots: EmptySlots,
    ) -> None:
        """Put the parts together.

        Args:
            batcher: joins draws into statements.
            reads: looks up and lists, so that neither ever holds a draw up.
            large_reads: runs draws that read a whole shelf, or more places than a batch may, so that those hold up
                each other alone.
            new_seed: gives the 64-bit seed of each fresh shuffle.
            empty_slots: is told what the draws meet.
        """
        self._batcher = batcher
        self._reads = reads
        self._large_reads = large_reads
        self._new_seed = new_seed
        self._empty_slots = empty_slots
        self._remembered: dict[str, Shelf] = {}

    async def books(self, question: BooksQuestion) -> Page:
        """Draw one page from one shelf.

        Raises:
            NotFoundError: if there is no such category.
            InvalidRequestError: if the place is not one of this shelf.
        """
        remembered = self._remembered.get(question.category)
        if remembered is not None:
            try:
                return await self._page(question, remembered)
            except (NotFoundError, InvalidRequestError):
                # The slug may belong to another category since.
                self._remembered.pop(question.category, None)
        return await self._page(question, await self._look_up(question.category))

    async def _page(self, question: BooksQuestion, shelf: Shelf) -> Page:
        if question.place is None:
            begun = self._begin(shelf, question.page_size, question.excluded)
        else:
            shelf = await self._checked(question.place, shelf)
            begun = PageDraw(shelf, question.place, question.excluded, None)
        (page,) = await self._draw([begun])
        if page.shelf.slug != question.category:
            raise NotFoundError(NO_SUCH_CATEGORY)
        return page

    async def shelves(
        self, after: tuple[int, str], count: int, page_size: int
    ) -> tuple[list[Page], tuple[int, str] | None]:
        """Draw from each of the next categories with the most books.

        Also returns what to go on after, the book count and slug of the last one as they were listed; None if there
        are no more.
        """
        while found := await self._reads.run(partial(queries.largest_shelves, after=after, limit=count + 1)):
            try:
                pages = await self._draw([self._begin(shelf, page_size, frozenset()) for shelf in found[:count]])
            except NotFoundError:
                continue  # a category was removed meanwhile
            last = found[count - 1] if len(found) > count else None
            return pages, (last.book_count, last.slug) if last else None
        return [], None

    async def categories(self, after: tuple[str, str], count: int) -> tuple[list[tuple[str, str, int, str]], bool]:
        """List the next categories by name, and tell whether there are more."""
        found = await self._reads.run(partial(queries.categories_by_name, after=after, limit=count + 1))
        return found[:count], len(found) > count

    async def book(self, book_id: int) -> BookDetails:
        """Return all that is known of a book.

        Raises:
            NotFoundError: if there is none with this id.
        """
        found = await self._reads.run(partial(queries.find_book, book_id=book_id))
        if found is None:
            raise NotFoundError("There is no such book.")
        return found

    def _begin(self, shelf: Shelf, page_size: int, excluded: frozenset[int]) -> PageDraw:
        place = ShufflePlace(shelf.id, self._new_seed(), shelf.largest, 0, page_size)
        return PageDraw(shelf, place, excluded, self._new_seed)

    async def _look_up(self, slug: str) -> Shelf:
        shelf = await self._reads.run(partial(queries.find_shelf, slug=slug))
        if shelf is None:
            raise NotFoundError(NO_SUCH_CATEGORY)
        self._remember(shelf)
        return shelf

    def _remember(self, shelf: Shelf) -> None:
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[shelf.slug] = shelf

    async def _checked(self, place: ShufflePlace, shelf: Shelf) -> Shelf:
        """Return the shelf if the place can be one of it, looking again where it may only have grown."""
        if place.category_id == shelf.id and (place.largest > shelf.high_water or place.whole):
            shelf = await self._look_up(shelf.slug)
        if (
            place.category_id != shelf.id
            or place.largest > shelf.high_water
            or (place.whole and not may_be_whole(shelf))
            or (place.offset and not place.whole and place.offset >= place.largest)
        ):
            raise InvalidRequestError(FOREIGN_TOKEN)
        return shelf

    async def _draw(self, begun: Sequence[PageDraw]) -> list[Page]:
        """Read until each draw has its page, all from one snapshot."""
        while True:
            drawn = await self._read(begun)
            pages = self._take(begun, drawn)
            if pages is not None:
                return pages
            for draw in begun:
                draw.begin_another()

    async def _read(self, begun: Sequence[PageDraw]) -> Drawn:
        if any(draw.needs_filled for draw in begun):
            return await self._large_reads.run(partial(_read_whole, begun=begun))
        places = [(draw.category_id, draw.positions()) for draw in begun]
        if sum(len(positions) for _, positions in places) > MOST_PLACES:
            return await self._large_reads.run(partial(queries.books_at, places=places))
        return await self._batcher.books_at(places)

    def _take(self, begun: Sequence[PageDraw], drawn: Drawn) -> list[Page] | None:
        pages = []
        for draw, books in zip(begun, drawn.books, strict=True):
            shelf = drawn.shelves.get(draw.category_id)
            if shelf is None:
                raise NotFoundError(NO_SUCH_CATEGORY)
            self._remember(shelf)
            self._empty_slots.note(len(books), books.count(None))
            pages.append(draw.take(books, shelf))
        return None if None in pages else [page for page in pages if page]


def _read_whole(connection: sa.Connection, begun: Sequence[PageDraw]) -> Drawn:
    """Read for draws of which some shuffle the filled positions, all in one snapshot."""
    connection.commit()
    connection.execution_options(isolation_level="REPEATABLE READ")
    try:
        with connection.begin():
            for draw in begun:
                if draw.needs_filled:
                    draw.give_filled(queries.filled_positions(connection, draw.category_id))
            drawn = _read_places(connection, begun)
            must_read_on = [draw.must_read_on(books) for draw, books in zip(begun, drawn.books, strict=True)]
            return _read_places(connection, begun) if any(must_read_on) else drawn
    finally:
        if not connection.invalidated:
            connection.execution_options(isolation_level="AUTOCOMMIT")


def _read_places(connection: sa.Connection, begun: Sequence[PageDraw]) -> Drawn:
    return queries.books_at(connection, [(draw.category_id, draw.positions()) for draw in begun])
