"""A temporary server, for tests and checks."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from quickstart.devdb.binaries import find_bindir
from quickstart.devdb.data_folder import locked
from quickstart.devdb.postgres import EmbeddedServer, embedded_server
from quickstart.devdb.temporary_database import fresh_database
from quickstart.devdb.temporary_folder import temporary_folder

# Nothing has to survive a power failure.
SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextmanager
def temporary_server(bindir: Path, settings: Mapping[str, str] | None = None) -> Iterator[EmbeddedServer]:
    """Run a server, with these further settings, on a temporary data folder, which is removed afterwards."""
    with (
        temporary_folder() as folder,
        locked(folder) as data,
        embedded_server(data, bindir, {**SETTINGS, **(settings or {})}) as server,
    ):
        yield server


@contextmanager
def temporary_database(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield the address of an empty database, on the server at `TEST_DATABASE_URL` or on a temporary one."""
    given = environ.get("TEST_DATABASE_URL")
    if given:
        with fresh_database(given) as url:
            yield url
    else:
        with temporary_server(find_bindir(environ)) as server:
            yield server.url
