"""Output on the terminal: whole lines, each labelled with the name of the process that wrote it."""

import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

NAME_WIDTH = len("recommendations")
# Cyan, yellow, green, magenta, blue: readable on dark and light backgrounds.
COLOURS = ("\033[36m", "\033[33m", "\033[32m", "\033[35m", "\033[34m")
PLAIN = "\033[0m"


class Console:
    """Writes lines of several threads to one stream, one at a time.

    If the reader goes away (`make run | head`), the shop goes on and further output is dropped.
    """

    def __init__(self, out: TextIO, *, coloured: bool) -> None:
        self._out = out
        self._coloured = coloured
        self._lock = threading.Lock()
        self._colours: dict[str, str] = {}

    @classmethod
    def on(cls, out: TextIO, environ: Mapping[str, str]) -> "Console":
        """Return a console that uses colours on a terminal, unless NO_COLOR is set (https://no-color.org)."""
        return cls(out, coloured=out.isatty() and not environ.get("NO_COLOR"))

    def print(self, sentence: str) -> None:
        """Write a line without a label."""
        self._write(sentence + "\n")

    def print_line(self, name: str, text: str) -> None:
        """Write a line of the process with this name."""
        self._write(f"{self._label(name)} {text}\n")

    def _label(self, name: str) -> str:
        label = f"{name:<{NAME_WIDTH}} |"
        if not self._coloured:
            return label
        with self._lock:
            colour = self._colours.setdefault(name, COLOURS[len(self._colours) % len(COLOURS)])
        return f"{colour}{label}{PLAIN}"

    def _write(self, text: str) -> None:
        with self._lock:
            try:
                self._out.write(text)
                self._out.flush()
            except OSError:  # the pipe or the terminal is gone
                # Otherwise Python tries to flush the rest at exit and prints an error.
                with Path(os.devnull).open("w") as nowhere:
                    os.dup2(nowhere.fileno(), self._out.fileno())
