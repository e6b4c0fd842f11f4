"""A load that is killed at any moment leaves the old catalogue or the new one, and a rerun completes."""

import contextlib
import csv
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

BOOKS = 5_000
KILLS = 10

Spawn = Callable[..., "subprocess.Popen[str]"]


def write_books(path: Path, *, edition: int) -> dict[str, tuple[str, frozenset[str]]]:
    """Write a catalogue, and return title and categories by key; editions overlap by three quarters."""
    rng = random.Random(edition)
    books = {
        str(number): (f"Book {number}, edition {edition}", frozenset(rng.sample([f"Shelf {n}" for n in range(30)], 3)))
        for number in range(edition * BOOKS // 4, edition * BOOKS // 4 + BOOKS)
    }
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("key", "title", "categories"))
        writer.writerows((key, title, "; ".join(sorted(shelves))) for key, (title, shelves) in books.items())
    return books


def books_of(shop: Callable[[], list[dict[str, Any]]]) -> dict[str, tuple[str, frozenset[str]]]:
    return {book["keys"][0].removeprefix("books:"): (book["title"], frozenset(book["categories"])) for book in shop()}


def test_a_load_killed_at_random_moments_leaves_all_or_nothing(  # noqa: PLR0913, PLR0917 - fixtures
    run: Any,
    spawn: Spawn,
    shop: Any,
    sound: Callable[[], None],
    wait_for: Callable[[str], None],
    engine: sa.Engine,
    tmp_path: Path,
) -> None:
    rng = random.Random(4)
    path = tmp_path / "books.csv"
    editions = [write_books(path, edition=edition) for edition in (0, 1)]
    run("load", path)
    before = size_of(engine)
    write_books(path, edition=0)
    seconds = _seconds(spawn("load", path, "--sync", "--dry-run"))

    killed = 0
    for _ in range(KILLS):
        write_books(path, edition=1 - editions.index(books_of(shop)))
        process = spawn("load", path, "--sync")
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=rng.uniform(0.2, 1) * seconds)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        wait_for(
            "SELECT count(*) = 0 FROM pg_stat_activity"
            " WHERE application_name = 'bookstall seed' AND datname = current_database()"
        )
        sound()
        assert books_of(shop) in editions

    assert killed >= KILLS // 2
    write_books(path, edition=0)
    assert run("load", path, "--sync").status == 0
    assert books_of(shop) == editions[0]
    sound()
    # The tables have room for two editions, but not for the dead rows of ten stopped loads.
    assert size_of(engine) < 3 * before


def size_of(engine: sa.Engine) -> int:
    """Return the size in bytes of the catalogue's tables with their indexes."""
    names = ("book", "book_source", "slot", "category")
    with engine.connect() as connection:
        return sum(connection.scalars(sa.select(sa.func.pg_total_relation_size(name))).one() for name in names)


def _seconds(process: "subprocess.Popen[str]") -> float:
    """Return how long the process takes from start to end."""
    started = time.monotonic()
    process.communicate(timeout=120)
    assert process.returncode == 0
    return time.monotonic() - started
