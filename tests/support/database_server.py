"""The PostgreSQL server of a test run, with template databases; xdist's workers share one.

In this order:

1. the one that `--database=container` or `--database=embedded` forces; without it, the run ends with an error
2. the server at `TEST_DATABASE_URL`
3. PostgreSQL 18 in a container, if a Docker engine answers and has the image or can pull it
4. the embedded PostgreSQL of `make run`
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import make_url

from quickstart.devdb.binaries import find_bindir, server_version
from quickstart.devdb.temporary_database import fresh_database
from quickstart.devdb.temporary_server import SETTINGS, temporary_server
from quickstart.errors import QuickstartError
from tests.support.processes import wait_until

IMAGE = "postgres:18"
ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT_S = 55.0


class Choice(NamedTuple):
    """The server to use: `given`, `container` or `embedded`; and its description for the header."""

    kind: str
    description: str


class DatabaseServer(NamedTuple):
    """A running server."""

    url: str
    """A plain `postgresql://` address, with a user who may create databases."""
    migrated: str
    """The name of a template with today's schema and no books; nobody may connect to it."""
    seeded: str
    """The name of a template with the built-in books."""


def choose(forced: str) -> Choice:
    """Choose the server; raise UsageError if there is none, or not the forced one."""
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
    """Return why this image cannot run here; empty if it can. Pull the image if needed."""
    if not _docker("version"):
        return "no Docker engine answers"
    if not _docker("image", "inspect", image) and not _docker("pull", image):
        return f"a Docker engine answers, but has no {image} and cannot pull it"
    return ""


@contextmanager
def running_server(kind: str) -> Iterator[DatabaseServer]:
    """Start the chosen server and make its templates."""
    with (
        _running(kind) as url,
        fresh_database(url) as migrated,
        _made_by("alembic", "upgrade", "head", url=migrated),
        fresh_database(url, _name(migrated)) as seeded,
        _made_by("seed", "--quiet", url=seeded),
    ):
        yield DatabaseServer(url, _name(migrated), _name(seeded))


class SharedServer:
    """One server for all workers: the controller starts it, and the workers read its address from a file."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._folder = tempfile.TemporaryDirectory(prefix="bookstall-server-")
        self._ended = threading.Event()
        # The embedded server stops when the thread that started it ends.
        self._thread = threading.Thread(target=self._run, name="database server")
        self.file = Path(self._folder.name, "server.json")

    def start(self) -> None:
        """Start the server in the background; only the first call has an effect."""
        if not self._thread.ident:
            self._thread.start()

    def stop(self) -> None:
        """Stop the server."""
        self._ended.set()
        if self._thread.ident:
            self._thread.join()
        self._folder.cleanup()

    def _run(self) -> None:
        try:
            with running_server(self._kind) as server:
                self._write(server._asdict())
                self._ended.wait()
        except Exception as error:
            self._write({"error": str(error)})
            raise

    def _write(self, content: dict[str, str]) -> None:
        unfinished = self.file.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(content), "utf-8")
        unfinished.rename(self.file)


def shared_server(file: Path) -> DatabaseServer:
    """Wait for the server that the controller starts, and return it."""
    wait_until(file.exists, START_TIMEOUT_S)
    content = json.loads(file.read_text("utf-8"))
    assert "error" not in content, content["error"]
    return DatabaseServer(**content)


@contextmanager
def _running(kind: str) -> Iterator[str]:
    if kind == "given":
        yield os.environ["TEST_DATABASE_URL"]
    elif kind == "container":
        with _container() as url:
            yield url
    else:
        with temporary_server(find_bindir(os.environ)) as server:
            yield server.url


@contextmanager
def _container() -> Iterator[str]:
    # Imported only by the process that starts the container: they take as long as all other imports together.
    from testcontainers.community.postgres import PostgresContainer  # noqa: PLC0415
    from testcontainers.core.config import testcontainers_config as reaper  # noqa: PLC0415

    # The reaper removes the container if this process is killed; without its image, it is disabled.
    reaper.ryuk_disabled = reaper.ryuk_disabled or bool(why_no_container(reaper.ryuk_image))
    container = PostgresContainer(IMAGE, driver="psycopg").with_tmpfs_mount("/var/lib/postgresql")
    with container.with_command(" ".join(f"-c {name}={value}" for name, value in SETTINGS.items())):
        yield container.get_connection_url(driver=None)


@contextmanager
def _made_by(*command: str, url: str) -> Iterator[None]:
    """Run `python -m` with this command on a database, as a context manager to combine with others."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    yield


def _name(url: str) -> str:
    return make_url(url).database or ""


def _docker(*arguments: str) -> bool:
    """Return whether docker is installed and this command succeeds."""
    if not shutil.which("docker"):
        return False
    return subprocess.run(["docker", *arguments], capture_output=True, check=False).returncode == 0
