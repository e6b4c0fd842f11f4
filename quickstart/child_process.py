"""One program of the shop that runs beside us."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from quickstart.console import Console

LAST_WORDS_TIMEOUT_S = 1.0


class Part:
    """A child process, its name on the screen, and how to learn the last line it said."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], last_line: Callable[[], str]) -> None:
        self.name = name
        self.process = process
        self.last_line = last_line

    def fate(self) -> str:
        """Say how it ended, and its last line: as much of the reason as can be known here."""
        status = self.process.returncode
        if status < 0:
            sentence = f"{self.name} was killed by signal {-status} ({signal.strsignal(-status)})"
        else:
            sentence = f"{self.name} ended with status {status}"
        return f"{sentence}; its last line: {self.last_line().rstrip('.') or '(none)'}"

    def stop(self, timeout_s: float) -> None:
        """End it in order, or by force if that takes longer; and whatever it has started."""
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout_s)
        # Its whole process group: a part that was killed may have left workers behind, which hold its port.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def start_part(
    name: str, command: Sequence[str], console: Console, cwd: Path, environ: Mapping[str, str] | None = None
) -> Part:
    """Start a program and show what it says.

    It gets a session of its own, so that a Ctrl-C reaches only us, and we end the parts in order.
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
    assert process.stdout, "as asked for by PIPE"
    return Part(name, process, _Log(name, process.stdout, console).last_line)


class _Log:
    """Shows what a part says line by line, in a thread, and remembers the last one."""

    def __init__(self, name: str, stream: IO[bytes], console: Console) -> None:
        self._last = ""
        self._reader = threading.Thread(
            target=self._read, args=(name, stream, console), name=f"read {name}", daemon=True
        )
        self._reader.start()

    def last_line(self) -> str:
        # What it said just before its end may still be in the pipe; a worker of its own may hold that open, so not
        # for ever.
        self._reader.join(LAST_WORDS_TIMEOUT_S)
        return self._last

    def _read(self, name: str, stream: IO[bytes], console: Console) -> None:
        with stream:
            for line in stream:
                text = line.decode(errors="replace").rstrip()
                console.line(name, text)
                self._last = text.strip() or self._last
