"""What becomes of refused rows: shown, written to a file, or too many of them."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from seed.loading.load import LoadRefusedError
from seed.readers.text_file import UnwritableFileError
from seed.record.model import Rejection
from seed.record.text import clean_line

SHOWN = 5
_LONGEST_SHOWN = 100


class Rejects:
    """Is called for each refused row."""

    def __init__(
        self,
        file: str,
        *,
        tell: Callable[[str], None],
        most: int | None = None,
        file_of_all: "RejectFile | None" = None,
    ) -> None:
        self._file = file
        self._tell = tell
        self._most = most
        self._file_of_all = file_of_all
        self.count = 0

    def __call__(self, rejection: Rejection) -> None:
        """Show the row if it is among the first, and write it down.

        Raises:
            LoadRefusedError: if there are more refused rows now than are allowed.
            UnwritableFileError: if it cannot be written down.
        """
        self.count += 1
        if self._file_of_all:
            self._file_of_all.write(rejection.line, rejection.reason, rejection.text)
        sentence = f"{self._file}, line {rejection.line}: {rejection.reason}"
        if self._most is not None and self.count > self._most:
            allowed = f" (and {self._most} refused rows are allowed)" if self._most else ""
            raise LoadRefusedError(f"{sentence}{allowed}. Nothing was written.")
        if self.count <= SHOWN:
            shown = clean_line(rejection.text[: 2 * _LONGEST_SHOWN])
            self._tell(f"{sentence}: {shown[:_LONGEST_SHOWN]}{'…' if len(shown) > _LONGEST_SHOWN else ''}")


class RejectFile:
    """The CSV of all refused rows."""

    def __init__(self, name: str, file: TextIO) -> None:
        self._name = name
        self._file = file
        self._writer = csv.writer(file)

    def write(self, *fields: object) -> None:
        """Write a row; raise UnwritableFileError if that cannot be done."""
        try:
            self._writer.writerow(fields)
        except OSError as error:
            raise UnwritableFileError(self._name, error) from None

    def flush(self) -> None:
        """Bring to the disk what is still in memory; raise UnwritableFileError if it has no room."""
        try:
            self._file.flush()
        except OSError as error:
            raise UnwritableFileError(self._name, error) from None


@contextmanager
def reject_file(path: str | None) -> Iterator[RejectFile | None]:
    """Open the CSV of refused rows, with its header, if one is wanted.

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
        rejects = RejectFile(path, file)
        rejects.write("line", "reason", "raw")
        yield rejects
    finally:
        # Whoever wants to be sure has flushed it; what fails now would hide why the load has failed.
        with suppress(OSError):
            file.close()
