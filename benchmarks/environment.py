"""The environment of every benchmark: the scale, a PostgreSQL server and catalogues in it."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from benchmarks import synthetic
from benchmarks.errors import BenchmarkError
from benchmarks.processes import data_folder
from benchmarks.scale import Scale
from quickstart.devdb.binaries import find_bindir
from quickstart.devdb.data_folder import locked
from quickstart.devdb.postgres import embedded_server
from quickstart.devdb.temporary_database import with_database
from quickstart.errors import DataFolderInUseError
from quickstart.settings import PROJECT_ROOT

DOCS = PROJECT_ROOT / "docs"
MAX_SHARED_MB = 8_192
_WARM = """
    SELECT sum(pg_prewarm(oid)) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i') AND relname NOT LIKE 'uq%'
"""


@dataclass(frozen=True)
class Environment:
    """The scale and the database server."""

    scale: Scale
    server_url: str

    @property
    def docs(self) -> Path:
        """The folder for tables and plots: docs/, or a folder beside the data if the scale is not published."""
        folder = DOCS if self.scale.published else data_folder() / "docs"
        (folder / "plots").mkdir(parents=True, exist_ok=True)
        return folder

    def catalogue(self, books: int) -> str:
        """Return the URL of a catalogue with this many books; create it if necessary."""
        return self.database(f"books_{books}", lambda url: synthetic.fill(url, books))

    def database(self, name: str, fill: Callable[[str], None], template: str | None = None) -> str:
        """Return the URL of a database; create it if necessary.

        It gets its final name when it is complete, so an interrupted run leaves no partial database. Databases of an
        older schema or generator are dropped.

        Args:
            name: its name; the version of the schema and generator is appended.
            fill: fills it, given its URL.
            template: URL of a database of this server to copy; None for an empty one.
        """
        final, making = f"{name}_{synthetic.version()}", f"{name}_making"
        copied = template.rpartition("?")[0].rpartition("/")[2] if template else "template0"
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            for (existing,) in connection.execute("SELECT datname FROM pg_database").fetchall():
                if existing == final:
                    return with_database(self.server_url, final)
                if existing.rpartition("_")[0] == name:
                    connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(existing)))
            print(f"making the database {name} …", flush=True)
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                    sql.Identifier(making), sql.Identifier(copied)
                )
            )
            fill(with_database(self.server_url, making))
            _settle(with_database(self.server_url, making))
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(making), sql.Identifier(final))
            )
        return with_database(self.server_url, final)


@contextmanager
def open_environment(scale: Scale) -> Iterator[Environment]:
    """Start the server on the data folder, which is kept; stop it when the block ends.

    Raises:
        BenchmarkError: another run uses this folder.
        QuickstartError: the server cannot be started.
    """
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(locked(data_folder()))
        except DataFolderInUseError as error:
            raise BenchmarkError(
                f"Another make bench uses {data_folder()}: wait for it, or set BOOKSTALL_BENCH_DATA to another folder."
            ) from error
        server = stack.enter_context(embedded_server(folder, find_bindir(os.environ), _settings()))
        yield Environment(scale, server.url)


def warm(*urls: str) -> None:
    """Read these databases into PostgreSQL's memory, so that no draw waits for the disk.

    Draws do not use the indexes of unique constraints, so these are left out.
    """
    for url in urls:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
            connection.execute(_WARM)


def _settings() -> dict[str, str]:
    # A quarter of the memory, as PostgreSQL's manual advises. The other settings speed up loading.
    shared_mb = min(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4_000_000, MAX_SHARED_MB)
    return {
        "shared_buffers": f"{shared_mb}MB",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_wal_size": "8GB",
        "synchronous_commit": "off",
    }


def _settle(url: str) -> None:
    """Run maintenance now, so that the server does not run it during a measurement."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (FREEZE, ANALYZE)")
        # The first VACUUM marks only half of the slots' pages as all-visible.
        connection.execute("VACUUM")
        connection.execute("CHECKPOINT")
