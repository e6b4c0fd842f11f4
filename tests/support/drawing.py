"""Many draws through the service's own code, without a call over the network for each."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from random import Random

import uvloop

from recommendations.domain.model import FIRST_SHELF, AuthorQuery, BooksQuery, Page, ShelvesQuery
from recommendations.domain.shuffle import SEED_BITS
from recommendations.recommender import Recommender
from recommendations.storage.async_engine import Database
from recommendations.storage.batcher import Batcher
from recommendations.storage.connection import DatabaseConnection
from recommendations.telemetry.empty_slots import EmptySlots

AT_ONCE = 128


class Drawer:
    """Calls a `Recommender` on its own event loop: the service's code for a draw, without gRPC and validation."""

    def __init__(self, recommender: Recommender, runner: asyncio.Runner) -> None:
        self.recommender = recommender
        self._runner = runner

    def pages(self, questions: list[BooksQuery], at_once: int = AT_ONCE) -> list[Page]:
        """Run these queries concurrently, so that they share statements."""
        return self._runner.run(self._run_queries(questions, at_once))

    def shelves(self, count: int, size: int, *, distinct_books: bool = False) -> list[list[Page]]:
        """Draw this many books of each category this many times, those with the most books first."""
        return self._runner.run(self._draw_shelves(count, ShelvesQuery(FIRST_SHELF, 50, size, distinct_books)))

    async def _draw_shelves(self, count: int, query: ShelvesQuery) -> list[list[Page]]:
        answers: list[list[Page]] = []
        for start in range(0, count, AT_ONCE):
            calls = [self.recommender.shelves(query) for _ in range(min(AT_ONCE, count - start))]
            answers += [list(drawn.pages) for drawn in await asyncio.gather(*calls)]
        return answers

    async def _run_queries(self, questions: list[BooksQuery], at_once: int) -> list[Page]:
        pages: list[Page] = []
        for start in range(0, len(questions), at_once):
            group = questions[start : start + at_once]
            pages += await asyncio.gather(*(self.recommender.books(question) for question in group))
        return pages

    def draws(
        self, category: str, size: int, count: int, excluded: frozenset[int] = frozenset()
    ) -> list[tuple[int, ...]]:
        """Draw repeatedly; return the ids of each answer in its order."""
        return [ids(page) for page in self.pages([BooksQuery(category, size, None, excluded)] * count)]

    def draws_by_author(self, author: str, size: int, count: int) -> list[tuple[int, ...]]:
        """Draw this many times from an author's books; return the ids of each answer in order."""
        query = AuthorQuery(author, size, None, frozenset())

        async def draw() -> list[tuple[int, ...]]:
            return [ids(await self.recommender.books_by_author(query)) for _ in range(count)]

        return self._runner.run(draw())


def ids(page: Page) -> tuple[int, ...]:
    """Return the ids of a page's books in its order."""
    return tuple(book.id for book in page.books)


@contextmanager
def drawing(database: Database, seed: int) -> Iterator[Drawer]:
    """Build the service's `Recommender` on this database, with seeds from a seeded generator."""
    seeds = Random(seed)
    draws, reads, large_reads = (DatabaseConnection(database) for _ in range(3))
    empty_slots = EmptySlots(time.monotonic)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            new_seed = partial(seeds.getrandbits, SEED_BITS)
            yield Drawer(Recommender(Batcher(draws), reads, large_reads, new_seed, empty_slots, time.monotonic), runner)
        finally:
            for connection in (draws, reads, large_reads):
                runner.run(connection.close())
