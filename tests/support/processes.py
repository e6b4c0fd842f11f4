"""Our programs as child processes, and waiting for their effects."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import SystemRandom

from quickstart.addresses import unused_port
from quickstart.child_process import stop_process

__all__ = ["has_ended", "restartable_port", "started", "unused_port", "wait_until"]

DEADLINE_S = 60.0
POLL_S = 0.01
READY_CHECKS = 8
"""New connections of which 99 in 100 times each of the page's two worker processes gets one."""
RESTARTABLE_PORTS = range(12_000, 32_000)
"""Below the range that Linux takes the ports of outgoing connections from, 32768 to 60999."""


@contextmanager
def started(module: str, output: int = subprocess.PIPE, /, **settings: object) -> "Iterator[subprocess.Popen[str]]":
    """Run `python -m` this module until the block ends.

    With many requests, pass DEVNULL as its output: a pipe that nobody reads is full after some hundred log lines and
    blocks the writer.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        env={**os.environ, **{name: str(value) for name, value in settings.items()}},
        text=True,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        # A worker that outlives it would keep our pipe open.
        stop_process(process, DEADLINE_S, group=True)
        process.communicate()


def wait_until(condition: Callable[[], object], timeout_s: float = DEADLINE_S) -> None:
    """Wait until the condition holds, and fail if that takes longer than the timeout."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {timeout_s:.0f} s"
        time.sleep(POLL_S)  # between two checks


def restartable_port() -> int:
    """Return a free port that no outgoing connection takes while its server is stopped."""
    while True:
        port = SystemRandom().choice(RESTARTABLE_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def has_ended(pid: int) -> bool:
    """Return whether there is no such process, or only a zombie that init has not reaped yet."""
    try:
        return not Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return True
