"""Remembers from which file each source was loaded, to detect two files with the same name."""

import sqlalchemy as sa


def remember_file(connection: sa.Connection, source: str, path: str) -> str | None:
    """Remember the path, and return the path from which the source was last loaded if it differs."""
    values = {"source": source, "path": path}
    previous: str | None = connection.scalar(sa.text("SELECT path FROM source_file WHERE source = :source"), values)
    connection.execute(
        sa.text("""
            INSERT INTO source_file (source, path) VALUES (:source, :path)
            ON CONFLICT (source) DO UPDATE SET path = excluded.path
        """),
        values,
    )
    return previous if previous != path else None
