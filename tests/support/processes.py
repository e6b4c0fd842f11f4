"""Programs of ours as processes of their own, and waiting for what they do."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

DEADLINE_S = 20.0
POLL_S = 0.01


@contextmanager
def started(module: str, output: int = subprocess.PIPE, /, **settings: object) -> "Iterator[subprocess.Popen[str]]":
    """Run `python -m` this module until the block ends.

    Who asks it much gives DEVNULL as its output: a pipe that nobody reads is full after some hundred log lines, and
    stops who writes into it.
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
        process.terminate()
        try:
            process.wait(DEADLINE_S)
        finally:
            # What it left behind would hold our pipe for ever.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def unused_port() -> int:
    """Return a port of the loopback address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def wait_until(condition: Callable[[], object]) -> None:
    """Wait until the condition holds, and fail if that takes too long."""
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(POLL_S)  # between questions; the deadline is above
