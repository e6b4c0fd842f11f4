"""The database connection of a seed: settings for bulk work, one writer at a time, and errors as one sentence."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import psycopg
import sqlalchemy as sa

from recommendations.storage.engine import DatabaseAddressError, create_engine, writers_url

LOCK_KEY = 0x626F6F6B73656564
"""The advisory lock of everything that writes the catalogue: "bookseed" in ASCII, as a 64-bit integer."""

MIGRATE = "run 'alembic upgrade head' (with compose: 'docker compose run --rm migrate')"

_SETTINGS: Mapping[str, str | int] = {
    "work_mem": "128MB",
    "temp_buffers": "64MB",
    "maintenance_work_mem": "256MB",
    # Compiling statements that run once costs more than it saves.
    "jit": "off",
    # If this program is killed, the server ends its statement and releases the lock.
    "client_connection_check_interval": "2s",
}

_DATABASE_ERRORS = (sa.exc.DBAPIError, psycopg.Error)
"""COPY raises psycopg's errors, everything else SQLAlchemy's."""


class SeedError(Exception):
    """The command failed. The message is one sentence."""


def open_engine(environ: Mapping[str, str]) -> sa.Engine:
    """Return an engine with settings for bulk work, for the database that the environment names.

    Raises:
        SeedError: if the environment names no database, or its address is malformed.
    """
    try:
        url = writers_url(environ)
    except DatabaseAddressError as error:
        raise SeedError(str(error)) from None
    return create_engine(url, application_name="bookstall seed", settings=_SETTINGS, poolclass=sa.NullPool)


@contextmanager
def catalogue(engine: sa.Engine, *, log: Callable[[str], None], writing: bool = True) -> Iterator[sa.Connection]:
    """Open a transaction on the catalogue. To write, wait until no other seed is running.

    The transaction commits at the end, unless an exception leaves the block or the caller has rolled it back.

    Raises:
        SeedError: if the database cannot be reached, has no catalogue, or the connection is lost.
    """
    with explained_errors(), engine.connect() as connection:
        _check_schema(connection)
        if writing:
            _wait_for_lock(connection, log)
        yield connection
        _commit(connection)


def _commit(connection: sa.Connection) -> None:
    try:
        connection.commit()
    except sa.exc.DBAPIError as error:
        # If the connection drops during COMMIT, we cannot know whether it took effect.
        raise SeedError(f"{error_reason(error)}, during the commit: run it again to be sure.") from error


@contextmanager
def explained_errors(consequence: str = "Nothing was written.") -> Iterator[None]:
    """Turn the database's errors into one sentence that states the cause and the consequence.

    Raises:
        SeedError: for every error that comes from the database.
    """
    try:
        yield
    except _DATABASE_ERRORS as error:
        raise SeedError(f"{error_reason(error)}. {consequence}") from error


def _wait_for_lock(connection: sa.Connection, log: Callable[[str], None]) -> None:
    """Take the lock of seeds until the end of the transaction."""
    if not connection.scalar(sa.text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": LOCK_KEY}):
        log("Another load is running on this database; waiting for it to finish …")
        with without_lock_timeout(connection):
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})


@contextmanager
def without_lock_timeout(connection: sa.Connection) -> Iterator[None]:
    """Suspend the role's `lock_timeout`, because a large load takes minutes."""
    connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
    yield
    connection.execute(sa.text("SET LOCAL lock_timeout TO DEFAULT"))


def _check_schema(connection: sa.Connection) -> None:
    if connection.scalar(sa.text("SELECT to_regclass('slot') IS NULL OR to_regclass('book_source') IS NULL")):
        raise SeedError(f"The database has no catalogue yet: {MIGRATE} first.")


def error_reason(error: sa.exc.DBAPIError | psycopg.Error) -> str:
    """Return the cause of the error, as a sentence without its full stop."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    # Prefer the primary message, without details. libpq's connection errors do not have one.
    message = cause.diag.message_primary if isinstance(cause, psycopg.Error) else None
    reason = " ".join((message or str(cause)).split()).rstrip(".")
    code = getattr(cause, "sqlstate", None)
    if code in {"42P01", "42703"}:
        return f"The database's schema does not fit this version: {MIGRATE} ({reason})"
    if code is None or code.startswith(("08", "57P")) or getattr(error, "connection_invalidated", False):
        return f"The database cannot be reached: {reason}"
    if code.startswith("53"):
        return f"The database has run out of resources: {reason}"
    return f"The database refused: {reason}"
