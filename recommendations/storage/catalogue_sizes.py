"""Periodically reads how many books the largest categories hold, for the metrics."""

import asyncio
from functools import partial

from recommendations.domain.errors import RecommendationsError
from recommendations.domain.model import FIRST_SHELF, ShelvesQuery
from recommendations.storage import shelf_queries
from recommendations.storage.connection import DATABASE_ERRORS, DatabaseConnection

INTERVAL_S = 30.0

RETRY_INTERVAL_S = 1.0

MAX_CATEGORIES = 100
"""Prometheus keeps a time series per category for its whole retention period, so only the largest get one."""


class CatalogueSizes:
    """Follows the sizes of the whole catalogue and of the largest categories."""

    def __init__(self, connection: DatabaseConnection) -> None:
        self._connection = connection
        self.books: dict[tuple[str, ...], float] = {}
        """The stored number of books by slug; the empty slug is the whole catalogue."""
        self.positions: dict[tuple[str, ...], float] = {}
        """The largest position of each of these shelves: its books and its empty slots."""

    async def run(self) -> None:
        """Read every 30 s until cancelled; while the database cannot be read, keep the last sizes."""
        while True:
            try:
                await self._read()
            except (RecommendationsError, *DATABASE_ERRORS):
                await asyncio.sleep(RETRY_INTERVAL_S)
            else:
                await asyncio.sleep(INTERVAL_S)

    async def _read(self) -> None:
        query = ShelvesQuery(FIRST_SHELF, MAX_CATEGORIES, 0)
        shelves = await self._connection.run(partial(shelf_queries.list_shelves, query=query, limit=MAX_CATEGORIES))
        whole = await self._connection.run(partial(shelf_queries.find_shelf, slug=""))
        shelves += [whole] if whole else []
        self.books = {(shelf.slug,): shelf.book_count for shelf in shelves}
        self.positions = {(shelf.slug,): shelf.max_position for shelf in shelves}
