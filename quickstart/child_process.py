"""Child processes: started with a label on the console, described when they end, and stopped."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from quickstart.console import Console

LAST_LINE_TIMEOUT_S = 1.0


class ChildProcess:
    """A child process, its name on the console, and a function that returns the last line of its output."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], last_line: Callable[[], str]) -> None:
        self.name = name
        self.process = process
        self.last_line = last_line

    def has_exited(self) -> bool:
        """Return whether it has ended."""
        return self.process.poll() is not None

    def describe_exit(self) -> str:
        """Return how it ended and its last line, which usually says why."""
        status = self.process.returncode
        if status < 0:
            sentence = f"{self.name} was killed by signal {-status} ({signal.strsignal(-status)})"
        else:
            sentence = f"{self.name} ended with status {status}"
        return f"{sentence}; its last line: {self.last_line().rstrip('.') or '(none)'}"


def start_child(
    name: str, command: Sequence[str], console: Console, cwd: Path, environ: Mapping[str, str] | None = None
) -> ChildProcess:
    """Start a program and copy its output to the console.

    It gets its own session, so Ctrl-C reaches only us and we stop the children in order.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env=environ,
        start_new_session=True,
    )
    assert process.stdout, "PIPE provides it"
    return ChildProcess(name, process, _OutputReader(name, process.stdout, console).last_line)


def stop_process(
    process: "subprocess.Popen[Any]",
    timeout_s: float,
    numbers: Sequence[signal.Signals] = (signal.SIGTERM,),
    *,
    group: bool = False,
) -> None:
    """Send each signal in turn until the process ends, SIGKILL last, and wait for its end.

    Args:
        process: a child process; it may have ended already.
        timeout_s: how long to wait after each signal.
        numbers: the signals before SIGKILL.
        group: also kill what is left of its process group, since a worker that outlives it would keep its port. The
            process must have been started in its own session.
    """
    for number in numbers:
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout_s)
            break
    if group:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


class _OutputReader:
    """Copies the output of a child process to the console line by line, in a thread, and keeps the last line."""

    def __init__(self, name: str, stream: IO[bytes], console: Console) -> None:
        self._last = ""
        self._reader = threading.Thread(
            target=self._read, args=(name, stream, console), name=f"read {name}", daemon=True
        )
        self._reader.start()

    def last_line(self) -> str:
        # Its last output may still be in the pipe; a worker that outlives it may keep the pipe open, hence the timeout.
        self._reader.join(LAST_LINE_TIMEOUT_S)
        return self._last

    def _read(self, name: str, stream: IO[bytes], console: Console) -> None:
        with stream:
            for line in stream:
                text = line.decode(errors="replace").rstrip()
                console.print_line(name, text)
                self._last = text.strip() or self._last
