"""Many waiting draws become one statement.

Driver, ORM and round trip are paid once per statement, and they cost several times
what PostgreSQL needs for a draw. So requests that wait at the same moment are joined.
There is no timer: while one batch is in the database the next one gathers, and a
request that comes while none is leaves at once. Under load two groups of requests
take turns: one is in the database while the loop answers and reads the other.
"""

import asyncio
from collections import deque
from collections.abc import Coroutine
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import count
from typing import Any

from recommendations.domain.errors import OverloadedError
from recommendations.storage import queries
from recommendations.storage.connection import DATABASE_ERRORS, DatabaseConnection
from recommendations.storage.queries import Drawn, Places

MOST_REQUESTS = 128
"""The most requests that one statement answers."""

MOST_PLACES = 4_096
"""The most places that one statement reads, unless a single request asks for more."""

MOST_WAITING = 1_024
"""The most requests that may wait; one more is refused at once."""

MOST_WAITING_PLACES = 100_000
"""The most places that may wait to be read: about half a second of work."""

FEW = 8
"""Fewer requests than so many are worth gathering company for; so many leave as soon as the database is free."""

QUIET_PASSES = 10
"""A batch that gathers leaves when the event loop has made so many passes in which no request came,
so that those whose bytes have arrived join it. It takes microseconds."""

MOST_PASSES = 200
"""The most passes that a batch gathers for, however many requests come."""

answered_by: ContextVar[int | None] = ContextVar("answered_by", default=None)
"""The number of the batch that answered this task last, for the log; None: none did."""


@dataclass(slots=True)
class _Request:
    places: Places
    place_count: int
    answer: asyncio.Future[Drawn]
    batch: int | None = None


class Batcher:
    """Joins draws that wait at the same moment into one statement on one connection.

    Belongs to one event loop. First come, first served.
    """

    def __init__(self, connection: DatabaseConnection) -> None:
        self._connection = connection
        self._waiting: deque[_Request] = deque()
        self._waiting_places = 0
        self._alone = 0  # requests of failed batches that wait to be answered one by one
        self._is_idle = True  # no batch is in the database or gathers, so nothing will see to the next one
        self._last_sizes = (0, 0)
        self._numbers = count(1)
        self._under_way: set[asyncio.Task[None]] = set()

    async def books_at(self, places: Places) -> Drawn:
        """Return the books at these places, and these categories' shelves, from one statement.

        Raises:
            DatabaseUnavailableError: at once while the connection refuses work, even if one that
                waits for the database still holds it up; else when it cannot be reached.
            OverloadedError: at once, if too many requests wait.
        """
        self._connection.check_takes_work()
        place_count = sum(len(positions) for _, positions in places)
        if len(self._waiting) + self._alone >= MOST_WAITING or self._waiting_places + place_count > MOST_WAITING_PLACES:
            raise OverloadedError("More requests are waiting than can be answered in time.")
        request = _Request(places, place_count, asyncio.get_running_loop().create_future())
        self._waiting.append(request)
        self._waiting_places += place_count
        if self._is_idle:
            self._leave()
        drawn = await request.answer
        answered_by.set(request.batch)
        return drawn

    def _enough(self) -> int:
        """Return how many requests leave together without waiting for more company.

        Half of those of the last two batches. If all were in one, the loop would wait for the database, then the
        database for the loop, in turns; two halves keep both busy.
        """
        return max(FEW, sum(self._last_sizes) // 2)

    def _leave(self, at_least: int = 1) -> bool:
        """Send the next batch if so many requests wait, and tell whether they did."""
        batch = self._take() if len(self._waiting) >= at_least else []
        self._is_idle = not batch
        if batch:
            self._last_sizes = (self._last_sizes[1], len(batch))
            self._start(self._answer(batch, next(self._numbers)))
        return bool(batch)

    def _take(self) -> list[_Request]:
        """Take the next batch from those that still wait for an answer."""
        batch: list[_Request] = []
        places = 0
        while self._waiting and len(batch) < MOST_REQUESTS:
            request = self._waiting[0]
            if batch and places + request.place_count > MOST_PLACES:
                break
            self._waiting.popleft()
            self._waiting_places -= request.place_count
            if not request.answer.done():
                batch.append(request)
                places += request.place_count
        return batch

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _answer(self, batch: list[_Request], number: int) -> None:
        """Answer the requests of a batch, and see to the next one."""
        places = [place for request in batch for place in request.places]
        try:
            drawn = await self._books_at(places)
        except DATABASE_ERRORS as error:
            self._go_on()
            if len(batch) > 1:
                await self._answer_each(batch, number)
            else:
                _fail(batch, error)
        except Exception as error:  # noqa: BLE001  # the callers get it
            self._go_on()
            _fail(batch, error)
        else:
            self._go_on()  # the database has something to do before the loop answers these
            _share(batch, number, drawn)

    async def _books_at(self, places: Places) -> Drawn:
        return queries.drawn_of(await self._connection.fetch(*queries.draw_query(places)), places)

    def _go_on(self) -> None:
        """Send the next batch, or let it gather."""
        if not self._leave(at_least=self._enough()):
            self._gather()

    def _gather(self, passes: int = 0, quiet: int = 0, seen: int = 0) -> None:
        """Let requests that are on their way into this process join the next batch."""
        self._is_idle = False
        waiting = len(self._waiting)
        quiet = quiet + 1 if waiting == seen else 0
        if quiet == QUIET_PASSES or passes == MOST_PASSES or waiting >= self._enough():
            self._leave()
        else:
            asyncio.get_running_loop().call_soon(self._gather, passes + 1, quiet, waiting)

    async def _answer_each(self, batch: list[_Request], number: int) -> None:
        """Answer the requests of a batch that failed one by one, so that a bad one fails alone."""
        self._alone += len(batch)
        for request in batch:
            if not request.answer.done():
                await self._answer_one(request, number)
            self._alone -= 1

    async def _answer_one(self, request: _Request, number: int) -> None:
        try:
            drawn = await self._books_at(request.places)
        except Exception as error:  # noqa: BLE001  # the caller gets it
            _fail([request], error)
        else:
            _share([request], number, drawn)


def _fail(batch: list[_Request], error: BaseException) -> None:
    for request in batch:
        if not request.answer.done():
            request.answer.set_exception(error)


def _share(batch: list[_Request], number: int, drawn: Drawn) -> None:
    """Give each request its own part of what the statement found."""
    start = 0
    for request in batch:
        stop = start + len(request.places)
        request.batch = number
        if not request.answer.done():
            request.answer.set_result(Drawn(drawn.books[start:stop], drawn.shelves))
        start = stop
