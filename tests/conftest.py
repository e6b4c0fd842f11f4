"""The database server of the run, and fresh databases in it (tests/support/database_server.py)."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, make_url
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

from quickstart.devdb.temporary_database import fresh_database
from tests.support.database_server import (
    ROOT,
    Choice,
    DatabaseServer,
    SharedServer,
    choose,
    running_server,
    shared_server,
)

__all__ = ["ROOT", "DatabaseServer"]

WORKERS = 3
"""Three keep two cores busy; with more, each test only becomes slower."""
GC_THRESHOLD = 20_000
"""New objects between two garbage collections; Python's default of 700 takes a fifth of what unit tests take."""
pytest_plugins = ["tests.support.time_limits"]

CHOICE = pytest.StashKey[Choice]()
SHARED = pytest.StashKey[SharedServer]()
SERVER_FILE = "database_server_file"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("auto", "container", "embedded"),
        default="auto",
        help="the database server for tests: the first available one (auto), or only this one",
    )


def pytest_configure(config: pytest.Config) -> None:
    gc.set_threshold(GC_THRESHOLD)
    # Many services run side by side, but only one could listen on the default metrics address.
    os.environ["RECOMMENDATIONS_METRICS_LISTEN"] = os.environ["MARKETPLACE_METRICS_LISTEN"] = ""
    config.stash[CHOICE] = choose(config.getoption("--database"))


def pytest_collection_finish() -> None:
    """Leave modules and tests, which live until the end, out of garbage collections."""
    gc.freeze()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return how many files of tests run in parallel in `make test`; the container tests share one stack."""
    of_containers = config.option.markexpr == "containers" or any("containers" in path for path in config.args)
    return 0 if of_containers else WORKERS


class OneBrowser(LoadFileScheduling):  # type: ignore[misc]
    """Assigns each file to one worker, and all browser tests to the same one: the browser and its shops start once."""

    def _split_scope(self, nodeid: str) -> str:
        folder = "tests/browser"
        return folder if nodeid.startswith(f"{folder}/") else str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneBrowser | None:
    """Keep the browser on one worker, unless only browser tests run."""
    only_browser = bool(config.args) and all("browser" in path for path in config.args)
    return OneBrowser(config, log) if config.option.dist == "loadfile" and not only_browser else None


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {config.stash[CHOICE].description}"


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each worker of xdist where the shared server is."""
    config = node.config
    if SHARED not in config.stash:
        config.stash[SHARED] = SharedServer(config.stash[CHOICE].kind)
    node.workerinput[SERVER_FILE] = str(config.stash[SHARED].file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: list[str]) -> None:
    """Start the shared server, unless only unit tests run."""
    if any(not name.startswith("tests/unit/") for name in ids):
        node.config.stash[SHARED].start()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop the shared server once the workers have ended."""
    shared = session.config.stash.get(SHARED, None)
    if shared:
        shared.stop()


@pytest.fixture(scope="session")
def database_server(pytestconfig: pytest.Config) -> Iterator[DatabaseServer]:
    """Give the chosen server; the first test that needs it starts it, and all workers of xdist share it."""
    file = getattr(pytestconfig, "workerinput", {}).get(SERVER_FILE)
    if file:
        yield shared_server(Path(file))
    else:
        with running_server(pytestconfig.stash[CHOICE].kind) as server:
            yield server


@pytest.fixture(scope="session")
def migrated_template(database_server: DatabaseServer) -> str:
    """Give the name of a database with today's schema, to copy; nobody may connect to it."""
    return database_server.migrated


@pytest.fixture(scope="session")
def seeded_template(database_server: DatabaseServer) -> str:
    """Give the name of a database with the built-in books, to copy; nobody may connect to it."""
    return database_server.seeded


@pytest.fixture
def empty_database(database_server: DatabaseServer) -> Iterator[str]:
    """Give the address of a fresh, empty database."""
    with fresh_database(database_server.url) as url:
        yield url


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
