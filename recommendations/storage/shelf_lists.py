"""Caches lists of shelves for `MAX_AGE_S`, so that most draws from several shelves need only one statement."""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from recommendations.domain.model import ShelfCursor, ShelvesQuery
from recommendations.storage import shelf_queries
from recommendations.storage.connection import DatabaseConnection
from recommendations.storage.shelf_queries import ShelfList

MAX_AGE_S = 1.0

MAX_LISTS = 100
"""Each combination of categories in a query has its own list, so clients determine their number."""

_Key: TypeAlias = tuple[ShelfCursor, int, tuple[str, ...], tuple[str, ...]]


class ShelfLists:
    """Lists the shelves to draw from. Belongs to one event loop."""

    def __init__(self, connection: DatabaseConnection, clock: Callable[[], float]) -> None:
        """Create an empty cache.

        Args:
            connection: runs the queries.
            clock: returns monotonic seconds, such as `time.monotonic`.
        """
        self._connection = connection
        self._clock = clock
        self._lists: dict[_Key, tuple[float, ShelfList]] = {}

    async def get(self, query: ShelvesQuery) -> ShelfList:
        """Return the shelves of a query, at most `MAX_AGE_S` old."""
        if query.replay:
            return await self._read(query)
        key = _key(query)
        expires, known = self._lists.get(key, (0.0, None))
        if known is None or expires <= self._clock():
            known = await self._read(query)
            if known.shelves:
                self._keep(key, known)
        return known

    def forget(self, query: ShelvesQuery) -> bool:
        """Remove the list of a query, so that the next `get` reads it again; return whether there was one."""
        return self._lists.pop(_key(query), None) is not None

    def _keep(self, key: _Key, shelves: ShelfList) -> None:
        if len(self._lists) >= MAX_LISTS:
            self._lists.clear()
        self._lists[key] = self._clock() + MAX_AGE_S, shelves

    async def _read(self, query: ShelvesQuery) -> ShelfList:
        return await self._connection.run(partial(shelf_queries.shelves_to_draw, query=query))


def _key(query: ShelvesQuery) -> _Key:
    return query.cursor, query.shelf_count, tuple(query.categories), tuple(query.exclude_categories)
