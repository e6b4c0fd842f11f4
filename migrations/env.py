"""Runs our migrations with Alembic: one at a time, with timeouts, each in its own transaction.

The advisory lock belongs to the session, because an `autocommit_block` would release
a transaction's lock. It is polled, so that the wait is bounded.
The timeouts follow PyPI's warehouse (`warehouse/migrations/env.py`).
"""

import logging
import os
import sys
import time

import sqlalchemy as sa
from alembic import context
from alembic.runtime.migration import MigrationContext

from recommendations.storage.engine import DatabaseAddressError, create_engine, writers_url
from recommendations.storage.models import Base

LOCK_KEY = 0x626F6F6B7374616C
"""The advisory lock of migrations: "bookstal" in ASCII, as a 64-bit integer."""

LOCK_WAIT_S = 60.0
LOCK_POLL_S = 0.1
SETTINGS = {"lock_timeout": "4s", "statement_timeout": "10min"}


def _try_lock(connection: sa.Connection) -> bool:
    """Try to take the migration lock. Leave no transaction open, because a concurrent index build would wait for it."""
    taken = bool(connection.scalar(sa.select(sa.func.pg_try_advisory_lock(LOCK_KEY))))
    connection.commit()
    return taken


def wait_for_lock(connection: sa.Connection) -> None:
    """Take the migration lock, or exit with a message if another migration holds it for too long."""
    deadline = time.monotonic() + LOCK_WAIT_S
    while not _try_lock(connection):
        if time.monotonic() > deadline:
            sys.exit(f"Another migration has been running for {LOCK_WAIT_S:.0f} s; try again when it has ended.")
        time.sleep(LOCK_POLL_S)  # the server has no bounded wait for advisory locks


def leave_a_later_schema_alone(connection: sa.Connection) -> None:
    """Exit with status 0 if a later version has migrated: a rollback runs the old code on the new schema."""
    known = {script.revision for script in context.script.walk_revisions()}
    applied = MigrationContext.configure(connection).get_current_heads()
    connection.commit()
    if unknown := set(applied) - known:
        print(f"The schema is at {', '.join(unknown)}, from a later version; nothing was done.")  # noqa: T201
        sys.exit(0)


def run(connection: sa.Connection) -> None:
    """Run the alembic command on this connection."""
    wait_for_lock(connection)
    leave_a_later_schema_alone(connection)
    context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    """Connect to `DATABASE_URL` and migrate; the lock ends with the connection."""
    logging.basicConfig(format="%(message)s")
    logging.getLogger("alembic.runtime.migration").setLevel(logging.INFO)
    try:
        url = writers_url(os.environ)
    except DatabaseAddressError as error:
        sys.exit(str(error))
    engine = create_engine(url, application_name="bookstall migrations", settings=SETTINGS, poolclass=sa.NullPool)
    try:
        connection = engine.connect()
    except sa.exc.OperationalError as error:
        sys.exit(f"The database cannot be reached: {str(error.orig).strip()}")
    with connection:
        run(connection)


if context.is_offline_mode():
    context.configure(dialect_name="postgresql", target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    main()
