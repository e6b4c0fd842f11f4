"""A connection that is kept, and that the event loop itself waits for.

No thread has it. To hand a statement to one, and its rows back, costs two changes of
threads, and the two quarrel about the interpreter's lock
(`docs/decisions/0004-the-grpc-server.md` has the figures).
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
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from recommendations.domain.errors import DatabaseUnavailableError, OverloadedError, TooLateError
from recommendations.storage.engine import CONNECT_TIMEOUT_S, DatabaseAddressError

T = TypeVar("T")

MOST_WAITING = 1_024
"""The most pieces of work that may wait for a connection; one more is refused at once."""

PATIENCE_S = 5.0
"""How long a piece of work may take: nobody waits longer. A server that is not deaf ends statements sooner itself."""

CONNECTED_WITHIN_S = CONNECT_TIMEOUT_S + 1.0
"""How long it may take to connect, with what SQLAlchemy asks a server that it meets for the first time."""

DATABASE_ERRORS = (sa.exc.DBAPIError, psycopg.Error)
"""What the database's errors are, whether SQLAlchemy or the driver alone ran the statement."""

_TOO_LATE = (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable)
"""What PostgreSQL raises when `statement_timeout` or `lock_timeout` has passed."""

_log = logging.getLogger(__name__)


class DatabaseConnection:
    """Does one thing after another on one connection of an engine, in the order they were asked for.

    Belongs to one event loop. Work must only read: it is done once more if the connection was lost.
    """

    def __init__(
        self, engine: AsyncEngine, *, most_waiting: int = MOST_WAITING, patience_s: float = PATIENCE_S
    ) -> None:
        """Prepare; it connects for its first work.

        Args:
            engine: connects; it must not pool and must autocommit.
            most_waiting: how much work may wait that was given to `run`.
            patience_s: how long a piece of work may take before the connection is cut.
        """
        self._engine = engine
        self._most_waiting = most_waiting
        self._patience_s = patience_s
        self._connection: AsyncConnection | None = None
        self._driver: psycopg.AsyncConnection[tuple[Any, ...]] | None = None
        self._turn = asyncio.Lock()
        self._waiting: set[asyncio.Task[None]] = set()
        self._refuses = False
        self._answered_s: float | None = None

    def has_answered_within(self, seconds: float) -> bool:
        """Return whether the database has answered on this connection so lately."""
        return self._answered_s is not None and asyncio.get_running_loop().time() - self._answered_s < seconds

    def refuse(self, *, refuse: bool) -> None:
        """Refuse all further work at once, or take it again."""
        self._refuses = refuse

    def check_takes_work(self) -> None:
        """Raise DatabaseUnavailableError while work is refused."""
        if self._refuses:
            raise DatabaseUnavailableError("The catalogue cannot be reached.")

    def run(self, work: Callable[[sa.Connection], T]) -> asyncio.Future[T]:
        """Have work done that uses the connection as if it were no asynchronous one; return its result's future.

        Work whose future is cancelled before its turn is not done.

        Raises:
            DatabaseUnavailableError: while work is refused; in the future, too, if the database cannot be reached.
            OverloadedError: if too much work waits.
        """
        self.check_takes_work()
        if len(self._waiting) > self._most_waiting:
            raise OverloadedError("More requests are waiting than can be answered in time.")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        # A task of its own: whoever asked may be cancelled, and a statement that is under way must not be.
        task = asyncio.create_task(self._settle(future, work))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)
        return future

    async def fetch(self, statement: LiteralString, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Return the rows of a statement that is written for the driver. Its task must not be cancelled.

        Raises:
            DatabaseUnavailableError: while work is refused, or if the database cannot be reached.
        """
        async with self._turn:
            return await self._attempt(partial(_fetch, statement=statement, parameters=parameters))

    def break_connection(self) -> None:
        """Cut the connection, so that a statement nobody answers fails now."""
        driver = self._driver
        if not driver or driver.closed:
            return
        try:
            with socket.socket(fileno=os.dup(driver.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)
        except OSError:
            _log.debug("the connection was gone already")

    async def close(self) -> None:
        """End what is under way, and close the connection. Nothing may be asked for after that."""
        self.refuse(refuse=True)
        self.break_connection()
        async with self._turn:
            await self._close()

    async def _settle(self, future: asyncio.Future[T], work: Callable[[sa.Connection], T]) -> None:
        async with self._turn:
            if future.done():
                return
            try:
                result = await self._attempt(lambda connection, _: connection.run_sync(work))
            except BaseException as error:  # noqa: BLE001  # the caller gets it
                if not future.done():
                    future.set_exception(error)
            else:
                if not future.done():
                    future.set_result(result)

    async def _attempt(
        self, work: Callable[[AsyncConnection, psycopg.AsyncConnection[tuple[Any, ...]]], Awaitable[T]]
    ) -> T:
        """Do the work, and once more on a new connection if it lost an old one."""
        self.check_takes_work()
        had_connection = self._connection is not None
        try:
            connection, driver = await self._connected()
            self.check_takes_work()  # while it was connecting there was nothing to cut
            return await self._in_time(work(connection, driver))
        except DATABASE_ERRORS as error:
            lost = self._driver is None or self._driver.closed
            if lost or not self._is_idle():
                await self._close()
            if lost and had_connection:
                return await self._attempt(work)
            if lost:
                raise DatabaseUnavailableError("The catalogue cannot be reached.") from error
            if isinstance(getattr(error, "orig", error), _TOO_LATE):
                raise TooLateError("The catalogue did not answer in time.") from error
            raise

    async def _in_time(self, work: Awaitable[T]) -> T:
        """Wait for work; cut the connection when it takes too long, which ends it."""
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self._patience_s, self.break_connection)
        try:
            result = await work
        finally:
            timer.cancel()
        self._answered_s = loop.time()
        return result

    async def _connected(self) -> tuple[AsyncConnection, psycopg.AsyncConnection[tuple[Any, ...]]]:
        if self._connection is None or self._driver is None:
            try:
                async with asyncio.timeout(CONNECTED_WITHIN_S):
                    self._connection = await self._engine.connect()
            except (TimeoutError, DatabaseAddressError) as error:
                raise DatabaseUnavailableError("The catalogue cannot be reached.") from error
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
