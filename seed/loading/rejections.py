"""Handles rejected rows: shows the first, writes all to a file, and ends the load if there are too many."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from seed.loading.load import LoadRefusedError
from seed.readers.errors import UnwritableFileError
from seed.record.model import Rejection
from seed.record.text import clean_line

MAX_SHOWN = 5
_MAX_SHOWN_LENGTH = 100


class RejectionHandler:
    """Called for each rejected row."""

    def __init__(
        self,
        file: str,
        *,
        log: Callable[[str], None],
        max_rejections: int | None = None,
        rejection_file: "RejectionFile | None" = None,
    ) -> None:
        self._file = file
        self._log = log
        self._max_rejections = max_rejections
        self._rejection_file = rejection_file
        self.count = 0

    def __call__(self, rejection: Rejection) -> None:
        """Write the row to the file, and show it if it is among the first.

        Raises:
            LoadRefusedError: if there are now more rejected rows than allowed.
            UnwritableFileError: if the row cannot be written.
        """
        self.count += 1
        if self._rejection_file:
            self._rejection_file.write(rejection.line, rejection.reason, rejection.text)
        sentence = f"{self._file}, line {rejection.line}: {rejection.reason}"
        if self._max_rejections is not None and self.count > self._max_rejections:
            limit = f" ({self._max_rejections} rejected rows are allowed)" if self._max_rejections else ""
            raise LoadRefusedError(f"{sentence}{limit}. Nothing was written.")
        if self.count <= MAX_SHOWN:
            text = clean_line(rejection.text[: 2 * _MAX_SHOWN_LENGTH])
            self._log(f"{sentence}: {text[:_MAX_SHOWN_LENGTH]}{'…' if len(text) > _MAX_SHOWN_LENGTH else ''}")


class RejectionFile:
    """A CSV file of all rejected rows."""

    def __init__(self, name: str, file: TextIO) -> None:
        self._name = name
        self._file = file
        self._writer = csv.writer(file)

    def write(self, *fields: object) -> None:
        """Write a row, or raise UnwritableFileError."""
        try:
            self._writer.writerow(fields)
        except OSError as error:
            raise UnwritableFileError(self._name, error) from None

    def flush(self) -> None:
        """Write what is still buffered, or raise UnwritableFileError."""
        try:
            self._file.flush()
        except OSError as error:
            raise UnwritableFileError(self._name, error) from None


@contextmanager
def open_rejection_file(path: str | None) -> Iterator[RejectionFile | None]:
    """Open the CSV file of rejected rows and write its header; yield None without a path.

    Raises:
        UnwritableFileError: if it cannot be written.
    """
    if path is None:
        yield None
        return
    try:
        file = Path(path).open("w", encoding="utf-8", errors="replace", newline="")  # noqa: SIM115 - closed below
    except OSError as error:
        raise UnwritableFileError(path, error) from None
    try:
        rejection_file = RejectionFile(path, file)
        rejection_file.write("line", "reason", "raw")
        yield rejection_file
    finally:
        # The load flushes before it commits. An error here would hide the reason why the load failed.
        with suppress(OSError):
            file.close()
