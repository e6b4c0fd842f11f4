"""Vacuums the catalogue's tables: after a large load, and before the next one if a failed load left dead rows."""

from collections.abc import Callable

import sqlalchemy as sa

from seed.loading.connection import error_reason, explained_errors

MIN_ROWS_TO_VACUUM = 10_000
"""From this many written books on, a load vacuums at once instead of leaving it to autovacuum."""

MIN_DEAD_ROWS = 1_000
"""A load first reclaims the space of this many dead rows, if they also exceed a fifth of the live ones."""

_PENDING = "The load is complete; autovacuum will do the rest."

_TABLES = "book, book_source, slot, category"


def vacuum_after_load(engine: sa.Engine, written: int, *, log: Callable[[str], None]) -> None:
    """Refresh the planner's statistics, and after a large load reclaim the space of dead rows.

    The load is committed by then, so a failure is only logged.
    """
    if not written:
        return
    command = "VACUUM (ANALYZE)" if written >= MIN_ROWS_TO_VACUUM else "ANALYZE"
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text(f"{command} {_TABLES}"))
    except sa.exc.DBAPIError as error:
        log(f"{error_reason(error)}. {_PENDING}")
    except KeyboardInterrupt:
        log(f"Stopped. {_PENDING}")


def vacuum_before_load(engine: sa.Engine) -> None:
    """Reclaim the space that a failed load left behind, before the next one needs more."""
    with explained_errors(), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        dead = connection.scalar(
            sa.text("""
                SELECT coalesce(max(n_dead_tup), 0) FROM pg_stat_user_tables
                WHERE relname IN ('book', 'book_source', 'slot') AND n_dead_tup > n_live_tup / 5
            """)
        )
        if dead is not None and dead >= MIN_DEAD_ROWS:
            connection.execute(sa.text(f"VACUUM {_TABLES}"))
