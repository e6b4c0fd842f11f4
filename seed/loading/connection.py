"""The connection of a seed: fit for bulk work, one seed at a time, and its failures in one sentence."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import psycopg
import sqlalchemy as sa

from recommendations.storage.engine import DatabaseAddressError, create_engine, database_url

LOCK_KEY = 0x626F6F6B73656564
"""The advisory lock of everything that writes the catalogue: "bookseed" in ASCII, as a 64-bit integer."""

_SETTINGS: Mapping[str, str | int] = {
    "work_mem": "128MB",
    "temp_buffers": "64MB",
    "maintenance_work_mem": "256MB",
    # Compiling statements that run once costs more than it saves.
    "jit": "off",
    # When this program is killed, its statement ends too, and with it the lock.
    "client_connection_check_interval": "2s",
}

VACUUM_FROM = 10_000
"""How many written books make it worth to tidy up at once instead of leaving it to autovacuum."""

RECLAIM_FROM = 1_000
"""So many dead rows of a table are looked after before a load, if they are more than a fifth of the live ones."""

_FAILURES = (sa.exc.DBAPIError, psycopg.Error)
"""How the database's failures come: COPY has them from psycopg, everything else through SQLAlchemy."""

_UNTIDY = "All is loaded, but not tidied up; the database will do that by itself."

_TABLES = "book, book_source, slot, category"


class SeedError(Exception):
    """The command cannot do what it was asked; the message is one sentence."""


def open_engine(environ: Mapping[str, str]) -> sa.Engine:
    """Build the engine for bulk work on the database that the environment names.

    Raises:
        SeedError: if it names none, or in a way that cannot be understood.
    """
    try:
        url = database_url(environ)
    except DatabaseAddressError as error:
        raise SeedError(str(error)) from None
    return create_engine(url, application_name="bookstall seed", settings=_SETTINGS, poolclass=sa.NullPool)


@contextmanager
def catalogue(engine: sa.Engine, *, tell: Callable[[str], None], writing: bool = True) -> Iterator[sa.Connection]:
    """Open a transaction on the catalogue; if writing, wait until no other seed is at work.

    It is committed at the end, unless an exception ends it or the caller has rolled it back.

    Raises:
        SeedError: if the database cannot be reached, has no catalogue, or the connection is lost.
    """
    with explained(), engine.connect() as connection:
        _check_schema(connection)
        if writing:
            wait_for_turn(connection, tell)
        yield connection
        _commit(connection)


def _commit(connection: sa.Connection) -> None:
    try:
        connection.commit()
    except sa.exc.DBAPIError as error:
        # Who loses the connection now cannot know whether the server has still heard it.
        raise SeedError(f"{_reason(error)}, just when all was to be kept: run it again to be sure.") from error


@contextmanager
def explained() -> Iterator[None]:
    """Turn the database's failures into one sentence.

    Raises:
        SeedError: for every error that comes from the database.
    """
    try:
        yield
    except _FAILURES as error:
        raise SeedError(f"{_reason(error)}. Nothing was written.") from error


def wait_for_turn(connection: sa.Connection, tell: Callable[[str], None]) -> None:
    """Take the seeds' lock until the end of the transaction; tell if another one has it, and wait."""
    if not connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(LOCK_KEY))):
        tell("Another seed is at work on this database; waiting for it to end …")
        with unhurried(connection):
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_KEY)))


@contextmanager
def unhurried(connection: sa.Connection) -> Iterator[None]:
    """Wait for locks as long as it takes, whatever `lock_timeout` the role has; a large load takes minutes."""
    connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
    yield
    connection.execute(sa.text("SET LOCAL lock_timeout TO DEFAULT"))


def tidy(engine: sa.Engine, written: int, *, tell: Callable[[str], None]) -> None:
    """Refresh the planner's statistics after a load, and give back the space of dead rows after a large one.

    The load is kept by then, so if that fails, it is told and no more.
    """
    if not written:
        return
    command = "VACUUM (ANALYZE)" if written >= VACUUM_FROM else "ANALYZE"
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text(f"{command} {_TABLES}"))
    except sa.exc.DBAPIError as error:
        tell(f"{_reason(error)}. {_UNTIDY}")
    except KeyboardInterrupt:
        tell(f"Stopped. {_UNTIDY}")


def reclaim(engine: sa.Engine) -> None:
    """Give back the space that an interrupted load left behind, before the next one adds to it."""
    with explained(), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        dead = connection.scalar(
            sa.text("""
                SELECT coalesce(max(n_dead_tup), 0) FROM pg_stat_user_tables
                WHERE relname IN ('book', 'book_source', 'slot') AND n_dead_tup > n_live_tup / 5
            """)
        )
        if dead is not None and dead >= RECLAIM_FROM:
            connection.execute(sa.text(f"VACUUM {_TABLES}"))


def _check_schema(connection: sa.Connection) -> None:
    if connection.scalar(sa.text("SELECT to_regclass('slot') IS NULL OR to_regclass('book_source') IS NULL")):
        raise SeedError("The database has no catalogue yet: run 'alembic upgrade head' first.")


def _reason(error: sa.exc.DBAPIError | psycopg.Error) -> str:
    """Return what happened, as a sentence without its full stop."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    # The message alone, where there is more; libpq's own, when it cannot connect, has none.
    told = cause.diag.message_primary if isinstance(cause, psycopg.Error) else None
    reason = " ".join((told or str(cause)).split()).rstrip(".")
    code = getattr(cause, "sqlstate", None)
    if code in {"42P01", "42703"}:
        return f"The database's schema is not this program's: run 'alembic upgrade head' ({reason})"
    if code is None or code.startswith(("08", "57P")) or getattr(error, "connection_invalidated", False):
        return f"The database cannot be reached or has gone: {reason}"
    if code.startswith("53"):
        return f"The database has run out of room: {reason}"
    return f"The database refused: {reason}"
