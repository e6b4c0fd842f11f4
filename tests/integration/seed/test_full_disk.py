"""On a full disk a load fails with one sentence, the old catalogue stays, and a rerun completes once there is space."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from quickstart.devdb.temporary_database import fresh_database
from tests.integration.seed.test_killed import books_of, write_books
from tests.support.small_disk import ROOT, SmallDisk, reason_for_no_disk, small_disk

STEP_MB = 0.75
"""A step small enough that the load fails in a dozen places: in staging, tables, indexes, the system catalogs."""

SEEDS_HAVE_ENDED = """
SELECT count(*) = 0 FROM pg_stat_activity
WHERE application_name = 'bookstall seed' AND datname = current_database()
"""


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallDisk]:
    """Return a server on a small disk."""
    folder = tmp_path_factory.mktemp("disk")
    if reason := reason_for_no_disk(folder):
        pytest.skip(f"no small disk can be made here: {reason}")
    with small_disk(folder) as made:
        yield made


@pytest.fixture(scope="module")
def template(disk: SmallDisk) -> Iterator[str]:
    """Return the name of a database with the current schema on the disk."""
    with fresh_database(disk.server_url) as url:
        environ = {**os.environ, "DATABASE_URL": url}
        subprocess.run([sys.executable, "-m", "alembic", "upgrade", "head"], cwd=ROOT, env=environ, check=True)
        yield sa.make_url(url).database or ""


@pytest.fixture
def database_url(disk: SmallDisk, template: str) -> Iterator[str]:
    """Put the database of this module's tests on the small disk."""
    disk.empty()
    with fresh_database(disk.server_url, template) as url:
        yield url


@pytest.fixture
def leave_free(disk: SmallDisk, wait_for: Callable[[str], None]) -> Callable[[float], None]:
    """Return a function that fills the disk until only these megabytes are free.

    A session reports its dead rows and drops its temporary tables after its client has gone. A load that begins before
    that leaves the dead rows where they are, and finds more space than was left free.
    """

    def fill(megabytes: float) -> None:
        wait_for(SEEDS_HAVE_ENDED)
        disk.leave_free(megabytes)

    return fill


def test_a_load_that_runs_out_of_space_anywhere_changes_nothing(  # noqa: PLR0913, PLR0917 - fixtures
    disk: SmallDisk,
    template: str,
    database_url: str,
    leave_free: Callable[[float], None],
    run: Any,
    shop: Any,
    sound: Callable[[], None],
    tmp_path: Path,
) -> None:
    path = tmp_path / "books.csv"
    old = write_books(path, edition=0)
    run("load", path)
    new = write_books(path, edition=1)

    failures = []
    leave_free(0)
    while (result := run("load", path, "--sync", "--quiet")).status:
        failures.append(result)
        sound()
        assert books_of(shop) == old
        leave_free(len(failures) * STEP_MB)

    assert len(failures) > 5
    for failure in failures:
        assert failure.status == 1
        assert failure.err.startswith("The database has run out of resources: ")
        assert failure.err.endswith("No space left on device. Nothing was written.\n")
        assert failure.err.count("\n") == 1
    sound()
    assert books_of(shop) == new
    assert size(database_url) < 1.4 * size_without_failures(disk, template, path)


def test_a_disk_that_fills_while_the_file_is_read_is_reported_in_one_sentence(
    disk: SmallDisk, leave_free: Callable[[float], None], load: Any, shop: Any
) -> None:
    books = "key,title\n" + "".join(f"{number},Book {number}{' and its sequel' * 10}\n" for number in range(60_000))
    leave_free(4)

    result = load(books, "--quiet")

    disk.empty()
    assert result.status == 1
    assert result.err.startswith("The database has run out of resources: ")
    assert result.err.endswith("No space left on device. Nothing was written.\n")
    assert result.err.count("\n") == 1
    assert shop() == []


def test_an_export_that_runs_out_of_space_keeps_the_old_file(
    disk: SmallDisk, leave_free: Callable[[float], None], load: Any, run: Any
) -> None:
    load("title\n" + "".join(f"Book {number}\n" for number in range(20_000)))
    file = disk.path / "catalogue.csv"
    file.write_text("title\nAn older export\n")
    leave_free(0.1)

    result = run("export", file)

    assert result.status == 1
    assert result.err == f"{file} cannot be written: No space left on device. Nothing was written.\n"
    assert file.read_text() == "title\nAn older export\n"
    disk.empty()
    assert run("export", file).status == 0
    assert file.read_text().count("\n") == 20_001
    assert {path.name for path in disk.path.iterdir()} == {"catalogue.csv", "databases"}


def size_without_failures(disk: SmallDisk, template: str, path: Path) -> int:
    disk.empty()
    with fresh_database(disk.server_url, template) as url:
        for edition in (0, 1):
            write_books(path, edition=edition)
            environ = {**os.environ, "DATABASE_URL": url}
            command = [sys.executable, "-m", "seed", "load", str(path), "--sync", "--quiet"]
            subprocess.run(command, cwd=ROOT, env=environ, check=True)
        return size(url)


def size(url: str) -> int:
    """Return the size in bytes of the catalogue's tables and their indexes."""
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"), poolclass=sa.NullPool)
    with engine.connect() as connection:
        total: int = connection.execute(
            sa.text(
                "SELECT CAST(sum(pg_total_relation_size(name)) AS bigint)"
                " FROM unnest(CAST('{book, book_source, slot}' AS text[])) AS name"
            )
        ).scalar_one()
        return total
