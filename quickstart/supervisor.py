"""Starts the parts of the shop, notices when one ends, and stops them in order."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import NoReturn, Self

from quickstart.child_process import Part, start_part
from quickstart.command_wrappers import leash
from quickstart.console import Console
from quickstart.errors import PartFailedError

STOP_TIMEOUT_S = 15.0  # a part gives what it still does up to 10 s
READY_TIMEOUT_S = 60.0
POLL_S = 0.02


class Supervisor:
    """A context in which parts run; those that it started are stopped at its end, the youngest first.

    To be used by the main thread: the parts end when the thread that started them does.
    """

    def __init__(self, root: Path, environ: Mapping[str, str], console: Console) -> None:
        self._root = root
        self._environ = environ
        self._console = console
        self._started: list[Part] = []
        self._ended: SimpleQueue[Part] = SimpleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for part in reversed(self._started):
            part.stop(STOP_TIMEOUT_S)

    def start(self, name: str, *arguments: str) -> Part:
        """Start `python -m` with these arguments as a part of this name."""
        command = [*leash("TERM"), sys.executable, "-m", *arguments]
        part = start_part(name, command, self._console, self._root, self._environ)
        self._started.append(part)
        self._watch(part)
        return part

    def watch(self, name: str, process: subprocess.Popen[bytes], last_line: Callable[[], str]) -> None:
        """Notice the end of a process that somebody else started and will stop."""
        self._watch(Part(name, process, last_line))

    def run(self, name: str, *arguments: str) -> None:
        """Run `python -m` with these arguments to its end.

        Raises:
            PartFailedError: its status is not 0, or another part ended meanwhile.
        """
        part = self.start(name, *arguments)
        ended = self._ended.get()
        if ended is not part or part.process.returncode:
            raise PartFailedError(f"{ended.fate()}.")
        part.last_line()
        self._started.remove(part)

    def wait_until(self, ready: Callable[[], bool], part: Part) -> None:
        """Wait until a part is ready.

        Raises:
            PartFailedError: any part ended, or this one needs too long.
        """
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not ready():
            self._raise_if_ended(POLL_S)
            if time.monotonic() > deadline:
                raise PartFailedError(
                    f"{part.name} is not ready after {READY_TIMEOUT_S:.0f} s; its last lines say why."
                )

    def wait(self) -> NoReturn:
        """Wait until any part ends, then raise PartFailedError."""
        while True:
            self._raise_if_ended(None)

    def _watch(self, part: Part) -> None:
        def wait() -> None:
            part.process.wait()
            self._ended.put(part)

        threading.Thread(target=wait, name=f"watch {part.name}", daemon=True).start()

    def _raise_if_ended(self, timeout_s: float | None) -> None:
        try:
            ended = self._ended.get(timeout=timeout_s)
        except Empty:
            return
        raise PartFailedError(f"{ended.fate()}.")
