"""Loads an empty catalogue without maintaining indexes, and builds them at the end."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa

from seed.loading.connection import SeedError

_CONSTRAINTS = sa.text("""
    SELECT conrelid::regclass::text AS table_name, conname AS name, pg_get_constraintdef(oid) AS definition
    FROM pg_constraint
    WHERE conrelid = ANY (CAST(:tables AS regclass[])) AND contype IN ('f', 'u')
    ORDER BY contype DESC, conname
""")

_INDEXES = sa.text("""
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
    FROM pg_index WHERE indrelid = ANY (CAST(:tables AS regclass[])) AND NOT indisprimary
    ORDER BY 1
""")


@contextmanager
def without_indexes(connection: sa.Connection, *tables: str) -> Iterator[None]:
    """Drop the tables' foreign keys, unique constraints and secondary indexes, and restore them at the end.

    Primary keys stay. The tables are locked exclusively until the end of the transaction, so use this only for
    catalogues that nobody reads yet.

    Raises:
        SeedError: if the user does not own the tables.
    """
    _check_owner(connection, tables)
    constraints = connection.execute(_CONSTRAINTS, {"tables": list(tables)}).all()
    for constraint in constraints:
        connection.execute(sa.text(f'ALTER TABLE {constraint.table_name} DROP CONSTRAINT "{constraint.name}"'))
    indexes = connection.execute(_INDEXES, {"tables": list(tables)}).all()
    for index in indexes:
        connection.execute(sa.text(f"DROP INDEX {index.name}"))
    yield
    for index in indexes:
        connection.execute(sa.text(index.definition))
    for constraint in constraints:
        connection.execute(
            sa.text(f'ALTER TABLE {constraint.table_name} ADD CONSTRAINT "{constraint.name}" {constraint.definition}')
        )


def _check_owner(connection: sa.Connection, tables: Sequence[str]) -> None:
    is_owner = sa.text("""
        SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class
        WHERE oid = ANY (CAST(:tables AS regclass[]))
    """)
    if not connection.scalar(is_owner, {"tables": list(tables)}):
        raise SeedError(
            "Only the owner of the tables can rebuild their indexes, which synthetic catalogues need: "
            "run it as the database user of the migrations."
        )
