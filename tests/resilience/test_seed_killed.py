"""R6: a load that is killed at any moment leaves the old catalogue or the new one, and a rerun completes."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import psycopg
import pytest

from tests.conftest import ROOT
from tests.resilience.conftest import Scale
from tests.support.processes import wait_until

KILLS = 100
BOOKS = 3_000
UNSOUND = """
SELECT (SELECT count(*) FROM book WHERE NOT EXISTS (SELECT FROM slot WHERE book_id = book.id AND category_id = 0))
     + (SELECT count(*) FROM book WHERE NOT EXISTS (SELECT FROM book_source WHERE book_id = book.id))
     + (SELECT count(*) FROM category
        WHERE book_count <> (SELECT count(book_id) FROM slot WHERE category_id = category.id))
     + (SELECT count(*) FROM category
        WHERE high_water < (SELECT coalesce(max(position), 0) FROM slot WHERE category_id = category.id))
"""
SESSIONS = """
SELECT count(*) FROM pg_stat_activity WHERE application_name = 'bookstall seed' AND datname = current_database()
"""


def write_edition(path: Path, edition: int) -> None:
    """Write a catalogue; editions overlap by three quarters."""
    first = edition * BOOKS // 4
    lines = [f"{n},Book {n} edition {edition},Shelf {n % 30}; Shelf {n % 7}\n" for n in range(first, first + BOOKS)]
    path.write_text("key,title,categories\n" + "".join(lines))


def number(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    assert row
    value: int = row[0]
    return value


def edition_of(connection: psycopg.Connection) -> set[int]:
    """Return the editions to which the titles belong; more than one means that a load was stored in part."""
    rows = connection.execute("SELECT DISTINCT right(title, 1)::int FROM book").fetchall()
    return {edition for (edition,) in rows}


@pytest.mark.promise("R6: loading a catalogue, killed at any moment", "never half a load; the rerun completes")
def test_a_load_killed_at_any_moment_leaves_all_or_nothing(
    database_url: str, tmp_path: Path, scale: Scale, figure: Callable[[str], None]
) -> None:
    random, path, rounds = Random(6), tmp_path / "books.csv", scale.count(KILLS, least=5)
    command = [sys.executable, "-m", "seed", "--quiet", "load", "--sync", str(path)]
    environ = {**os.environ, "DATABASE_URL": database_url}
    write_edition(path, 0)
    subprocess.run(command, cwd=ROOT, env=environ, check=True)
    write_edition(path, 1)
    began = time.monotonic()
    subprocess.run(command, cwd=ROOT, env=environ, check=True)
    seconds = time.monotonic() - began
    killed = halves = unsound = 0
    with psycopg.connect(database_url, autocommit=True) as connection:
        for turn in range(rounds):
            write_edition(path, turn % 2)
            process = subprocess.Popen(command, cwd=ROOT, env=environ)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(random.uniform(0.1, 1.1) * seconds)
            process.kill()
            killed += process.wait() != 0
            wait_until(lambda: number(connection, SESSIONS) == 0, 30.0)
            halves += (
                edition_of(connection) not in ({0}, {1}) or number(connection, "SELECT count(*) FROM book") != BOOKS
            )
            unsound += number(connection, UNSOUND) > 0
        subprocess.run(command, cwd=ROOT, env=environ, check=True)
        completed = edition_of(connection) == {(rounds - 1) % 2} and number(connection, UNSOUND) == 0

    figure(
        f"{killed} of {rounds} loads killed: {halves} left half a load, {unsound} an unsound catalogue; "
        f"the rerun {'completed' if completed else 'did not complete'}"
    )
    assert killed >= rounds // 3
    assert not halves
    assert not unsound
    assert completed
