"""On a full disk nothing is half done: one sentence, the old catalogue, and a rerun once there is room."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from quickstart.devdb.temporary_database import fresh_database
from tests.integration.seed.test_killed import books_of, write_books
from tests.support.small_disk import ROOT, SmallDisk, small_disk, why_no_disk

STEP_MB = 0.75
"""So small that a load runs out of it in a dozen places: in staging, tables, indexes, the server's own catalogue."""


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallDisk]:
    """Give a server on a small disk."""
    folder = tmp_path_factory.mktemp("disk")
    if why := why_no_disk(folder):
        pytest.skip(f"no small disk can be made here: {why}")
    with small_disk(folder) as made:
        yield made


@contextmanager
def migrated(disk: SmallDisk) -> Iterator[str]:
    """Make a database with today's schema on the disk, and give its address."""
    disk.empty()
    with fresh_database(disk.server_url) as url:
        environ = {**os.environ, "DATABASE_URL": url}
        subprocess.run([sys.executable, "-m", "alembic", "upgrade", "head"], cwd=ROOT, env=environ, check=True)
        yield url


@pytest.fixture
def database_url(disk: SmallDisk) -> Iterator[str]:
    """Put the shop of this module's tests on the small disk."""
    with migrated(disk) as url:
        yield url


def test_whatever_there_is_no_room_for_nothing_is_half_done(  # noqa: PLR0913, PLR0917 - fixtures
    disk: SmallDisk, database_url: str, run: Any, shop: Any, sound: Callable[[], None], tmp_path: Path
) -> None:
    path = tmp_path / "books.csv"
    old = write_books(path, edition=0)
    run("load", path)
    new = write_books(path, edition=1)

    failures = []
    disk.leave(0)
    while (said := run("load", path, "--sync", "--quiet")).status:
        failures.append(said)
        sound()
        assert books_of(shop) == old
        disk.leave(len(failures) * STEP_MB)

    assert len(failures) > 5
    for failure in failures:
        assert failure.status == 1
        assert failure.err.startswith("The database has run out of room: ")
        assert failure.err.endswith("No space left on device. Nothing was written.\n")
        assert failure.err.count("\n") == 1
    sound()
    assert books_of(shop) == new
    assert size(database_url) < 1.4 * size_without_failures(disk, path)


def test_a_disk_that_is_full_while_the_file_is_read_is_one_sentence(disk: SmallDisk, load: Any, shop: Any) -> None:
    books = "key,title\n" + "".join(f"{number},Book {number}{' told again' * 10}\n" for number in range(60_000))
    disk.leave(4)

    said = load(books, "--quiet")

    disk.empty()
    assert said.status == 1
    assert said.err.startswith("The database has run out of room: ")
    assert said.err.endswith("No space left on device. Nothing was written.\n")
    assert said.err.count("\n") == 1
    assert shop() == []


def test_an_export_that_has_no_room_leaves_the_old_one(disk: SmallDisk, load: Any, run: Any) -> None:
    load("title\n" + "".join(f"Book {number}\n" for number in range(20_000)))
    file = disk.path / "catalogue.csv"
    file.write_text("title\nAn older export\n")
    disk.leave(0.1)

    said = run("export", file)

    assert said.status == 1
    assert said.err == f"{file} cannot be written: No space left on device. Nothing was written.\n"
    assert file.read_text() == "title\nAn older export\n"
    disk.empty()
    assert run("export", file).status == 0
    assert file.read_text().count("\n") == 20_001
    assert {path.name for path in disk.path.iterdir()} == {"catalogue.csv", "databases"}


def size_without_failures(disk: SmallDisk, path: Path) -> int:
    with migrated(disk) as url:
        for edition in (0, 1):
            write_books(path, edition=edition)
            environ = {**os.environ, "DATABASE_URL": url}
            command = [sys.executable, "-m", "seed", "load", str(path), "--sync", "--quiet"]
            subprocess.run(command, cwd=ROOT, env=environ, check=True)
        return size(url)


def size(url: str) -> int:
    """Return the bytes of the catalogue's tables and their indexes."""
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"), poolclass=sa.NullPool)
    with engine.connect() as connection:
        found: int = connection.execute(
            sa.text(
                "SELECT CAST(sum(pg_total_relation_size(name)) AS bigint)"
                " FROM unnest(CAST('{book, book_source, slot}' AS text[])) AS name"
            )
        ).scalar_one()
        return found
