"""Catalogues of made-up books, by `python -m seed synthetic`."""

import hashlib
from functools import cache
from pathlib import Path

import psycopg

from benchmarks import processes
from quickstart.settings import PROJECT_ROOT

CATEGORIES = 100
LARGEST_SHARE = 0.22
"""The largest category's share of the books: more than 200,000 of a million."""

TIMEOUT_S = 3_600.0


def fill(database_url: str, books: int) -> None:
    """Create the schema, `books` books and the benchmarks' own index in an empty database."""
    environ = {"DATABASE_URL": database_url}
    processes.run("migrations", ["alembic", "upgrade", "head"], TIMEOUT_S, environ)
    size = [str(books), f"--categories={CATEGORIES}", f"--largest-share={LARGEST_SHARE}"]
    processes.run("seed", ["seed", "synthetic", *size], TIMEOUT_S, environ)
    with psycopg.connect(database_url, autocommit=True) as connection:
        # A pseudo-random key per book without a column, for the method that takes the next larger key.
        connection.execute("CREATE INDEX bench_random_key ON book (hashint8extended(id, 0))")
        connection.execute("CREATE EXTENSION tsm_system_rows")


@cache
def version() -> str:
    """Return a hash that changes when the databases must be rebuilt."""
    here = Path(__file__)
    files = [here, here.with_name("shelves.py"), *sorted(PROJECT_ROOT.glob("migrations/versions/*.py"))]
    files += sorted(PROJECT_ROOT.glob("seed/synthetic/*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:8]


def largest_category(database_url: str) -> tuple[str, int]:
    """Return the slug and the number of books of the category with the most books."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT slug, book_count FROM category WHERE id <> 0 ORDER BY book_count DESC, slug LIMIT 1"
        ).fetchone()
    assert row, "the database was filled"
    slug, book_count = row
    return slug, book_count
