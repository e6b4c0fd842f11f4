"""Many waiting draws become one statement.

Driver, ORM and round trip are paid once per statement, and they cost several times
what PostgreSQL needs for a draw. So requests that wait at the same moment are joined.
There is no timer: while one batch is in the database the next one gathers, and a
request that comes while none is leaves at once.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

import sqlalchemy as sa

from recommendations import catalogue
from recommendations.catalogue import Drawn, Places
from recommendations.database_thread import DatabaseThread
from recommendations.errors import OverloadedError, TooLateError

MOST_REQUESTS = 128
"""The most requests that one statement answers."""

MOST_PLACES = 4_096
"""The most places that one statement reads, unless a single request asks for more."""

MOST_WAITING = 1_024
"""The most requests that may wait; one more is refused at once."""

MOST_WAITING_PLACES = 100_000
"""The most places that may wait to be read: about half a second of work."""

QUIET_PASSES = 10
"""After a batch returns the next one leaves when the event loop has made so many passes in which
no request came, so that those whose bytes have arrived join it. It takes microseconds."""

MOST_PASSES = 200
"""The most passes that a batch gathers for, however many requests come."""

MOST_WAIT_S = 5.0
"""A request that waited for longer is not sent any more."""


@dataclass(slots=True)
class _Request:
    places: Places
    place_count: int
    answer: asyncio.Future[Drawn]
    since: float


class Batcher:
    """Joins draws that wait at the same moment into one statement on one thread.

    Belongs to one event loop. First come, first served.
    """

    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread
        self._waiting: deque[_Request] = deque()
        self._waiting_places = 0
        self._busy = False

    async def books_at(self, places: Places) -> Drawn:
        """Return the books at these places, and these categories' shelves, from one statement.

        Raises:
            DatabaseUnavailableError: at once while the thread refuses jobs, even if one that
                waits for the database still holds it up; else when it cannot be reached.
            OverloadedError: at once, if too many requests wait.
            TooLateError: if this request waited for too long.
        """
        self._thread.check_takes_jobs()
        place_count = sum(len(positions) for _, positions in places)
        if len(self._waiting) >= MOST_WAITING or self._waiting_places + place_count > MOST_WAITING_PLACES:
            raise OverloadedError("More requests are waiting than can be answered in time.")
        loop = asyncio.get_running_loop()
        request = _Request(places, place_count, loop.create_future(), loop.time())
        self._waiting.append(request)
        self._waiting_places += place_count
        if not self._busy:
            self._leave()
        return await request.answer

    def _leave(self) -> None:
        batch = self._take()
        self._busy = bool(batch)
        if batch:
            asyncio.get_running_loop().create_task(self._run(batch))

    def _take(self) -> list[_Request]:
        """Take the next batch from those that still wait for an answer."""
        batch: list[_Request] = []
        places = 0
        too_old = asyncio.get_running_loop().time() - MOST_WAIT_S
        while self._waiting and len(batch) < MOST_REQUESTS:
            request = self._waiting[0]
            if batch and places + request.place_count > MOST_PLACES:
                break
            self._waiting.popleft()
            self._waiting_places -= request.place_count
            if request.answer.done():
                continue
            if request.since < too_old:
                request.answer.set_exception(TooLateError("The request waited for too long."))
                continue
            batch.append(request)
            places += request.place_count
        return batch

    async def _run(self, batch: list[_Request]) -> None:
        try:
            await self._answer(batch)
        finally:
            await self._gather()
            self._leave()

    async def _gather(self) -> None:
        """Let requests that are on their way into this process join the next batch."""
        quiet, waiting = 0, len(self._waiting)
        for _ in range(MOST_PASSES):
            await asyncio.sleep(0)
            quiet = quiet + 1 if len(self._waiting) == waiting else 0
            waiting = len(self._waiting)
            if quiet == QUIET_PASSES or waiting >= MOST_REQUESTS:
                return

    async def _answer(self, batch: list[_Request]) -> None:
        places = [place for request in batch for place in request.places]
        try:
            drawn = await self._thread.run(lambda connection: catalogue.books_at(connection, places))
        except sa.exc.DBAPIError as error:
            await self._answer_each(batch, error)
        except Exception as error:  # noqa: BLE001  # each caller gets it
            _fail(batch, error)
        else:
            _share(batch, drawn)

    async def _answer_each(self, batch: list[_Request], error: Exception) -> None:
        """Answer the requests of a batch that failed one by one, so that a bad one fails alone."""
        if len(batch) == 1:
            _fail(batch, error)
            return
        for request in batch:
            await self._answer([request])


def _fail(batch: list[_Request], error: Exception) -> None:
    for request in batch:
        if not request.answer.done():
            request.answer.set_exception(error)


def _share(batch: list[_Request], drawn: Drawn) -> None:
    """Give each request its own part of what the statement found."""
    start = 0
    for request in batch:
        stop = start + len(request.places)
        if not request.answer.done():
            request.answer.set_result(Drawn(drawn.books[start:stop], drawn.shelves))
        start = stop
