"""The use cases: recommend books, recommend shelves, list categories, get a book.

Only shelves (ids and sizes) are cached, never books. Each draw compares the cached shelf with its own snapshot, so the
first call after a change sees it. The list of shelves in a response may be up to a second old.
"""

from collections.abc import Callable, Sequence
from functools import partial

from recommendations.domain import draw, page_draw
from recommendations.domain.draw import ResponseDraw
from recommendations.domain.errors import InvalidRequestError, NotFoundError
from recommendations.domain.model import (
    AuthorCursor,
    AuthorQuery,
    BookDetails,
    BooksQuery,
    CategoriesPage,
    CategoriesQuery,
    Category,
    Page,
    Shelf,
    ShelvesPage,
    ShelvesQuery,
    ShuffleCursor,
    Snapshot,
)
from recommendations.domain.page_draw import NO_SUCH_CATEGORY, Done, Read, ReadWhole, Step
from recommendations.domain.page_token import FOREIGN_TOKEN, encode_author, encode_shelves
from recommendations.storage import queries, shelf_queries
from recommendations.storage.batcher import MAX_BATCH_POSITIONS, Batcher
from recommendations.storage.connection import DatabaseConnection
from recommendations.storage.primary_shelves import PrimaryShelves
from recommendations.storage.shelf_lists import ShelfLists
from recommendations.telemetry.draw_counts import DrawCounts
from recommendations.telemetry.empty_slots import EmptySlots

MAX_CACHED_SHELVES = 10_000


class Recommender:
    """Draws, lists and looks up books. Belongs to one event loop."""

    def __init__(  # noqa: PLR0913, PLR0917  # each is a separate component
        self,
        batcher: Batcher,
        reads: DatabaseConnection,
        large_reads: DatabaseConnection,
        new_seed: Callable[[], int],
        empty_slots: EmptySlots,
        clock: Callable[[], float],
        *,
        primary: DatabaseConnection | None = None,
    ) -> None:
        """Create a recommender.

        Args:
            batcher: joins draws into statements.
            reads: runs lookups and lists, so that they never delay a draw.
            large_reads: runs draws that read a whole shelf or more positions than a batch may, so that they only
                delay each other.
            new_seed: returns the 64-bit seed of a fresh shuffle.
            empty_slots: counts the empty slots that draws meet.
            clock: returns monotonic seconds, such as `time.monotonic`.
            primary: a connection to the primary if the others may use standbys.
        """
        self._batcher = batcher
        self._reads = reads
        self._large_reads = large_reads
        self._new_seed = new_seed
        self._empty_slots = empty_slots
        self.counts = DrawCounts()
        self._shelf_lists = ShelfLists(reads, clock)
        self._primary_shelves = PrimaryShelves(primary, reads, clock)
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

    async def books_by_author(self, query: AuthorQuery) -> Page:
        """Draw one page of an author's books.

        Raises:
            NotFoundError: if there is no book by this author.
        """
        cursor = query.cursor or AuthorCursor(self._new_seed(), 0, query.page_size)
        drawn = await self._large_reads.run(partial(queries.author_books, query=query, cursor=cursor))
        if not drawn.book_count:
            raise NotFoundError("There is no book by this author.")
        has_more = len(drawn.books) == cursor.page_size and drawn.last_step < drawn.book_count
        following = encode_author(cursor._replace(offset=drawn.last_step), query.author) if has_more else ""
        category = Category("", "", drawn.book_count)
        return Page(category, drawn.books, encode_author(cursor, query.author), following)

    async def shelves(self, query: ShelvesQuery) -> ShelvesPage:
        """Draw from each of several categories, or repeat an earlier draw.

        Raises:
            InvalidRequestError: if the earlier draw cannot have been from these shelves.
        """
        while (listed := await self._shelf_lists.get(query)).shelves:
            try:
                done = await self._draw(await self._shelves_draw(query, listed.shelves))
            except NotFoundError:
                self._shelf_lists.forget(query)
                continue  # a category was deleted in the meantime
            if not all(page.category.book_count for page in done.pages) and self._shelf_lists.forget(query):
                continue  # a category has lost its last book since it was listed
            return ShelvesPage(done.pages, encode_shelves(draw.replay_of(done.response)), listed.next_cursor)
        return ShelvesPage([], "", None)

    async def categories(self, query: CategoriesQuery) -> CategoriesPage:
        """List the next categories by name."""
        return await self._reads.run(partial(queries.categories_by_name, query=query))

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
            response = draw.fresh([shelf], query.page_size, self._new_seed(), excluded=query.excluded)
        else:
            response = await self._continued(query, query.cursor, await self._current(query.cursor, shelf))
        (page,) = (await self._draw(response)).pages
        if page.category.slug != query.category:
            raise NotFoundError(NO_SUCH_CATEGORY)
        return page

    async def _continued(self, query: BooksQuery, cursor: ShuffleCursor, shelf: Shelf) -> ResponseDraw:
        try:
            return draw.continued(shelf, cursor, query.excluded)
        except InvalidRequestError as refusal:
            if cursor.category_id != shelf.id:
                raise
            check = partial(_check_any, cursor)
            raise await self._primary_shelves.judge(refusal, [shelf.id], check) from None

    async def _shelves_draw(self, query: ShelvesQuery, shelves: Sequence[Shelf]) -> ResponseDraw:
        if query.replay:
            try:
                return draw.replayed(query.replay, shelves)
            except InvalidRequestError as refusal:
                ids = [shelf.category_id for shelf in query.replay.shelves]
                check = partial(draw.replayed, query.replay)
                raise await self._primary_shelves.judge(refusal, ids, check) from None
        known = [self._with_density(shelf) for shelf in shelves]
        return draw.fresh(known, query.page_size, self._new_seed(), distinct_books=query.distinct_books)

    async def _draw(self, response: ResponseDraw) -> Done:
        """Read until every draw has its page, all pages from one snapshot."""
        step: Step = page_draw.first_step(response)
        while not isinstance(step, Done):
            snapshot = await self._read(step)
            self._observe(step.response, snapshot)
            following = page_draw.next_step(step.response, snapshot)
            self.counts.note_step(step, following)
            step = following
        return step

    async def _read(self, step: Read | ReadWhole) -> Snapshot:
        if isinstance(step, ReadWhole):
            return await self._large_reads.run(partial(queries.read_whole, draws=step.response.draws))
        reads = [draw.positions_of(each) for each in step.response.draws]
        if sum(len(positions) for _, positions in reads) > MAX_BATCH_POSITIONS:
            return await self._large_reads.run(partial(queries.read_positions, reads=reads))
        return await self._batcher.read_positions(reads)

    def _observe(self, response: ResponseDraw, snapshot: Snapshot) -> None:
        for each, books in zip(response.draws, snapshot.books, strict=True):
            empty = books.count(None)
            self._empty_slots.note(len(books), empty)
            self.counts.note_read(len(books), empty)
            shelf = snapshot.shelves.get(each.cursor.category_id)
            if shelf:
                known = self._with_density(shelf).density
                density = draw.observed_density(each, books, snapshot.filled.get(shelf.id), known)
                self._cache(shelf if density is None else shelf._replace(density=density))

    async def _find_shelf(self, slug: str) -> Shelf:
        shelf = await self._reads.run(partial(shelf_queries.find_shelf, slug=slug))
        if shelf is None:
            raise NotFoundError(NO_SUCH_CATEGORY)
        self._cache(shelf)
        return shelf

    def _with_density(self, shelf: Shelf) -> Shelf:
        """Return the shelf with the density that earlier draws observed."""
        cached = self._shelves.get(shelf.slug)
        known = cached and cached.id == shelf.id and cached.density is not None
        return shelf._replace(density=cached.density) if cached and known else shelf

    def _cache(self, shelf: Shelf) -> None:
        if len(self._shelves) >= MAX_CACHED_SHELVES:
            self._shelves.clear()
        self._shelves[shelf.slug] = shelf

    async def _current(self, cursor: ShuffleCursor, shelf: Shelf) -> Shelf:
        """Return the shelf; read it again if the cursor fits it only after a change."""
        if cursor.category_id == shelf.id and (cursor.max_position > shelf.high_water or cursor.whole_shelf):
            return await self._find_shelf(shelf.slug)
        return shelf


def _check_any(cursor: ShuffleCursor, shelves: Sequence[Shelf]) -> None:
    """Raise InvalidRequestError if the cursor belongs to none of these shelves."""
    if not shelves:
        raise InvalidRequestError(FOREIGN_TOKEN)
    draw.check_cursor(cursor, shelves[0])
