"""The use cases: recommend books, recommend shelves, list categories, get a book.

Only shelves (ids and sizes) are cached, never books. Each draw compares the cached shelf with its own snapshot, so the
first call after a change sees it.
"""

from collections.abc import Callable, Sequence
from functools import partial

from recommendations.domain import draw, page_draw
from recommendations.domain.draw import Draw
from recommendations.domain.errors import InvalidRequestError, NotFoundError
from recommendations.domain.model import (
    BookDetails,
    BooksQuery,
    CategoriesPage,
    CategoriesQuery,
    Page,
    Shelf,
    ShelfCursor,
    ShelvesPage,
    ShelvesQuery,
    ShuffleCursor,
    Snapshot,
)
from recommendations.domain.page_draw import NO_SUCH_CATEGORY, Done, Read, ReadWhole
from recommendations.storage import queries
from recommendations.storage.batcher import MAX_BATCH_POSITIONS, Batcher
from recommendations.storage.connection import DatabaseConnection
from recommendations.telemetry.empty_slots import EmptySlots

MAX_CACHED_SHELVES = 10_000


class Recommender:
    """Draws, lists and looks up books. Belongs to one event loop."""

    def __init__(
        self,
        batcher: Batcher,
        reads: DatabaseConnection,
        large_reads: DatabaseConnection,
        new_seed: Callable[[], int],
        empty_slots: EmptySlots,
    ) -> None:
        """Create a recommender.

        Args:
            batcher: joins draws into statements.
            reads: runs lookups and lists, so that they never delay a draw.
            large_reads: runs draws that read a whole shelf or more positions than a batch may, so that they only
                delay each other.
            new_seed: returns the 64-bit seed of a fresh shuffle.
            empty_slots: counts the empty slots that draws meet.
        """
        self._batcher = batcher
        self._reads = reads
        self._large_reads = large_reads
        self._new_seed = new_seed
        self._empty_slots = empty_slots
        self._shelves: dict[str, Shelf] = {}

    async def books(self, query: BooksQuery) -> Page:
        """Draw one page of one shelf.

        Raises:
            NotFoundError: if there is no such category.
            InvalidRequestError: if the cursor does not belong to this shelf.
        """
        cached = self._shelves.get(query.category)
        if cached is not None:
            try:
                return await self._page(query, cached)
            except (NotFoundError, InvalidRequestError):
                # The slug may belong to another category by now.
                self._shelves.pop(query.category, None)
        return await self._page(query, await self._find_shelf(query.category))

    async def shelves(self, query: ShelvesQuery) -> ShelvesPage:
        """Draw from each of the next categories with the most books."""
        find = partial(queries.largest_shelves, after=query.cursor, limit=query.shelf_count + 1)
        while shelves := await self._reads.run(find):
            drawn = shelves[: query.shelf_count]
            try:
                pages = await self._draw([self._fresh_draw(shelf, query.page_size) for shelf in drawn])
            except NotFoundError:
                continue  # a category was deleted in the meantime
            more = len(shelves) > query.shelf_count
            return ShelvesPage(pages, ShelfCursor(drawn[-1].book_count, drawn[-1].slug) if more else None)
        return ShelvesPage([], None)

    async def categories(self, query: CategoriesQuery) -> CategoriesPage:
        """List the next categories by name."""
        return await self._reads.run(partial(queries.categories_by_name, after=query.cursor, limit=query.page_size))

    async def book(self, book_id: int) -> BookDetails:
        """Return a book.

        Raises:
            NotFoundError: if there is no book with this id.
        """
        book = await self._reads.run(partial(queries.find_book, book_id=book_id))
        if book is None:
            raise NotFoundError("There is no such book.")
        return book

    async def _page(self, query: BooksQuery, shelf: Shelf) -> Page:
        if query.cursor is None:
            begun = self._fresh_draw(shelf, query.page_size, query.excluded)
        else:
            shelf = await self._checked(query.cursor, shelf)
            begun = draw.start(shelf, query.cursor, query.excluded, is_fresh=False)
        (page,) = await self._draw([begun])
        if page.shelf.slug != query.category:
            raise NotFoundError(NO_SUCH_CATEGORY)
        return page

    def _fresh_draw(self, shelf: Shelf, page_size: int, excluded: frozenset[int] = frozenset()) -> Draw:
        cursor = ShuffleCursor(shelf.id, self._new_seed(), shelf.max_position, 0, page_size)
        return draw.start(shelf, cursor, excluded, is_fresh=True)

    async def _draw(self, draws: Sequence[Draw]) -> list[Page]:
        """Read until every draw has its page, all pages from one snapshot."""
        step: page_draw.Step = page_draw.first_step(draws)
        while not isinstance(step, Done):
            snapshot = await self._read(step)
            self._observe(step.draws, snapshot)
            step = page_draw.next_step(step.draws, snapshot, self._new_seed)
        return step.pages

    async def _read(self, step: Read | ReadWhole) -> Snapshot:
        if isinstance(step, ReadWhole):
            return await self._large_reads.run(partial(queries.read_whole, draws=step.draws))
        reads = [draw.positions_of(each) for each in step.draws]
        if sum(len(positions) for _, positions in reads) > MAX_BATCH_POSITIONS:
            return await self._large_reads.run(partial(queries.read_positions, reads=reads))
        return await self._batcher.read_positions(reads)

    def _observe(self, draws: Sequence[Draw], snapshot: Snapshot) -> None:
        for each, books in zip(draws, snapshot.books, strict=True):
            self._empty_slots.note(len(books), books.count(None))
            if shelf := snapshot.shelves.get(each.cursor.category_id):
                self._cache(shelf)

    async def _find_shelf(self, slug: str) -> Shelf:
        shelf = await self._reads.run(partial(queries.find_shelf, slug=slug))
        if shelf is None:
            raise NotFoundError(NO_SUCH_CATEGORY)
        self._cache(shelf)
        return shelf

    def _cache(self, shelf: Shelf) -> None:
        if len(self._shelves) >= MAX_CACHED_SHELVES:
            self._shelves.clear()
        self._shelves[shelf.slug] = shelf

    async def _checked(self, cursor: ShuffleCursor, shelf: Shelf) -> Shelf:
        """Return the shelf if the cursor can belong to it; read it again where it may only have grown."""
        if cursor.category_id == shelf.id and (cursor.max_position > shelf.high_water or cursor.whole_shelf):
            shelf = await self._find_shelf(shelf.slug)
        draw.check_cursor(cursor, shelf)
        return shelf
