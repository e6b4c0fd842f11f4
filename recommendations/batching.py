"""Many waiting draws become one statement.

Driver, ORM and round trip are paid once per statement, and they cost several times
what PostgreSQL needs for a draw. So requests that wait at the same moment are joined.
There is no timer: while one batch is in the database the next one gathers, and a
request that comes while none is leaves at once.
"""

import asyncio
import threading
from collections import deque
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from itertools import count

from recommendations import catalogue
from recommendations.catalogue import Drawn, Places
from recommendations.database_thread import DATABASE_ERRORS, DatabaseThread, Job
from recommendations.errors import OverloadedError, RecommendationsError

MOST_REQUESTS = 128
"""The most requests that one statement answers."""

MOST_PLACES = 4_096
"""The most places that one statement reads, unless a single request asks for more."""

MOST_WAITING = 1_024
"""The most requests that may wait; one more is refused at once."""

MOST_WAITING_PLACES = 100_000
"""The most places that may wait to be read: about half a second of work."""

ENOUGH = 8
"""When so many requests wait as a batch returns, the next one leaves at once, and the database reads for it while the
loop answers the one before. Fewer are worth gathering for."""

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
    """Joins draws that wait at the same moment into one statement on one thread.

    Belongs to one event loop. First come, first served.
    """

    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread
        self._waiting: deque[_Request] = deque()
        self._waiting_places = 0
        self._under_way = False  # a batch is in the database or gathers, and will see to the next one
        self._lock = threading.Lock()  # for these three: batches are taken on the loop and on the thread
        self._numbers = count(1)
        self._one_by_one: set[asyncio.Task[None]] = set()
        thread.pull_from(self._pull)

    async def books_at(self, places: Places) -> Drawn:
        """Return the books at these places, and these categories' shelves, from one statement.

        Raises:
            DatabaseUnavailableError: at once while the thread refuses jobs, even if one that
                waits for the database still holds it up; else when it cannot be reached.
            OverloadedError: at once, if too many requests wait.
        """
        self._thread.check_takes_jobs()
        place_count = sum(len(positions) for _, positions in places)
        if len(self._waiting) >= MOST_WAITING or self._waiting_places + place_count > MOST_WAITING_PLACES:
            raise OverloadedError("More requests are waiting than can be answered in time.")
        request = _Request(places, place_count, asyncio.get_running_loop().create_future())
        with self._lock:
            self._waiting.append(request)
            self._waiting_places += place_count
            leaves, self._under_way = not self._under_way, True
        if leaves:
            self._leave()
        drawn = await request.answer
        answered_by.set(request.batch)
        return drawn

    def _leave(self) -> None:
        """Send the next batch, if anyone waits."""
        batch = self._take()
        if not batch:
            return
        try:
            self._thread.check_takes_jobs()
        except RecommendationsError as error:
            _fail(batch, error)
            self._leave()
        else:
            self._thread.hand(self._job(batch))

    def _pull(self) -> Job | None:
        """Return the next batch if enough requests wait. Called on the database's thread."""
        batch = self._take(at_least=ENOUGH)
        return self._job(batch) if batch else None

    def _take(self, at_least: int = 1) -> list[_Request]:
        """Take the next batch from those that still wait for an answer, if so many requests wait."""
        batch: list[_Request] = []
        places = 0
        with self._lock:
            while self._waiting and len(batch) < MOST_REQUESTS and (batch or len(self._waiting) >= at_least):
                request = self._waiting[0]
                if batch and places + request.place_count > MOST_PLACES:
                    break
                self._waiting.popleft()
                self._waiting_places -= request.place_count
                if not request.answer.done():
                    batch.append(request)
                    places += request.place_count
            self._under_way = bool(batch)
        return batch

    def _job(self, batch: list[_Request]) -> Job:
        places = [place for request in batch for place in request.places]
        settle = partial(self._settle, batch, next(self._numbers))
        return Job(partial(catalogue.books_at, places=places), settle, batch[0].answer.get_loop())

    def _settle(self, batch: list[_Request], number: int, drawn: Drawn, error: BaseException | None) -> None:
        """Answer the requests of a batch, and see to the next one unless the thread has pulled it."""
        if error is None:
            _share(batch, number, drawn)
        elif isinstance(error, DATABASE_ERRORS) and len(batch) > 1:
            task = asyncio.ensure_future(self._answer_each(batch, number))
            self._one_by_one.add(task)
            task.add_done_callback(self._one_by_one.discard)
        else:
            _fail(batch, error)
        with self._lock:
            gathers, self._under_way = not self._under_way, True
        if gathers:
            self._gather()

    def _gather(self, passes: int = 0, quiet: int = 0, seen: int = 0) -> None:
        """Let requests that are on their way into this process join the next batch."""
        waiting = len(self._waiting)
        quiet = quiet + 1 if waiting == seen else 0
        if quiet == QUIET_PASSES or passes == MOST_PASSES or waiting >= MOST_REQUESTS:
            self._leave()
        else:
            asyncio.get_running_loop().call_soon(self._gather, passes + 1, quiet, waiting)

    async def _answer_each(self, batch: list[_Request], number: int) -> None:
        """Answer the requests of a batch that failed one by one, so that a bad one fails alone."""
        for request in batch:
            try:
                drawn = await self._thread.run(partial(catalogue.books_at, places=request.places))
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
