"""Writes the figures of a load to a file that Prometheus' node_exporter reads (its textfile collector)."""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from seed.loading.outcome import Outcome
from seed.readers.errors import UnwritableFileError

WRITE_INTERVAL_S = 5.0
PHASES = ("reading", "loading", "done", "failed")

_CHECK_INTERVAL_ROWS = 512
_SUCCESS = "bookstall_seed_last_success_timestamp_seconds"

Entry = TypeVar("Entry")


class MetricsFile:
    """The figures of one load. Without a path nothing is written."""

    def __init__(self, path: str | None, *, clock: Callable[[], float] = time.time) -> None:
        """Prepare to write to this path.

        Args:
            path: the file, whose name should end in .prom; it is replaced each time.
            clock: returns the seconds since the epoch.
        """
        self._path = Path(path) if path else None
        self._clock = clock
        self._source = ""
        self._read = self._loaded = self._rejected = 0
        self._started_s = self._written_s = clock()
        self._ended_s = 0.0
        self._succeeded_s = self._last_success()

    def start(self, source: str) -> None:
        """Show that the file is being read."""
        self._source = source
        self.enter("reading")

    def count(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Yield the entries, and show meanwhile how many have been read."""
        for self._read, entry in enumerate(entries, start=1):
            yield entry
            if self._read % _CHECK_INTERVAL_ROWS == 0 and self._clock() - self._written_s >= WRITE_INTERVAL_S:
                self.enter("reading")
        self.enter("loading")

    def finish(self, outcome: Outcome) -> None:
        """Show the outcome of a load that is complete."""
        self._read, self._loaded, self._rejected = outcome.read, outcome.written, outcome.rejected
        self._ended_s = self._succeeded_s = self._clock()
        self.enter("done")

    @contextmanager
    def load(self) -> Iterator[None]:
        """Show a load as failed if the block raises; the time of the last success stays."""
        try:
            yield
        except BaseException:
            self._ended_s = self._clock()
            with suppress(UnwritableFileError):
                self.enter("failed")
            raise

    def enter(self, phase: str) -> None:
        """Write the figures so far.

        Raises:
            UnwritableFileError: if the file cannot be written.
        """
        if not self._path:
            return
        self._written_s = self._clock()
        temporary = self._path.with_name(self._path.name + ".new")
        try:
            temporary.write_text(self._text(phase), encoding="utf-8")
            temporary.replace(self._path)
        except OSError as error:
            raise UnwritableFileError(str(self._path), error) from error

    def _text(self, phase: str) -> str:
        source = 'source="' + self._source.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n") + '"'
        values = [
            ("rows_read", "Rows that the last load has read.", self._read),
            ("books_written", "Books that the last load added, changed or removed.", self._loaded),
            ("rows_rejected", "Rows that the last load rejected.", self._rejected),
            ("start_timestamp_seconds", "When the last load started.", self._started_s),
            ("end_timestamp_seconds", "When the last load ended; 0 while it runs.", self._ended_s),
            ("last_success_timestamp_seconds", "When a load last succeeded; 0 if none did.", self._succeeded_s),
        ]
        lines = [
            f"# HELP bookstall_seed_{name} {text}\n# TYPE bookstall_seed_{name} gauge\n"
            f"bookstall_seed_{name}{{{source}}} {value}\n"
            for name, text, value in values
        ]
        lines.append(
            "# HELP bookstall_seed_phase 1 for the phase of the last load.\n# TYPE bookstall_seed_phase gauge\n"
        )
        lines += [f'bookstall_seed_phase{{{source},phase="{name}"}} {int(name == phase)}\n' for name in PHASES]
        return "".join(lines)

    def _last_success(self) -> float:
        """Return the time of the last success from the file of an earlier load, or 0."""
        try:
            match = (
                re.search(rf"^{_SUCCESS}{{.*}} (\S+)$", self._path.read_text("utf-8"), re.MULTILINE)
                if self._path
                else None
            )
            return float(match[1]) if match else 0.0
        except (OSError, ValueError):
            return 0.0
