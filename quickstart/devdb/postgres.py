"""An embedded PostgreSQL: made, started and stopped by us, reachable by a unix socket of this user's alone.

The programs are somebody else's (see `binaries`), the launcher is ours, since those that come with the programs leave
servers behind, change the rights of parent folders or refuse paths with spaces.
"""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from quickstart.command_wrappers import leash, ordinary_user
from quickstart.devdb.data_folder import DataFolder
from quickstart.devdb.initdb import make_cluster, refuse_other_version
from quickstart.devdb.server_log import reason, waits_for_old_children
from quickstart.devdb.socket_folder import socket_folder
from quickstart.devdb.stale_server import clear_leftovers
from quickstart.errors import QuickstartError

START_TIMEOUT_S = 120.0  # after a power cut there may be much to recover
STOP_TIMEOUT_S = 20.0
POLL_S = 0.01
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",
    # A draw takes a tenth of a millisecond; compiling it would take a hundred times as long.
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True)
class EmbeddedServer:
    """A running server."""

    url: str
    """The address of its database `bookstall`, for libpq, psql and (with the driver added) SQLAlchemy."""
    process: subprocess.Popen[bytes]
    log: Path


@contextmanager
def embedded_server(
    folder: DataFolder, bindir: Path, settings: Mapping[str, str] | None = None
) -> Iterator[EmbeddedServer]:
    """Run a server on a locked data folder, which is filled if it is new; stop it in order afterwards.

    To be entered by the main thread: the server is stopped when the thread that started it ends.

    Args:
        folder: from `locked`.
        bindir: PostgreSQL's programs, from `find_bindir`.
        settings: the server's settings that differ from `SETTINGS`.

    Raises:
        QuickstartError: it could not be made or started.
    """
    clear_leftovers(folder)
    if not folder.cluster.exists():
        make_cluster(folder.cluster, bindir, durable=(settings or {}).get("fsync") != "off")
    refuse_other_version(folder.cluster, bindir)
    prefix = ordinary_user(folder.cluster, bindir)
    with socket_folder(folder.cluster) as sockets:
        if prefix:
            shutil.chown(sockets, folder.cluster.stat().st_uid)
        chosen = {**SETTINGS, **(settings or {}), "unix_socket_directories": str(sockets)}
        process = _start([*prefix, *leash("INT"), *_command(folder, bindir, chosen)], folder)
        try:
            yield EmbeddedServer(server_url(sockets, "bookstall"), process, folder.log)
        finally:
            _stop(process)


def server_url(sockets: Path, database: str) -> str:
    """Return the address of a database of the server with this socket folder."""
    # The port is named, since $PGPORT would count otherwise.
    return f"postgresql:///{database}?host={quote(str(sockets), safe='')}&port=5432&user=bookstall"


def _command(folder: DataFolder, bindir: Path, settings: Mapping[str, str]) -> list[str]:
    options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
    return [str(bindir / "postgres"), "-D", str(folder.cluster), *options]


def _start(command: list[str], folder: DataFolder) -> subprocess.Popen[bytes]:
    """Start the server and wait until it is ready."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        process = _spawn(command, folder)
        try:
            if _is_ready(process, folder, deadline):
                return process
        except BaseException:
            _stop(process)
            raise
        _stop(process)
        if not waits_for_old_children(folder.log) or time.monotonic() > deadline:
            raise QuickstartError(f"PostgreSQL did not start: {reason(folder.log)} (more in {folder.log})")
        time.sleep(POLL_S)  # the old server's children end in their own time, and tell nobody


def _spawn(command: list[str], folder: DataFolder) -> subprocess.Popen[bytes]:
    with folder.log.open("wb") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder.cluster,
            # Ctrl-C is for us alone: we stop the server when nobody needs it any more.
            start_new_session=True,
        )


def _is_ready(process: subprocess.Popen[bytes], folder: DataFolder, deadline: float) -> bool:
    """Wait until the server's pid file says `ready`, as pg_ctl does: that takes no connection.

    Returns:
        False if the server has ended, or the deadline has passed.
    """
    while process.poll() is None and time.monotonic() < deadline:
        lines = [line.strip() for line in folder.pid_lines()]
        if lines[:1] == [str(process.pid)] and "ready" in lines:
            return True
        time.sleep(POLL_S)  # the server tells by this file alone that it is ready
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server: in order, then at once, then by force."""
    for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        process.send_signal(how)
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            continue
        return
