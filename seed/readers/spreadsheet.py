"""Excel workbooks (.xlsx, ISO/IEC 29500), as the CSV that Excel would save: the first sheet that has rows."""

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from seed.readers.errors import UnreadableFileError
from seed.readers.limited_stream import MAX_RATIO, RATIO_FROM_BYTES, CountedStream

MAX_SHARED_STRINGS_BYTES = 100_000_000
"""openpyxl keeps all distinct texts of a workbook in memory."""

MAX_UNPACKED_BYTES = 2_000_000_000
_LINE_BREAKS = str.maketrans({"\r": None, "\n": "\u2028"})
"""A line break within a cell becomes a line separator, so that a line of the CSV is a row of the sheet."""


def open_spreadsheet(raw: IO[bytes], members: Sequence[zipfile.ZipInfo], name: str) -> CountedStream:
    """Return a stream of the sheet's rows as CSV in UTF-8, one line per row.

    Raises:
        UnreadableFileError: if the workbook is damaged, exceeds a limit or has no rows.
    """
    size = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    strings = sum(member.file_size for member in members if member.filename == "xl/sharedStrings.xml")
    is_bomb = size > RATIO_FROM_BYTES and size > MAX_RATIO * packed
    if is_bomb or size > MAX_UNPACKED_BYTES or strings > MAX_SHARED_STRINGS_BYTES:
        raise UnreadableFileError(f"{name} is an Excel workbook that unpacks to {size:,} bytes; save it as CSV.")
    try:
        workbook = load_workbook(raw, read_only=True, data_only=True)
        sheets = [sheet for sheet in workbook.worksheets if next(_rows(sheet), None)]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError, TypeError) as error:
        raise UnreadableFileError(f"{name} is a damaged Excel workbook: {error}.") from None
    if not sheets:
        raise UnreadableFileError(f"{name} is an Excel workbook without rows.")
    return _CSVStream(_rows(sheets[0]))


def _rows(sheet: Any) -> Iterator[list[str]]:
    """Yield the rows of a sheet as texts; rows at the end and cells on the right that are all empty are left out."""
    blank = 0
    sheet.reset_dimensions()  # programs other than Excel often write wrong ones
    for row in sheet.iter_rows(values_only=True):
        cells = [_text(value) for value in row]
        if not any(cells):
            blank += 1
            continue
        yield from ([] for _ in range(blank))
        blank = 0
        yield cells


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return str(value).translate(_LINE_BREAKS)


class _CSVStream(CountedStream):
    """Writes rows as CSV while it is read."""

    def __init__(self, rows: Iterable[list[str]]) -> None:
        super().__init__(io.BytesIO())
        self._rows = iter(rows)
        self._pending = b""
        self._width = 0

    def seekable(self) -> bool:
        """Return False."""
        return False

    def readinto(self, buffer: "memoryview[int] | bytearray") -> int:  # type: ignore[override]
        """Read some bytes."""
        while not self._pending and (row := next(self._rows, None)) is not None:
            self._pending = self._line(row)
        data, self._pending = self._pending[: len(buffer)], self._pending[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)

    def _line(self, row: list[str]) -> bytes:
        """Return a row as a line of CSV, at least as wide as the rows before it."""
        filled = len(row) - next((index for index, cell in enumerate(reversed(row)) if cell), len(row))
        self._width = max(self._width, filled)
        cells = row[: max(filled, self._width)] if row else []
        cells += [""] * (self._width - len(cells)) if row else []
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(cells)
        return line.getvalue().encode("utf-8", "surrogatepass")
