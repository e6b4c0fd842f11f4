"""What stands on the screen: whole lines, each with the name of the part that said it in front."""

import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

NAME_WIDTH = len("recommendations")
# Cyan, yellow, green, magenta, blue: readable on dark and on light.
COLOURS = ("\033[36m", "\033[33m", "\033[32m", "\033[35m", "\033[34m")
PLAIN = "\033[0m"


class Console:
    """Writes lines of several threads to one stream, one at a time.

    A reader that goes away (`make run | head`) does not stop the shop: what is said then is lost.
    """

    def __init__(self, out: TextIO, *, coloured: bool) -> None:
        self._out = out
        self._coloured = coloured
        self._lock = threading.Lock()
        self._colours: dict[str, str] = {}

    @classmethod
    def on(cls, out: TextIO, environ: Mapping[str, str]) -> "Console":
        """Return a console that is coloured where that is seen and wanted (https://no-color.org)."""
        return cls(out, coloured=out.isatty() and not environ.get("NO_COLOR"))

    def say(self, sentence: str) -> None:
        """Write a line of our own."""
        self._write(sentence + "\n")

    def line(self, name: str, text: str) -> None:
        """Write a line that the part of this name said."""
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
                # Python would try again to flush what is left when it exits, and complain.
                with Path(os.devnull).open("w") as nowhere:
                    os.dup2(nowhere.fileno(), self._out.fileno())
