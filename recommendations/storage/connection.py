"""A persistent connection used directly from the event loop.

Handing statements to a worker thread costs two context switches per statement and contends for the GIL
(`docs/decisions/0004-the-grpc-server.md` has the measurements).
"""

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, LiteralString, TypeVar, cast

import psycopg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from recommendations.domain.errors import DatabaseUnavailableError, OverloadedError, TooLateError
from recommendations.storage.async_engine import Database
from recommendations.storage.engine import CONNECT_TIMEOUT_S, DatabaseAddressError
from recommendations.storage.host_selector import host_of, is_standby
from recommendations.storage.hosts import Host

T = TypeVar("T")

MAX_QUEUED = 1_024
"""The most tasks queued for a connection; the next one is refused at once."""

TASK_TIMEOUT_S = 5.0
"""The time limit of a task: no call lasts longer. A server that responds ends statements earlier itself."""

FIRST_CONNECT_TIMEOUT_S = CONNECT_TIMEOUT_S + 1.0
"""The time limit for connecting, including SQLAlchemy's queries on its first connection to a server."""

DATABASE_ERRORS = (sa.exc.DBAPIError, psycopg.Error)
"""Errors of the database, whether raised through SQLAlchemy or by the driver."""

_TIMEOUTS = (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable)
"""Raised by PostgreSQL after `statement_timeout` or `lock_timeout`."""

_CONFLICTS = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)
"""Raised by a standby whose recovery needs what the statement reads."""

_UNREACHABLE = "The catalogue cannot be reached."

_log = logging.getLogger(__name__)


class DatabaseConnection:
    """Runs tasks one after another, in order, on one connection of an engine.

    Belongs to one event loop. Tasks must only read: a task that loses its connection, or that a standby cancels because
    of a recovery conflict, runs once more.
    """

    def __init__(
        self,
        database: Database,
        *,
        max_queued: int = MAX_QUEUED,
        task_timeout_s: float = TASK_TIMEOUT_S,
    ) -> None:
        """Create a connection that connects for its first task.

        Args:
            database: its engine must not pool and must autocommit.
            max_queued: how many tasks given to `run` may be queued.
            task_timeout_s: how long a task may take before the connection is closed.
        """
        self._engine, self._hosts = database.engine, database.hosts
        self._max_queued = max_queued
        self._task_timeout_s = task_timeout_s
        self._connection: AsyncConnection | None = None
        self._driver: psycopg.AsyncConnection[tuple[Any, ...]] | None = None
        self._connecting: asyncio.Timeout | None = None
        self._lock = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._refuses = False
        self._must_reconnect = False
        self._last_answer_s: float | None = None
        self.task_started_s: float | None = None
        """When the running task was sent to the server, by the event loop's clock; None while there is none."""

    @property
    def queued(self) -> int:
        """The number of tasks given to `run` that have not ended."""
        return len(self._tasks)

    @property
    def is_open(self) -> bool:
        """Whether there is a connection, as far as is known."""
        return self._driver is not None and not self._driver.closed

    @property
    def host(self) -> Host | None:
        """The server that the connection is to; None while there is no connection."""
        if self._driver is None or self._driver.closed:
            return None
        return host_of(self._driver)

    @property
    def is_on_standby(self) -> bool:
        """Whether there is a connection, and its server is a standby."""
        return self._driver is not None and not self._driver.closed and is_standby(self._driver)

    @property
    def has_preferred_server(self) -> bool:
        """Whether the server has the role that the address prefers; True while there is no connection."""
        return self._driver is None or self._driver.closed or self._hosts.prefers(self._driver)

    def reconnect(self) -> None:
        """Choose a server again before the next task."""
        self._must_reconnect = True

    def has_answered_within(self, seconds: float) -> bool:
        """Return whether the database has answered on this connection within this time."""
        return self._last_answer_s is not None and asyncio.get_running_loop().time() - self._last_answer_s < seconds

    def refuse(self, *, refuse: bool) -> None:
        """Refuse all further tasks at once, or accept them again."""
        self._refuses = refuse

    def check_takes_work(self) -> None:
        """Raise DatabaseUnavailableError while tasks are refused."""
        if self._refuses:
            raise DatabaseUnavailableError(_UNREACHABLE)

    def run(self, work: Callable[[sa.Connection], T]) -> asyncio.Future[T]:
        """Queue a task that uses the connection synchronously, and return the future of its result.

        A task whose future is cancelled before its turn does not run.

        Raises:
            DatabaseUnavailableError: while tasks are refused; also in the future, if the database cannot be reached.
            OverloadedError: if too many tasks are queued.
        """
        self.check_takes_work()
        if len(self._tasks) > self._max_queued:
            raise OverloadedError("More requests are waiting than can be answered in time.")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        # An asyncio task of its own: the caller may be cancelled, a running statement must not be.
        task = asyncio.create_task(self._settle(future, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return future

    async def fetch(self, statement: LiteralString, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Return the rows of a statement that is text for the driver. The calling asyncio task must not be cancelled.

        Raises:
            DatabaseUnavailableError: while tasks are refused, or if the database cannot be reached.
        """
        async with self._lock:
            return await self._attempt(partial(_fetch, statement=statement, parameters=parameters))

    def break_connection(self) -> None:
        """Shut the socket down, so that a statement without an answer fails now."""
        driver = self._driver
        if not driver or driver.closed:
            return
        try:
            with socket.socket(fileno=os.dup(driver.fileno())) as duplicate:
                duplicate.shutdown(socket.SHUT_RDWR)
        except OSError:
            _log.debug("the connection was already closed")

    async def close(self) -> None:
        """End the running task, and close the connection. No task may follow."""
        self.refuse(refuse=True)
        self.break_connection()
        if self._connecting:
            self._connecting.reschedule(asyncio.get_running_loop().time())
        async with self._lock:
            await self._close()

    async def _settle(self, future: asyncio.Future[T], work: Callable[[sa.Connection], T]) -> None:
        async with self._lock:
            if future.done():
                return
            try:
                result = await self._attempt(lambda connection, _: connection.run_sync(work))
            except BaseException as error:  # noqa: BLE001  # passed on to the caller
                if not future.done():
                    future.set_exception(error)
            else:
                if not future.done():
                    future.set_result(result)

    async def _attempt(
        self,
        work: Callable[[AsyncConnection, psycopg.AsyncConnection[tuple[Any, ...]]], Awaitable[T]],
        *,
        is_last: bool = False,
    ) -> T:
        """Run a task, and once more if it lost its connection or met a recovery conflict."""
        self.check_takes_work()
        had_connection = self._connection is not None
        try:
            connection, driver = await self._connected()
            had_connection = True
            self.check_takes_work()  # `break_connection` cannot interrupt connecting
            return await self._in_time(work(connection, driver))
        except DATABASE_ERRORS as error:
            lost = self._driver is None or self._driver.closed
            if lost or not self._is_idle():
                await self._close()
            cause = getattr(error, "orig", error)
            conflict = isinstance(cause, _CONFLICTS)
            if not is_last and (conflict or (lost and had_connection)):
                return await self._attempt(work, is_last=True)
            if lost or conflict:
                raise DatabaseUnavailableError(_UNREACHABLE) from error
            if isinstance(cause, _TIMEOUTS):
                raise TooLateError("The catalogue did not answer in time.") from error
            raise

    async def _in_time(self, work: Awaitable[T]) -> T:
        """Wait for a task; break the connection if it takes too long, which ends it."""
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self._task_timeout_s, self.break_connection)
        self.task_started_s = loop.time()
        try:
            result = await work
        finally:
            timer.cancel()
            self.task_started_s = None
        self._last_answer_s = loop.time()
        return result

    async def _connected(self) -> tuple[AsyncConnection, psycopg.AsyncConnection[tuple[Any, ...]]]:
        if self._must_reconnect:
            self._must_reconnect = False
            await self._close()
        if self._connection is None or self._driver is None:
            try:
                async with asyncio.timeout(FIRST_CONNECT_TIMEOUT_S) as self._connecting:
                    self._connection = await self._engine.connect()
            except (TimeoutError, DatabaseAddressError) as error:
                raise DatabaseUnavailableError(_UNREACHABLE) from error
            finally:
                self._connecting = None
            raw = await self._connection.get_raw_connection()
            self._driver = cast("psycopg.AsyncConnection[tuple[Any, ...]]", raw.driver_connection)
        return self._connection, self._driver

    def _is_idle(self) -> bool:
        return self._driver is not None and self._driver.info.transaction_status == psycopg.pq.TransactionStatus.IDLE

    async def _close(self) -> None:
        connection, self._connection, self._driver = self._connection, None, None
        if connection is not None:
            try:
                await connection.close()
            except DATABASE_ERRORS:
                _log.debug("closing a lost connection failed", exc_info=True)


async def _fetch(
    _: AsyncConnection,
    driver: psycopg.AsyncConnection[tuple[Any, ...]],
    statement: LiteralString,
    parameters: Mapping[str, Any],
) -> list[tuple[Any, ...]]:
    cursor = await driver.cursor().execute(statement, parameters)
    return await cursor.fetchall()
