"""Adds up the metrics of the worker processes, each of which writes its own to a file.

Files need no connection between the processes, and keep the counts of a process that has ended.
"""

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from marketplace.telemetry.metrics import Family, Sample, add_up, render

INTERVAL_S = 1.0
"""The maximum age of the metrics of a running process."""

MAX_AGE_S = 10.0
"""Gauges in an older file are ignored: its process has ended or hangs."""

_SUFFIX = ".json"

logger = logging.getLogger(__name__)


@contextmanager
def temporary_folder(*, wanted: bool) -> Iterator[Path | None]:
    """Yield a folder for the files of all processes; None if it is not wanted or cannot be created."""
    with ExitStack() as stack:
        folder = None
        if wanted:
            try:
                folder = Path(stack.enter_context(TemporaryDirectory(prefix="bookstall-", ignore_cleanup_errors=True)))
            except OSError as error:
                logger.warning("no metrics: cannot create a temporary folder (%s)", error.strerror)
        yield folder


def write_regularly(folder: Path, families: Callable[[], list[Family]]) -> None:
    """Write the metrics of this process every second, from a thread, until the process ends."""

    def run() -> None:
        while True:
            try:
                write(folder, families())
            except OSError as error:  # the disk is full, or the folder is gone
                logger.debug("the metrics were not written: %s", error)
            time.sleep(INTERVAL_S)  # this daemon thread ends with its process

    threading.Thread(target=run, name="metrics", daemon=True).start()


def write(folder: Path, families: list[Family]) -> None:
    """Write the metrics of this process atomically."""
    file = folder / f"{os.getpid()}{_SUFFIX}"
    temporary = file.with_suffix(".new")
    temporary.write_text(json.dumps(families), "utf-8")
    temporary.replace(file)


def read(folder: Path) -> str:
    """Return the sums of all processes in Prometheus' text format."""
    return render(add_up(family for file in sorted(folder.glob(f"*{_SUFFIX}")) for family in _families_in(file)))


def _families_in(file: Path) -> Iterator[Family]:
    is_current = time.time() - file.stat().st_mtime < MAX_AGE_S
    for name, kind, help_text, samples in json.loads(file.read_text("utf-8")):
        if is_current or kind != "gauge":
            yield Family(name, kind, help_text, [_sample(*sample) for sample in samples])


def _sample(suffix: str, labels: list[list[str]], value: float) -> Sample:
    return Sample(suffix, tuple((name, text) for name, text in labels), value)
