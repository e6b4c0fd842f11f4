"""Loading into an empty catalogue without the upkeep of indexes, which are built at the end instead."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from seed.loading.connection import SeedError


@contextmanager
def bare(connection: sa.Connection, *tables: str) -> Iterator[None]:
    """Strip tables of their foreign keys and secondary indexes, and put back exactly those at the end.

    The tables are locked against every other use until the transaction's end, so this is for
    catalogues that nobody reads yet. Primary keys stay.

    Raises:
        SeedError: if the tables are not the user's own.
    """
    owned = sa.text("""
        SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class
        WHERE oid = ANY (CAST(:tables AS regclass[]))
    """)
    if not connection.scalar(owned, {"tables": list(tables)}):
        raise SeedError(
            "Only the owner of the tables can rebuild their indexes, which making up books does: "
            "run it as the database user of the migrations."
        )
    constraints = connection.execute(
        sa.text("""
            SELECT conrelid::regclass::text AS table_name, conname AS name, pg_get_constraintdef(oid) AS definition
            FROM pg_constraint
            WHERE conrelid = ANY (CAST(:tables AS regclass[])) AND contype IN ('f', 'u')
            ORDER BY contype DESC, conname
        """),
        {"tables": list(tables)},
    ).all()
    for constraint in constraints:
        connection.execute(sa.text(f'ALTER TABLE {constraint.table_name} DROP CONSTRAINT "{constraint.name}"'))
    indexes = connection.execute(
        sa.text("""
            SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
            FROM pg_index WHERE indrelid = ANY (CAST(:tables AS regclass[])) AND NOT indisprimary
            ORDER BY 1
        """),
        {"tables": list(tables)},
    ).all()
    for index in indexes:
        connection.execute(sa.text(f"DROP INDEX {index.name}"))
    yield
    for index in indexes:
        connection.execute(sa.text(index.definition))
    for constraint in constraints:
        connection.execute(
            sa.text(f'ALTER TABLE {constraint.table_name} ADD CONSTRAINT "{constraint.name}" {constraint.definition}')
        )
