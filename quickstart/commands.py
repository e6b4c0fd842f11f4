"""`make seed`, `make migrate`, `make psql` and the migration part of `make check`."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from quickstart.child_process import stop_process
from quickstart.database_url import refuse_unreachable, split_password
from quickstart.devdb.binaries import find_bindir
from quickstart.devdb.data_folder import DataFolder, locked
from quickstart.devdb.postgres import embedded_server
from quickstart.devdb.temporary_server import temporary_database
from quickstart.die_with_parent import die_with_parent
from quickstart.errors import DataFolderInUseError, QuickstartError
from quickstart.settings import PROJECT_ROOT, Settings
from quickstart.signals import wait_until

STOP_TIMEOUT_S = 30.0  # a large load rolls back before it ends


def seed(settings: Settings, arguments: Sequence[str]) -> int:
    """Load a catalogue into a migrated database, and return the seed command's status.

    The arguments are those of `python -m seed load`: the file (`-`: standard input) and options. Without a file they
    are those of `python -m seed`, which loads the built-in books.
    """
    file, *options = arguments or [""]
    if file and (file == "-" or not file.startswith("-")):
        # Do not resolve links: /dev/fd/63 looks like a broken one, but is readable.
        arguments = ["load", file if file == "-" else str(Path(file).absolute()), *options]
    with database(settings) as url:
        environ = settings.for_children(url)
        return _migrate_silently(environ) or _run_python("seed", *arguments, environ=environ)


def _migrate_silently(environ: Mapping[str, str]) -> int:
    """Bring the schema up to date, and print Alembic's messages only if it fails."""
    result = subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head"],
        cwd=PROJECT_ROOT, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if result.returncode:
        sys.stderr.write(result.stderr)
    return result.returncode


def migrate(settings: Settings) -> int:
    """Bring the schema up to date and return Alembic's status."""
    with database(settings) as url:
        return _run_python("alembic", "upgrade", "head", environ=settings.for_children(url))


def psql(settings: Settings) -> int:
    """Open psql on the shop's database and return its status."""
    program = find_psql(settings.environ)
    with database(settings) as url:
        # psql receives Ctrl-C as well: it cancels the query and goes on, so we must not end.
        signal.signal(signal.SIGINT, lambda *_: None)
        conninfo, password = split_password(url, settings.password)
        return _run_in_foreground([program, conninfo], settings.for_children(url) | password)


def check_migrations(settings: Settings) -> int:
    """Compare the migrations with the models, by `alembic check` on a fresh database; return Alembic's status."""
    with temporary_database(settings.environ) as url:
        environ = settings.for_children(url)
        return _run_python("alembic", "upgrade", "head", environ=environ) or _run_python(
            "alembic", "check", environ=environ
        )


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """Yield the address of the shop's database: the configured one, the running shop's, or one started here."""
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
            raise QuickstartError("Bookstall is just starting or stopping: try again in a moment.") from error
        return url
    server = stack.enter_context(embedded_server(folder, find_bindir(settings.environ)))
    stack.enter_context(folder.publish_url(server.url))
    return server.url


def find_psql(environ: Mapping[str, str]) -> str:
    """Return the path of psql: beside the server's programs, or else on `$PATH`."""
    try:
        beside = shutil.which("psql", path=str(find_bindir(environ)))
    except QuickstartError:
        beside = None
    program = beside or shutil.which("psql", path=environ.get("PATH"))
    if not program:
        raise QuickstartError("psql was not found: install it (Debian and Ubuntu: sudo apt install postgresql-client).")
    return program


def _run_python(*arguments: str, environ: Mapping[str, str]) -> int:
    return _run_in_foreground([sys.executable, "-m", *arguments], environ)


def _run_in_foreground(command: list[str], environ: Mapping[str, str]) -> int:
    """Run a command on our terminal and return its status as a shell would."""
    process = subprocess.Popen([*die_with_parent("TERM"), *command], cwd=PROJECT_ROOT, env=environ)
    try:
        wait_until(lambda: process.poll() is not None)
    finally:
        # Ctrl-C reaches the command as well; SIGTERM reaches only us.
        stop_process(process, STOP_TIMEOUT_S)
    return process.returncode if process.returncode >= 0 else 128 - process.returncode
