"""`make seed`, `make migrate`, `make psql` and the migrations' part of `make check`."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from quickstart.command_wrappers import leash
from quickstart.devdb.binaries import find_bindir
from quickstart.devdb.data_folder import DataFolder, locked
from quickstart.devdb.postgres import embedded_server
from quickstart.devdb.temporary_database import fresh_database, refuse_unreachable
from quickstart.devdb.temporary_server import throw_away_server
from quickstart.errors import DataFolderInUseError, QuickstartError
from quickstart.settings import PROJECT_ROOT, Settings


def seed(settings: Settings, file: str | None) -> int:
    """Load a catalogue (`-`: from standard input; None: the built-in one), and return the seed command's status."""
    # Not resolved: /dev/fd/63 is a link that leads nowhere, and can be read all the same.
    arguments = ["load", file if file == "-" else str(Path(file).absolute())] if file else []
    with database(settings) as url:
        return _python("seed", *arguments, environ=settings.for_children(url))


def migrate(settings: Settings) -> int:
    """Bring the schema up to date and return Alembic's status."""
    with database(settings) as url:
        return _python("alembic", "upgrade", "head", environ=settings.for_children(url))


def psql(settings: Settings) -> int:
    """Open psql on the shop's database and return its status."""
    program = find_psql(settings.environ)
    with database(settings) as url:
        # In psql, Ctrl-C ends a query. It gets the signal too, and is the one to decide.
        signal.signal(signal.SIGINT, lambda *_: None)
        password = {"PGPASSWORD": settings.password} if settings.password else {}
        return _foreground([program, url], settings.for_children(url) | password)


def check_migrations(settings: Settings) -> int:
    """Tell by the status whether the migrations make the schema of the models: `alembic check` on a fresh database."""
    with throw_away_database(settings.environ) as url:
        environ = settings.for_children(url)
        return _python("alembic", "upgrade", "head", environ=environ) or _python("alembic", "check", environ=environ)


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """Give the address of the shop's database: the one that is set, the running shop's, or one started for now."""
    if settings.database_url:
        refuse_unreachable(settings.database_url, settings.password)
    with ExitStack() as stack:
        yield settings.database_url or _embedded(settings, stack)


def _embedded(settings: Settings, stack: ExitStack) -> str:
    try:
        folder = stack.enter_context(locked(settings.data_folder))
    except DataFolderInUseError as error:
        url = DataFolder(settings.data_folder).read_url()
        if not url:
            raise QuickstartError("Bookstall is just opening or closing: try again in a moment.") from error
        return url
    server = stack.enter_context(embedded_server(folder, find_bindir(settings.environ)))
    stack.enter_context(folder.publish_url(server.url))
    return server.url


@contextmanager
def throw_away_database(environ: Mapping[str, str]) -> Iterator[str]:
    """Give the address of an empty database, on the server at `TEST_DATABASE_URL` or on one started for now."""
    given = environ.get("TEST_DATABASE_URL")
    if given:
        with fresh_database(given) as url:
            yield url
    else:
        with throw_away_server(find_bindir(environ)) as server:
            yield server.url


def find_psql(environ: Mapping[str, str]) -> str:
    """Return psql's path: beside the server's programs, or else on `$PATH`."""
    try:
        beside = shutil.which("psql", path=str(find_bindir(environ)))
    except QuickstartError:
        beside = None
    program = beside or shutil.which("psql", path=environ.get("PATH"))
    if not program:
        raise QuickstartError("No psql was found: install it (Debian and Ubuntu: sudo apt install postgresql-client).")
    return program


def _python(*arguments: str, environ: Mapping[str, str]) -> int:
    return _foreground([sys.executable, "-m", *arguments], environ)


def _foreground(command: list[str], environ: Mapping[str, str]) -> int:
    """Run a command on our terminal and return its status as a shell would."""
    process = subprocess.Popen([*leash("TERM"), *command], cwd=PROJECT_ROOT, env=environ)
    try:
        status = process.wait()
    finally:
        # At Ctrl-C it has got the signal itself; at SIGTERM only we have.
        process.terminate()
        process.wait()
    return status if status >= 0 else 128 - status
