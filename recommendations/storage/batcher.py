"""Join queued draws into one statement.

A statement has a fixed cost in driver, ORM and round trip that is several times what PostgreSQL needs for a draw, so
requests that are queued at the same moment share one. There is no timer: while one batch is in the database, the next
one forms, and a request that arrives while none is running is sent at once. Under load two groups of requests
alternate: one is in the database while the event loop answers and reads the other.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from recommendations.domain.errors import OverloadedError, TooLateError
from recommendations.domain.model import ShelfRead, Snapshot
from recommendations.storage import queries
from recommendations.storage.connection import DATABASE_ERRORS, DatabaseConnection
from recommendations.telemetry.current_span import current_span

if TYPE_CHECKING:
    from opentelemetry.trace import Span

    from recommendations.telemetry.tracing import Tracing

MAX_BATCH_REQUESTS = 128
"""The most requests that share one statement."""

MAX_BATCH_POSITIONS = 4_096
"""The most positions that one statement reads, unless a single request needs more."""

MAX_QUEUED = 1_024
"""The most requests in the queue; the next one is refused at once."""

MAX_QUEUED_POSITIONS = 100_000
"""The most positions in the queue: about half a second of work."""

MIN_BATCH_SIZE = 16
"""With fewer queued requests, wait a few event-loop passes for more; with this many, send at once."""

QUIET_PASSES = 10
"""A batch is sent after this many event-loop passes without a new request, so that requests whose bytes have already
arrived join it. This takes microseconds."""

MAX_PASSES = 200
"""A batch is sent after this many event-loop passes, even if requests keep arriving."""

batch_number: ContextVar[int | None] = ContextVar("batch_number", default=None)
"""The number of the batch that last answered this task, for the log; None if there is none."""

caller_deadline: ContextVar[float] = ContextVar("caller_deadline", default=math.inf)
"""When the caller of this task stops waiting, by `time.perf_counter()`."""


@dataclass(slots=True)
class _Request:
    reads: Sequence[ShelfRead]
    position_count: int
    answer: asyncio.Future[Snapshot]
    deadline: float
    span: "Span | None"
    batch: int | None = None


class Batcher:
    """Joins draws that are queued at the same moment into one statement on one connection, first come, first served.

    Belongs to one event loop.
    """

    def __init__(
        self,
        connection: DatabaseConnection,
        observe: Callable[[int, float], None] | None = None,
        tracing: "Tracing | None" = None,
    ) -> None:
        """Send batches on this connection.

        Args:
            connection: nothing else should use it.
            observe: gets each batch's requests and the seconds of its statement.
            tracing: makes a span for each batch.
        """
        self._connection = connection
        self._observe = observe
        self._tracing = tracing
        self.dropped_total = 0
        """Requests that were cancelled, or whose deadline passed, before their batch was sent."""
        self._queue: deque[_Request] = deque()
        self._queued_positions = 0
        self._alone = 0  # requests of failed batches that will be answered one by one
        self._is_idle = True  # no batch is running or forming, so the next request must send one
        self._last_sizes = (0, 0)
        self._numbers = count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def queued(self) -> int:
        """The number of requests that wait for their batch."""
        return len(self._queue) + self._alone

    async def read_positions(self, reads: Sequence[ShelfRead]) -> Snapshot:
        """Return the books at these positions and the shelves of their categories, from one statement.

        The snapshot may hold further shelves, which other requests read.

        Raises:
            DatabaseUnavailableError: at once while the connection refuses work, even if a statement still waits for
                the database; otherwise if the database cannot be reached.
            OverloadedError: at once, if too many requests are queued.
            TooLateError: if the caller's deadline passes before the batch is sent.
        """
        self._connection.check_takes_work()
        position_count = sum(len(positions) for _, positions in reads)
        if self.queued >= MAX_QUEUED or self._queued_positions + position_count > MAX_QUEUED_POSITIONS:
            raise OverloadedError("More requests are waiting than can be answered in time.")
        answer: asyncio.Future[Snapshot] = asyncio.get_running_loop().create_future()
        request = _Request(reads, position_count, answer, caller_deadline.get(), current_span.get())
        self._queue.append(request)
        self._queued_positions += position_count
        if self._is_idle:
            self._send()
        snapshot = await request.answer
        batch_number.set(request.batch)
        return snapshot

    def _target_size(self) -> int:
        """Return how many requests are enough to send a batch without waiting for more.

        This is half of the requests of the last two batches. With all of them in one batch, the event loop and the
        database would wait for each other; two halves keep both busy.
        """
        return max(MIN_BATCH_SIZE, sum(self._last_sizes) // 2)

    def _send(self, at_least: int = 1) -> bool:
        """Send the next batch if enough requests are queued, and return whether it was sent."""
        batch = self._take() if len(self._queue) >= at_least else []
        self._is_idle = not batch
        if batch:
            self._last_sizes = (self._last_sizes[1], len(batch))
            answer = self._answer_traced if self._tracing else self._answer
            self._start(answer(batch, next(self._numbers)))
        return bool(batch)

    def _take(self) -> list[_Request]:
        """Remove the next batch from the queue, without requests that were cancelled or whose deadline has passed."""
        batch: list[_Request] = []
        position_count = 0
        now = time.perf_counter()
        while self._queue and len(batch) < MAX_BATCH_REQUESTS:
            request = self._queue[0]
            if batch and position_count + request.position_count > MAX_BATCH_POSITIONS:
                break
            self._queue.popleft()
            self._queued_positions -= request.position_count
            if request.deadline <= now:
                _fail([request], TooLateError("The caller's deadline has passed."))
            if not request.answer.done():
                batch.append(request)
                position_count += request.position_count
            else:
                self.dropped_total += 1
        return batch

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer_traced(self, batch: list[_Request], number: int) -> None:
        assert self._tracing
        with self._tracing.batch([request.span for request in batch], number):
            await self._answer(batch, number)

    async def _answer(self, batch: list[_Request], number: int) -> None:
        """Answer the requests of a batch, and start the next one."""
        reads = [read for request in batch for read in request.reads]
        started = time.perf_counter()
        try:
            snapshot = await self._fetch(reads)
        except DATABASE_ERRORS as error:
            self._continue()
            if len(batch) > 1:
                await self._answer_each(batch, number)
            else:
                _fail(batch, error)
        except Exception as error:  # noqa: BLE001  # passed on to the callers
            self._continue()
            _fail(batch, error)
        else:
            self._continue()  # the database works on the next batch while the event loop answers this one
            if self._observe:
                self._observe(len(batch), time.perf_counter() - started)
            _share(batch, number, snapshot)

    async def _fetch(self, reads: Sequence[ShelfRead]) -> Snapshot:
        return queries.snapshot_of(await self._connection.fetch(*queries.draw_query(reads)), reads)

    def _continue(self) -> None:
        """Send the next batch, or let it form."""
        if not self._send(at_least=self._target_size()):
            self._form()

    def _form(self, passes: int = 0, quiet: int = 0, seen: int = 0) -> None:
        """Let requests that have reached this process join the next batch."""
        self._is_idle = False
        queued = len(self._queue)
        quiet = quiet + 1 if queued == seen else 0
        if quiet == QUIET_PASSES or passes == MAX_PASSES or queued >= self._target_size():
            self._send()
        else:
            asyncio.get_running_loop().call_soon(self._form, passes + 1, quiet, queued)

    async def _answer_each(self, batch: list[_Request], number: int) -> None:
        """Answer the requests of a failed batch one by one, so that only the bad one fails."""
        self._alone += len(batch)
        for request in batch:
            if not request.answer.done():
                await self._answer_one(request, number)
            self._alone -= 1

    async def _answer_one(self, request: _Request, number: int) -> None:
        try:
            snapshot = await self._fetch(request.reads)
        except Exception as error:  # noqa: BLE001  # passed on to the caller
            _fail([request], error)
        else:
            _share([request], number, snapshot)


def _fail(batch: list[_Request], error: BaseException) -> None:
    for request in batch:
        if not request.answer.done():
            request.answer.set_exception(error)


def _share(batch: list[_Request], number: int, snapshot: Snapshot) -> None:
    """Give each request its own books of the snapshot, and all shelves."""
    start = 0
    for request in batch:
        stop = start + len(request.reads)
        request.batch = number
        if not request.answer.done():
            request.answer.set_result(snapshot._replace(books=snapshot.books[start:stop]))
        start = stop
