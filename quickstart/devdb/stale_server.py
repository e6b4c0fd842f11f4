"""Clears what a server left behind whose launcher was killed."""

import os
import signal
import subprocess
import time
from pathlib import Path

from quickstart.devdb.data_folder import DataFolder
from quickstart.errors import QuickstartError

ORPHAN_STOP_TIMEOUT_S = 30.0
POLL_S = 0.01


def clear_leftovers(folder: DataFolder) -> None:
    """Stop a server that still runs on this data folder, and mend its pid file.

    To be called with the folder locked: whoever started that server is gone.

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
        # The process id went to somebody else, and the server would take that one for itself. It takes its parent's
        # for stale, and still looks (by the file's other lines) whether old backends are alive: so name us.
        folder.pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")


def _stop(pid: int, cluster: Path) -> None:
    # What `pg_ctl stop -m fast` sends; pg_ctl would refuse to do it for root.
    os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + ORPHAN_STOP_TIMEOUT_S
    while _is_server_on(pid, cluster):
        if time.monotonic() > deadline:
            raise QuickstartError(f"A PostgreSQL left over from a former run does not stop: end process {pid} first.")
        time.sleep(POLL_S)  # it is no child of ours, which could be waited for


def _is_server_on(pid: int, cluster: Path) -> bool:
    """Tell whether this process is a PostgreSQL server that was started by us on this data."""
    arguments = _command_line(pid)
    return "postgres" in arguments and f"-D {cluster}" in arguments


def _command_line(pid: int) -> str:
    """Return a live process's arguments, separated by spaces; empty if there is none, or only a zombie."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="surrogateescape")
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self").exists():
            return ""
    # Where there is no /proc (macOS).
    return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
