"""Runs `python -m recommendations` as its own process."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.service import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    status: int
    printed: str
    complained: str


@dataclass(frozen=True)
class Program:
    """A running service."""

    process: "subprocess.Popen[str]"
    target: str

    def end(self, number: signal.Signals = signal.SIGTERM) -> Ended:
        """Send a signal and wait for the end."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> Ended:
        """Wait for the end."""
        printed, complained = self.process.communicate(timeout=PATIENCE_S)
        return Ended(self.process.returncode, printed, complained)


def free_address() -> str:
    """Return an address at which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def program(**settings: str) -> Iterator[Program]:
    """Start the service with these settings and no others; kill it if it still runs at the end.

    Its log is text unless the settings say otherwise.
    """
    ours = ("RECOMMENDATIONS_", "DATABASE_")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    listen = settings.setdefault("RECOMMENDATIONS_LISTEN", free_address())
    settings.setdefault("RECOMMENDATIONS_LOG_FORMAT", "text")
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "recommendations"],
        cwd=ROOT,
        env={**environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield Program(process, listen)
        finally:
            if process.poll() is None:
                process.kill()
