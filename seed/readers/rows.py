"""The header and the rows of a table; damaged rows become rejections, and reading goes on with the next line."""

import csv
from collections.abc import Iterator
from typing import NamedTuple

from seed.readers.dialect import SEPARATOR_LINE, Dialect
from seed.readers.errors import RunawayFieldError, UnreadableFileError
from seed.readers.text_file import MAX_LINE_LENGTH, MAX_ROW_LENGTH, MAX_ROW_LINES, Lines
from seed.record.model import Rejection

_MIN_SUSPECT_WIDTH = 4
"""A line of text within a field may have as many delimiters as the rows of a narrower table."""

_MIN_SUSPECT_LINES = 3


class Row(NamedTuple):
    """A row of a table: its first line, its text as it stands in the file, and its fields."""

    line: int
    text: str
    fields: list[str]


def open_table(lines: Lines, dialect: Dialect, *, lines_above: int = 0) -> tuple[list[str], Iterator[Row | Rejection]]:
    """Return a table's header and an iterator over its rows; blank lines and Excel's `sep=;` are ignored.

    The header is the first row after `lines_above` other lines that are not blank.

    A row with broken quotes, or with more or fewer fields than the header, becomes a rejection.

    Raises:
        UnreadableFileError: if there is no header, or (by the iterator) no row.
    """
    # The limit applies to the whole process.
    csv.field_size_limit(MAX_LINE_LENGTH)
    rows = csv.reader(lines, **dialect.reader_arguments())
    for header in _header_candidates(lines, rows):
        text = lines.take().lstrip("\ufeff")
        if any(name.strip() for name in header) and not SEPARATOR_LINE.fullmatch(text):
            if lines_above:
                lines_above -= 1
                continue
            names = [" ".join(name.strip().removeprefix("\ufeff").splitlines()) for name in header]
            return names, _at_least_one(iter(_Rows(lines, rows, names, dialect)), lines.name)
    raise UnreadableFileError(f"{lines.name} is empty: its first line should name the columns.")


def _header_candidates(lines: Lines, rows: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from rows
    except (csv.Error, RunawayFieldError) as error:
        reason = str(error) or "a quote is never closed"
        raise UnreadableFileError(f"{lines.name}, line 1: the header cannot be read: {reason}.") from None


def _at_least_one(rows: Iterator[Row | Rejection], name: str) -> Iterator[Row | Rejection]:
    first = next(rows, None)
    if first is None:
        raise UnreadableFileError(f"{name} has a header but no rows, so there is nothing to load.")
    yield first
    yield from rows


class _Rows:
    def __init__(self, lines: Lines, rows: Iterator[list[str]], names: list[str], dialect: Dialect) -> None:
        self._lines = lines
        self._rows = rows
        self._width = len(names)
        self._min_width = max(place for place, name in enumerate(names, start=1) if name)
        self._dialect = dialect

    def __iter__(self) -> Iterator[Row | Rejection]:
        """Yield each row; local variables and one branch make up for the checks of damaged rows."""
        lines, rows, width, may_be_damaged = self._lines, self._rows, self._width, self._lines.may_be_damaged
        # Half the time of Row(…), which matters for a million rows.
        new_row = tuple.__new__
        while True:
            line = lines.number + 1
            try:
                fields = next(rows)
            except StopIteration:
                return
            except (RunawayFieldError, csv.Error) as error:
                yield self._broken_row(line, error)
                rows = csv.reader(lines, **self._dialect.reader_arguments())
                continue
            if lines.number > line and self._swallows_rows(fields):
                yield self._unclosed_quote(line, "takes in whole rows")
                rows = csv.reader(lines, **self._dialect.reader_arguments())
                continue
            text = lines.take()
            if may_be_damaged and lines.has_invalid_bytes(text):
                yield Rejection(line, f"bytes that are not {lines.encoding}", text, is_unreadable=True)
            elif len(fields) == width:
                yield new_row(Row, (line, text, fields))
            elif any(fields):
                yield self._row_of_other_width(line, text, fields)

    def _row_of_other_width(self, line: int, text: str, fields: list[str]) -> Row | Rejection:
        """Return the row if only blank fields, or those of columns without a name, are too many or too few."""
        if self._min_width <= len(fields) and not any(map(str.strip, fields[self._width :])):
            return Row(line, text, (fields + [""] * self._width)[: self._width])
        return Rejection(line, f"{_field_count(len(fields))} where the header has {self._width}", text)

    def _broken_row(self, line: int, error: Exception) -> Rejection:
        if isinstance(error, RunawayFieldError):
            return self._unclosed_quote(
                line, f"runs over more than {MAX_ROW_LINES} lines or {MAX_ROW_LENGTH:,} characters"
            )
        if self._lines.number > line:
            return self._unclosed_quote(line, "is never closed, or is followed by text")
        text = self._lines.take()
        if "unexpected end" in str(error):
            return Rejection(line, "a quote is opened and never closed", text, is_unreadable=True)
        # In a stream, only the beginning can be examined for escapes.
        may_be_escaped = not self._dialect.escape and self._dialect.quote and f"\\{self._dialect.quote}" in text
        hint = "; if \\ escapes quotes here, use --escape '\\'" if may_be_escaped else ""
        return Rejection(line, f"broken row: {error}{hint}", text)

    def _unclosed_quote(self, line: int, problem: str) -> Rejection:
        """Reject the first line alone; the others are read again as rows of their own."""
        return Rejection(line, f"a quoted field {problem}", self._lines.retry_after_first(), is_unreadable=True)

    def _swallows_rows(self, fields: list[str]) -> bool:
        """Return whether the lines within a quoted field are rows themselves, so that its quote is damage."""
        if self._width < _MIN_SUSPECT_WIDTH:
            return False
        arguments = self._dialect.reader_arguments() | {"strict": False}
        for field in fields:
            inner = field.splitlines()[1:-1]
            if len(inner) >= _MIN_SUSPECT_LINES - 2:
                widths = {len(row) for row in csv.reader(inner, **arguments)}
                if widths == {self._width}:
                    return True
        return False


def _field_count(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"
