"""The PostgreSQL that the tests run on, and fresh databases in it.

Which server it is, is decided (and told in the header) before the first test; it is started by the first test that asks
for it, so unit tests alone start none. In this order:

1. what `--database=container` or `--database=embedded` forces; if that one is absent, the run ends with an error
2. the server at `TEST_DATABASE_URL`
3. PostgreSQL 18 in a container, where a Docker engine answers and has the image or can pull it
4. the embedded PostgreSQL of `make run`
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Engine, create_engine, make_url
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.config import testcontainers_config

from quickstart.devdb.binaries import find_bindir, server_version
from quickstart.devdb.temporary_database import fresh_database
from quickstart.devdb.temporary_server import SETTINGS, temporary_server
from quickstart.errors import QuickstartError

IMAGE = "postgres:18"
WORKERS = 3
"""Of two cores all are busy then; more of them only make each test slower."""
ROOT = Path(__file__).resolve().parent.parent


class Choice(NamedTuple):
    """Which server the tests run on: `given`, `container` or `embedded`; and the words for the header."""

    kind: str
    words: str


class DatabaseServer(NamedTuple):
    """A running server, by the plain `postgresql://` address of a user there who may make databases."""

    url: str


pytest_plugins = ["tests.support.time_limits"]

CHOICE = pytest.StashKey[Choice]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("auto", "container", "embedded"),
        default="auto",
        help="the database server for tests: what is there (auto), or that one or an error",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[CHOICE] = choose(config.getoption("--database"))


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Run so many files of tests side by side (`make test`), but the containers' in turn: they share one stack."""
    of_containers = config.option.markexpr == "containers" or any("containers" in path for path in config.args)
    return 0 if of_containers else WORKERS


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {config.stash[CHOICE].words}"


def choose(forced: str) -> Choice:
    """Decide which server the tests run on; raise UsageError if there is none, or not the forced one."""
    if forced == "auto" and "TEST_DATABASE_URL" in os.environ:
        return Choice("given", "the server at TEST_DATABASE_URL")
    why = "--database=embedded" if forced == "embedded" else why_no_container()
    if not why:
        reason = "--database=container" if forced == "container" else "a Docker engine answers"
        return Choice("container", f"{IMAGE} in a container ({reason})")
    if forced == "container":
        raise pytest.UsageError(f"--database=container: {why}")
    try:
        return Choice("embedded", f"embedded PostgreSQL {server_version(find_bindir(os.environ))} ({why})")
    except QuickstartError as error:
        raise pytest.UsageError(str(error)) from error


def why_no_container(image: str = IMAGE) -> str:
    """Say in some words why this image cannot be run here; empty if it can. Pulls the image if need be."""
    if not docker("version"):
        return "no Docker engine answers"
    if not docker("image", "inspect", image) and not docker("pull", image):
        return f"a Docker engine answers, but has no {image} and cannot pull it"
    return ""


def docker(*arguments: str) -> bool:
    """Tell whether docker is there and does this."""
    if not shutil.which("docker"):
        return False
    return subprocess.run(["docker", *arguments], capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="session")
def database_server(pytestconfig: pytest.Config) -> Iterator[DatabaseServer]:
    """Give the server that was chosen; it is started here."""
    kind = pytestconfig.stash[CHOICE].kind
    if kind == "given":
        yield DatabaseServer(os.environ["TEST_DATABASE_URL"])
    elif kind == "container":
        # The reaper removes the container if this process is killed; where its image cannot be had, we do without.
        reaper = testcontainers_config
        reaper.ryuk_disabled = reaper.ryuk_disabled or bool(why_no_container(reaper.ryuk_image))
        container = PostgresContainer(IMAGE, driver="psycopg").with_tmpfs_mount("/var/lib/postgresql")
        with container.with_command(" ".join(f"-c {name}={value}" for name, value in SETTINGS.items())):
            yield DatabaseServer(container.get_connection_url(driver=None))
    else:
        with temporary_server(find_bindir(os.environ)) as server:
            yield DatabaseServer(server.url)


@pytest.fixture
def empty_database(database_server: DatabaseServer) -> Iterator[str]:
    """Give the address of a fresh, empty database."""
    with fresh_database(database_server.url) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_template(database_server: DatabaseServer) -> Iterator[str]:
    """Give the name of a database with today's schema, which others are copied from; nobody may connect to it."""
    with fresh_database(database_server.url) as url:
        environ = {**os.environ, "DATABASE_URL": url}
        subprocess.run([sys.executable, "-m", "alembic", "upgrade", "head"], cwd=ROOT, env=environ, check=True)
        yield make_url(url).database or ""


@pytest.fixture(scope="session")
def seeded_template(database_server: DatabaseServer, migrated_template: str) -> Iterator[str]:
    """Give the name of a database with the built-in books, which others are copied from; nobody may connect to it."""
    with fresh_database(database_server.url, migrated_template) as url:
        environ = {**os.environ, "DATABASE_URL": url}
        subprocess.run([sys.executable, "-m", "seed", "--quiet"], cwd=ROOT, env=environ, check=True)
        yield make_url(url).database or ""


@pytest.fixture
def database_url(database_server: DatabaseServer, migrated_template: str) -> Iterator[str]:
    """Give the address of a fresh database with today's schema and no books."""
    with fresh_database(database_server.url, migrated_template) as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Give an engine on `database_url`."""
    engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg"))
    yield engine
    engine.dispose()
