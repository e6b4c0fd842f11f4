"""What becomes of refused rows: shown, written to a file, or too many of them."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from seed.lines import UnreadableFileError
from seed.load import LoadRefusedError
from seed.record import Rejection
from seed.text import clean_line

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
        write: Callable[[tuple[int, str, str]], object] | None = None,
    ) -> None:
        self._file = file
        self._tell = tell
        self._most = most
        self._write = write
        self.count = 0

    def __call__(self, rejection: Rejection) -> None:
        """Show the row if it is among the first, and write it down.

        Raises:
            LoadRefusedError: if there are more refused rows now than are allowed.
        """
        self.count += 1
        if self._write:
            self._write((rejection.line, rejection.reason, rejection.text))
        sentence = f"{self._file}, line {rejection.line}: {rejection.reason}"
        if self._most is not None and self.count > self._most:
            allowed = f" (and {self._most} refused rows are allowed)" if self._most else ""
            raise LoadRefusedError(f"{sentence}{allowed}. Nothing was written.")
        if self.count <= SHOWN:
            shown = clean_line(rejection.text[: 2 * _LONGEST_SHOWN])
            self._tell(f"{sentence}: {shown[:_LONGEST_SHOWN]}{'…' if len(shown) > _LONGEST_SHOWN else ''}")


@contextmanager
def reject_file(path: str | None) -> Iterator[Callable[[tuple[int, str, str]], object] | None]:
    """Open the CSV of refused rows, with its header, if one is wanted.

    Raises:
        UnreadableFileError: if it cannot be written.
    """
    if path is None:
        yield None
        return
    try:
        file = Path(path).open("w", encoding="utf-8", errors="replace", newline="")  # noqa: SIM115 - closed below
    except OSError as error:
        raise UnreadableFileError(f"{path} cannot be written: {error.strerror}.") from None
    with file:
        writer = csv.writer(file)
        writer.writerow(("line", "reason", "raw"))
        yield writer.writerow
