"""Starts the measured programs, each with its own log file, and stops them."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.errors import BenchmarkError
from quickstart.child_process import stop_process
from quickstart.die_with_parent import die_with_parent
from quickstart.settings import PROJECT_ROOT

READY_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 20.0
POLL_S = 0.05
LAST_LINES = 15


@dataclass(frozen=True)
class Program:
    """A Python program that serves on a local port."""

    name: str
    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def resident_mb(self) -> float:
        """Return its resident memory in MB of 1,000,000 bytes."""
        printed = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(self.process.pid)], capture_output=True, text=True, check=True
        ).stdout
        return int(printed) * 1024 / 1e6

    def processor_s(self) -> float:
        """Return the processor time of the program and its children so far, in seconds."""
        process = psutil.Process(self.process.pid)
        times = [each.cpu_times() for each in (process, *process.children(recursive=True))]
        return float(sum(each.user + each.system for each in times))


@contextmanager
def running(
    name: str, arguments: list[str], port: int, ready: Callable[[], object], environ: Mapping[str, str] | None = None
) -> Iterator[Program]:
    """Run `python -m` with these arguments until the block ends; enter the block when it is ready.

    Args:
        name: for the log and the messages.
        arguments: the module and its arguments.
        port: the port on which it listens.
        ready: returns true once it serves; until then, it returns false or raises OSError.
        environ: variables added to the environment.

    Raises:
        BenchmarkError: it ended, or is not ready in time; the message has its last log lines.
    """
    log = logs_folder() / f"{name}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            # The program must not survive this process.
            [*die_with_parent("TERM"), sys.executable, "-m", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=PROJECT_ROOT,
            env={**os.environ, **(environ or {})},
            start_new_session=True,
        )
    program = Program(name, process, port, log)
    try:
        _wait_until(ready, program)
        yield program
        if process.poll() is not None:
            raise BenchmarkError(f"{name} ended while it was measured: {_last_lines(log)}")
    finally:
        stop_process(process, STOP_TIMEOUT_S, group=True)


def run(name: str, arguments: list[str], timeout_s: float, environ: Mapping[str, str] | None = None) -> None:
    """Run `python -m` with these arguments to its end; raise BenchmarkError unless it succeeds in time."""
    log = logs_folder() / f"{name}.log"
    command = [*die_with_parent("TERM"), sys.executable, "-m", *arguments]
    with log.open("wb") as out:
        try:
            subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=PROJECT_ROOT,
                env={**os.environ, **(environ or {})},
                timeout=timeout_s,
                check=True,
            )
        except subprocess.SubprocessError as error:
            raise BenchmarkError(f"{name} failed: {error} {_last_lines(log)}") from error


def logs_folder() -> Path:
    """Return the folder of the logs; create it if necessary."""
    folder = data_folder() / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def data_folder() -> Path:
    """Return the folder of the database and the logs: `$BOOKSTALL_BENCH_DATA`, or `.bookstall/bench`."""
    return Path(os.environ.get("BOOKSTALL_BENCH_DATA") or PROJECT_ROOT / ".bookstall" / "bench").absolute()


def listens(port: int) -> bool:
    """Return whether a local port accepts connections."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1.0):
        return True
    return False


def answers(port: int, path: str) -> bool:
    """Return whether GET of a path at a local port gives status 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5.0)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _wait_until(ready: Callable[[], object], program: Program) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while not ready():
        if program.process.poll() is not None:
            raise BenchmarkError(f"{program.name} ended before it was ready: {_last_lines(program.log)}")
        if time.monotonic() > deadline:
            raise BenchmarkError(
                f"{program.name} is not ready after {READY_TIMEOUT_S:.0f} s: {_last_lines(program.log)}"
            )
        time.sleep(POLL_S)


def _last_lines(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-LAST_LINES:]
    return "\n".join([f"({log} ends with)", *lines])
