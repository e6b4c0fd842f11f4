"""Starts the services of the shop, notices when one ends, and stops them in order."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from quickstart.child_process import ChildProcess, start_child, stop_process
from quickstart.console import Console
from quickstart.die_with_parent import die_with_parent
from quickstart.errors import ChildExitedError
from quickstart.signals import wait_until

STOP_TIMEOUT_S = 15.0  # a service finishes its requests within 10 s
READY_TIMEOUT_S = 60.0
POLL_S = 0.02
MAX_RESTARTS = 3
RESTART_PAUSE_S = 2.0


class Supervisor:
    """A context manager that runs child processes; on exit it stops those that it started, the youngest first.

    Only for the main thread: signals wake no other thread, and the children die with the thread that starts them.
    """

    def __init__(self, root: Path, environ: Mapping[str, str], console: Console) -> None:
        self._root = root
        self._environ = environ
        self._console = console
        self._started: list[ChildProcess] = []
        self._watched: list[ChildProcess] = []
        self._commands: dict[str, list[str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in reversed(self._started):
            stop_process(child.process, STOP_TIMEOUT_S, group=True)

    def start(self, name: str, *arguments: str) -> ChildProcess:
        """Start `python -m` with these arguments as a child process of this name."""
        command = [*die_with_parent("TERM"), sys.executable, "-m", *arguments]
        self._commands[name] = command
        child = start_child(name, command, self._console, self._root, self._environ)
        self._started.append(child)
        self._watched.append(child)
        return child

    def watch(self, name: str, process: subprocess.Popen[bytes], last_line: Callable[[], str]) -> None:
        """Watch a child process, too, that the caller has started and will stop."""
        self._watched.append(ChildProcess(name, process, last_line))

    def run(self, name: str, *arguments: str) -> None:
        """Run `python -m` with these arguments to its end.

        Raises:
            ChildExitedError: its status is not 0, or another child process ended meanwhile.
        """
        child = self.start(name, *arguments)
        wait_until(self._any_has_exited)
        self._watched.remove(child)
        self._raise_if_any_exited()
        if child.process.returncode:
            raise ChildExitedError(f"{child.describe_exit()}.")
        child.last_line()
        self._started.remove(child)

    def wait_until_ready(self, ready: Callable[[], bool], child: ChildProcess) -> None:
        """Wait until a child process is ready.

        Raises:
            ChildExitedError: any child process ended, or this one takes too long.
        """
        in_time = wait_until(lambda: self._any_has_exited() or ready(), READY_TIMEOUT_S, poll_s=POLL_S)
        self._raise_if_any_exited()
        if not in_time:
            raise ChildExitedError(f"{child.name} is not ready after {READY_TIMEOUT_S:.0f} s; its last lines say why.")

    def wait(self, restartable: ChildProcess | None = None) -> NoReturn:
        """Wait until any child process ends, then raise ChildExitedError.

        If it is `restartable`, start it again after a pause instead, up to MAX_RESTARTS times.
        """
        for attempt in range(1, MAX_RESTARTS + 1):
            wait_until(self._any_has_exited)
            if restartable is None or not restartable.has_exited():
                break
            self._console.print(f"{restartable.describe_exit()}. Starting it again ({attempt} of {MAX_RESTARTS}).")
            wait_until(lambda: False, RESTART_PAUSE_S)
            restartable = self._restart(restartable)
        while True:
            wait_until(self._any_has_exited)
            self._raise_if_any_exited()

    def _restart(self, child: ChildProcess) -> ChildProcess:
        """Start a child process again, and keep its place in the order of shutdown."""
        stop_process(child.process, STOP_TIMEOUT_S, group=True)
        command = self._commands[child.name]
        successor = start_child(child.name, command, self._console, self._root, self._environ)
        for children in (self._started, self._watched):
            children[children.index(child)] = successor
        return successor

    def _any_has_exited(self) -> bool:
        return any(child.has_exited() for child in self._watched)

    def _raise_if_any_exited(self) -> None:
        for child in self._watched:
            if child.has_exited():
                raise ChildExitedError(f"{child.describe_exit()}.")
