"""Cleans up after a server whose launcher was killed."""

import os
import signal
import subprocess
from pathlib import Path

from quickstart.devdb.data_folder import DataFolder
from quickstart.errors import QuickstartError
from quickstart.signals import wait_until

ORPHAN_STOP_TIMEOUT_S = 30.0
POLL_S = 0.01


def clear_leftovers(folder: DataFolder) -> None:
    """Stop a server that still runs on this data folder, and repair its pid file.

    Call it with the folder locked, so that the process that started the server is gone.

    Raises:
        QuickstartError: the server does not stop.
    """
    lines = folder.pid_lines()
    pid = int(lines[0]) if lines and lines[0].isdecimal() else 0
    if not pid:
        return
    if _is_server_on(pid, folder.cluster):
        _stop(pid, folder.cluster)
    elif _is_alive(pid):
        # Another process has this id now, so the server would refuse to start. Write our id instead: the server treats
        # its parent's id as stale, and still checks for old backends by the file's other lines.
        folder.pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")


def _stop(pid: int, cluster: Path) -> None:
    # The signal of `pg_ctl stop -m fast`; pg_ctl itself refuses to run as root.
    os.kill(pid, signal.SIGINT)
    # It is not our child, so no signal reports its end.
    if not wait_until(lambda: not _is_server_on(pid, cluster), ORPHAN_STOP_TIMEOUT_S, poll_s=POLL_S):
        raise QuickstartError(f"A PostgreSQL server of a previous run does not stop: end process {pid} first.")


def _is_server_on(pid: int, cluster: Path) -> bool:
    """Return whether this process is a PostgreSQL server that we started on this data."""
    arguments = _command_line(pid)
    return "postgres" in arguments and f"-D {cluster}" in arguments


def _command_line(pid: int) -> str:
    """Return a process's arguments, separated by spaces; empty if there is none, or only a zombie."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="surrogateescape")
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self").exists():
            return ""
    # macOS has no /proc.
    return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
