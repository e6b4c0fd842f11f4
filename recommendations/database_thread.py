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
from typing import Any, NamedTuple, TypeVar

import psycopg
import sqlalchemy as sa

from recommendations.errors import DatabaseUnavailableError, OverloadedError, TooLateError

T = TypeVar("T")

MOST_WAITING = 1_024
"""The most jobs that may wait for the thread; one more is refused at once."""

DATABASE_ERRORS = (sa.exc.DBAPIError, psycopg.Error)
"""What the database's errors are, whether SQLAlchemy or the driver alone ran the statement."""

_log = logging.getLogger(__name__)


class Job(NamedTuple):
    """Something to do with a connection, and whom to tell."""

    work: Callable[[sa.Connection], Any]
    """Called on the thread, and once more if its connection was lost: so it must only read."""

    settle: Callable[[Any, BaseException | None], None]
    """Called on the loop, with what the work returned and None, or with None and what it raised."""

    loop: asyncio.AbstractEventLoop

    is_wanted: Callable[[], bool] = lambda: True
    """Tells when the job's turn has come whether it is still to be done; if not, it is not settled either."""


class DatabaseThread:
    """Runs jobs on one connection of an engine, in the order they were given."""

    def __init__(self, engine: sa.Engine, name: str) -> None:
        """Make the thread; it connects at its first job, through this engine."""
        self._engine = engine
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._connection: sa.Connection | None = None
        self._refuses = False
        self._pull: Callable[[], Job | None] = lambda: None
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def pull_from(self, source: Callable[[], Job | None]) -> None:
        """Take jobs from this source, too: it is asked whenever a job is done.

        It is called on the thread, after the work and before that is settled on the loop. So
        the database has something to do already while the loop deals with what was found.
        """
        self._pull = source

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def refuse(self, *, refuse: bool) -> None:
        """Refuse all further jobs at once, or take them again."""
        self._refuses = refuse

    def check_takes_jobs(self) -> None:
        """Raise DatabaseUnavailableError while jobs are refused, and OverloadedError while too many wait."""
        if self._refuses:
            raise DatabaseUnavailableError("The catalogue cannot be reached.")
        if self._jobs.qsize() >= MOST_WAITING:
            raise OverloadedError("More requests are waiting than can be answered in time.")

    def hand(self, job: Job) -> None:
        """Hand a job to the thread; whether it takes jobs must have been checked.

        The job is settled with DatabaseUnavailableError when the database cannot be reached.
        """
        self._jobs.put(job)

    def run(self, work: Callable[[sa.Connection], T]) -> asyncio.Future[T]:
        """Hand work to the thread and return the future of its result, on the running loop.

        Raises what `check_takes_jobs` raises. Work whose future is cancelled before its turn
        is not done.
        """
        self.check_takes_jobs()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def settle(result: T, error: BaseException | None) -> None:
            if future.done():
                return
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)

        self.hand(Job(work, settle, loop, lambda: not future.cancelled()))
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
        following: Job | None = None
        while (job := following or self._jobs.get()) is not None:
            following = self._do(job) if job.is_wanted() else None
            del job
        self._close()

    def _do(self, job: Job) -> Job | None:
        """Do a job, have it settled, and return the next one if it was pulled."""
        result, error = None, None
        try:
            result = self._attempt(job.work)
        except BaseException as raised:  # noqa: BLE001  # the thread must outlive every job; the caller gets the error
            error = raised
        following = self._pull()
        if following and not self._jobs.empty():
            self._jobs.put(following)  # those that came earlier have their turn
            following = None
        try:
            job.loop.call_soon_threadsafe(job.settle, result, error)
        except RuntimeError:
            _log.debug("the loop has closed; an answer is dropped")
        return following

    def _attempt(self, work: Callable[[sa.Connection], T]) -> T:
        """Do the work, and once more on a new connection if it lost an old one."""
        had_connection = self._connection is not None
        try:
            return work(self._connected())
        except DATABASE_ERRORS as error:
            lost = self._is_lost()
            self._close()
            if lost and had_connection:
                return self._attempt(work)
            if lost:
                raise DatabaseUnavailableError("The catalogue cannot be reached.") from error
            if isinstance(getattr(error, "orig", error), psycopg.errors.QueryCanceled):
                raise TooLateError("The catalogue did not answer in time.") from error
            raise

    def _connected(self) -> sa.Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _is_lost(self) -> bool:
        connection = self._connection
        if connection is None or connection.invalidated:
            return True
        driver = connection.connection.driver_connection
        return driver is None or bool(driver.closed)

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except DATABASE_ERRORS:
                _log.debug("closing a lost connection failed", exc_info=True)
