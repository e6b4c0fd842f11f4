"""A thread that holds one connection and does one thing after another on it.

A statement's time is mostly Python's, so a second thread with statements in flight
makes both slower; a dedicated thread with its connection kept beats a pool and an
executor (`docs/performance.md` has the figures).
"""

import asyncio
import logging
import os
import socket
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeVar

import psycopg
import sqlalchemy as sa

from recommendations.errors import DatabaseUnavailableError, OverloadedError, TooLateError

T = TypeVar("T")
_Job = tuple[Callable[[sa.Connection], object], asyncio.Future[object]]

MOST_WAITING = 1_024
"""The most jobs that may wait for the thread; one more is refused at once."""

_log = logging.getLogger(__name__)


class DatabaseThread:
    """Runs jobs on one connection of an engine, in the order they were given.

    A job whose connection is lost is run once more on a new one, so jobs must only read.
    """

    def __init__(self, engine: sa.Engine, name: str) -> None:
        """Make the thread; it connects at its first job, through this engine."""
        self._engine = engine
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._connection: sa.Connection | None = None
        self._refuses = False
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def refuse(self, *, refuse: bool) -> None:
        """Refuse all further jobs at once, or take them again."""
        self._refuses = refuse

    def check_takes_jobs(self) -> None:
        """Raise DatabaseUnavailableError while jobs are refused."""
        if self._refuses:
            raise DatabaseUnavailableError("The catalogue cannot be reached.")

    def run(self, job: Callable[[sa.Connection], T]) -> asyncio.Future[T]:
        """Hand a job to the thread and return the future of its result, on the running loop.

        Raises DatabaseUnavailableError while jobs are refused and OverloadedError when too
        many wait. The future fails with DatabaseUnavailableError when the database cannot be reached,
        else with what the job raised. A job whose future is cancelled before its turn does
        not run.
        """
        self.check_takes_jobs()
        if self._jobs.qsize() >= MOST_WAITING:
            raise OverloadedError("More requests are waiting than can be answered in time.")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put((job, future))  # type: ignore[arg-type]  # a future's result is invariant to mypy
        return future

    def break_connection(self) -> None:
        """Cut the connection from outside, so that a statement nobody answers fails now."""
        connection = self._connection
        driver = connection and not connection.closed and connection.connection.driver_connection
        if not driver or driver.closed:
            return
        try:
            with socket.socket(fileno=os.dup(driver.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)
        except OSError:
            _log.debug("the connection was gone already")

    def stop(self) -> None:
        """Let the thread end after the jobs it has, and wait for that for a second at most."""
        self._jobs.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=1.0)

    def _work(self) -> None:
        while (next_job := self._jobs.get()) is not None:
            job, future = next_job
            if future.cancelled():
                continue
            try:
                outcome, error = self._attempt(job), None
            except BaseException as raised:  # noqa: BLE001  # the thread must outlive every job; the caller gets the error
                outcome, error = None, raised
            _post(future, outcome, error)
            del job, future, next_job, outcome, error
        self._close()

    def _attempt(self, job: Callable[[sa.Connection], object]) -> object:
        """Run the job, and once more on a new connection if it lost an old one."""
        had_connection = self._connection is not None
        try:
            return job(self._connected())
        except sa.exc.DBAPIError as error:
            lost = error.connection_invalidated or self._connection is None
            self._close()
            if lost and had_connection:
                return self._attempt(job)
            if lost:
                raise DatabaseUnavailableError("The catalogue cannot be reached.") from error
            if isinstance(error.orig, psycopg.errors.QueryCanceled):
                raise TooLateError("The catalogue did not answer in time.") from error
            raise

    def _connected(self) -> sa.Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except sa.exc.DBAPIError:
                _log.debug("closing a lost connection failed", exc_info=True)


def _post(future: asyncio.Future[object], outcome: object, error: BaseException | None) -> None:
    """Give the future its outcome on its own loop, unless the caller or the loop has gone."""

    def settle() -> None:
        if future.done():
            return
        if error is None:
            future.set_result(outcome)
        else:
            future.set_exception(error)

    try:
        future.get_loop().call_soon_threadsafe(settle)
    except RuntimeError:
        _log.debug("the loop has closed; an answer is dropped")
