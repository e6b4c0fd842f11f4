"""Runs `python -m recommendations` as a process."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from quickstart.addresses import unused_port
from tests.support.service import CALL_TIMEOUT_S

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ended:
    """The exit status and output of a finished process."""

    status: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Program:
    """A running service."""

    process: "subprocess.Popen[str]"
    target: str

    def end(self, number: signal.Signals = signal.SIGTERM) -> Ended:
        """Send a signal and wait until the process exits."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> Ended:
        """Wait until the process exits."""
        stdout, stderr = self.process.communicate(timeout=CALL_TIMEOUT_S)
        return Ended(self.process.returncode, stdout, stderr or "")


@contextmanager
def program(stderr: int = subprocess.PIPE, /, **settings: str) -> Iterator[Program]:
    """Start the service with only these settings; kill it if it still runs when the block ends.

    Its log format is text by default.

    Args:
        stderr: a file descriptor for the log, to read while the service runs; the pipe is for its end.
    """
    prefixes = ("RECOMMENDATIONS_", "DATABASE_")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}
    listen = settings.setdefault("RECOMMENDATIONS_LISTEN", f"127.0.0.1:{unused_port()}")
    settings.setdefault("RECOMMENDATIONS_LOG_FORMAT", "text")
    settings.setdefault("RECOMMENDATIONS_DRAIN_S", "0")
    settings.setdefault("RECOMMENDATIONS_METRICS_LISTEN", "")
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "recommendations"],
        cwd=ROOT,
        env={**environ, **settings},
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )
    with process:
        try:
            yield Program(process, listen)
        finally:
            if process.poll() is None:
                process.kill()
