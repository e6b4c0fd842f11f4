"""The data folder of a local shop: its database, its address and its lock."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from quickstart.errors import DataFolderInUseError, QuickstartError


@dataclass(frozen=True)
class DataFolder:
    """The paths in the data folder (`.bookstall/`)."""

    path: Path

    @property
    def cluster(self) -> Path:
        """PostgreSQL's data."""
        return self.path / "postgres"

    @property
    def log(self) -> Path:
        """PostgreSQL's log since its last start."""
        return self.path / "postgres.log"

    @property
    def url_file(self) -> Path:
        """The database's address while the shop runs."""
        return self.path / "url"

    @property
    def lock_file(self) -> Path:
        """Locked by the one process that uses this folder; holds its process id."""
        return self.path / "lock"

    @property
    def pid_file(self) -> Path:
        """PostgreSQL's pid file."""
        return self.cluster / "postmaster.pid"

    def pid_lines(self) -> list[str]:
        """Return the lines of the pid file, the first being the process id; none if there is no server."""
        try:
            return self.pid_file.read_text().splitlines()
        except FileNotFoundError:
            return []

    def read_url(self) -> str | None:
        """Return the running shop's database address, or None while it is starting or stopping."""
        try:
            return self.url_file.read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    @contextmanager
    def publish_url(self, url: str) -> Iterator[None]:
        """Publish the address for other commands until the block ends; only this user may read it."""
        self.url_file.unlink(missing_ok=True)
        # It may hold a password, so it is created with its final permissions.
        with os.fdopen(os.open(self.url_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(url + "\n")
        try:
            yield
        finally:
            self.url_file.unlink(missing_ok=True)


@contextmanager
def locked(path: Path) -> Iterator[DataFolder]:
    """Lock the data folder until the block ends, and make it if it does not exist.

    The kernel releases the lock when this process ends, however it ends.

    Raises:
        DataFolderInUseError: another process holds it.
        QuickstartError: the folder cannot be made or written to.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        folder = DataFolder(path.resolve())
        lock = folder.lock_file.open("a+")
    except OSError as error:
        raise QuickstartError(
            f"The data folder {path} cannot be used ({error.strerror}): change its owner, or set BOOKSTALL_DATA to "
            "a folder that you may write to."
        ) from error
    with lock:
        _lock(lock.fileno(), folder)
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield folder


def _lock(lock: int, folder: DataFolder) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = folder.lock_file.read_text().strip() or "?"
        raise DataFolderInUseError(
            f"The data folder {folder.path} is already in use by process {holder}, probably a running Bookstall: stop "
            "it, or set BOOKSTALL_DATA to another folder."
        ) from error
