"""The baseline of a load: the minimal work for the same file and the same tables."""

import csv
import os
import subprocess
from pathlib import Path

import psycopg

from quickstart.devdb.binaries import find_bindir

_COLUMNS = ("key", "title", "authors", "year", "isbn", "language", "description", "cover_url", "categories")

_PLAIN_TABLE = f"""
    CREATE TABLE plain (
        {", ".join(f"{column} text" for column in _COLUMNS)}, PRIMARY KEY (key), UNIQUE (isbn)
    )
"""

_STAGING = f"CREATE TEMPORARY TABLE staging (line bigint, {', '.join(f'{column} text' for column in _COLUMNS)})"

# No validation, matching or deduplication: this works only for this file and an empty catalogue.
_INSERTS = (
    """
    INSERT INTO category (slug, name)
    SELECT DISTINCT replace(lower(name), ' ', '-'), name FROM staging, string_to_table(categories, '; ') AS name
    """,
    """
    INSERT INTO book (id, title, authors, year, isbn, language, description, cover_url, fingerprint)
    SELECT line, title, string_to_array(authors, '; '), nullif(year, '')::integer, nullif(isbn, ''),
           nullif(language, ''), nullif(description, ''), nullif(cover_url, ''), md5(title || authors)::uuid
    FROM staging
    """,
    "INSERT INTO book_source (source, key, book_id) SELECT 'baseline', key, line FROM staging",
    """
    INSERT INTO slot (category_id, position, book_id)
    SELECT category_id, row_number() OVER (PARTITION BY category_id ORDER BY line), line
    FROM (
        SELECT 0 AS category_id, line FROM staging
        UNION ALL
        SELECT category.id, line FROM staging, string_to_table(categories, '; ') AS name JOIN category USING (name)
    ) AS standing
    """,
    """
    UPDATE category SET book_count = counted.books, high_water = counted.books
    FROM (SELECT category_id, count(*) AS books FROM slot GROUP BY category_id) AS counted
    WHERE id = counted.category_id
    """,
)


def load_by_hand(database_url: str, file: Path) -> None:
    """Load our CSV into an empty catalogue: `csv.DictReader`, COPY into staging, and plain inserts; one transaction."""
    settings = "-c work_mem=128MB -c temp_buffers=64MB -c jit=off"
    with psycopg.connect(database_url, options=settings) as connection, connection.cursor() as cursor:
        cursor.execute(_STAGING)
        with file.open(encoding="utf-8", newline="") as text, cursor.copy("COPY staging FROM STDIN") as copy:
            for line, row in enumerate(csv.DictReader(text), start=1):
                copy.write_row((line, *row.values()))
        cursor.execute("ANALYZE staging")
        for statement in _INSERTS:
            cursor.execute(statement)


def copy_plainly(database_url: str, file: Path) -> None:
    r"""Let psql's `\copy` read our CSV into one plain table with a primary and a unique key."""
    command = [str(find_bindir(os.environ) / "psql"), database_url, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
    copy = rf"\copy plain FROM '{file}' WITH (FORMAT csv, HEADER)"
    subprocess.run([*command, "--command", _PLAIN_TABLE, "--command", copy], check=True)
