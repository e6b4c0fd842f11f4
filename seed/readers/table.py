"""CSV and TSV with a header: our own columns, or other columns by a column map."""

import csv
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from seed.readers.dialect import Dialect, detect_dialect
from seed.readers.protocol import FIELDS, ReadOptions
from seed.readers.text_file import MAX_LINE_LENGTH, Lines, UnreadableFileError
from seed.record.model import OPTIONAL_FIELDS, RawRecord, Rejection
from seed.record.text import clean_line


class Row(NamedTuple):
    """A row of a table: its first line, its text as it stands in the file, and its fields."""

    line: int
    text: str
    fields: list[str]


def read(lines: Lines, options: ReadOptions) -> Iterator[RawRecord | Rejection]:
    """Yield the books of a table.

    Raises:
        UnreadableFileError: if the header has no title, or lacks a column of the column map.
    """
    header, rows = open_table(lines, table_dialect(lines, options))
    to_record = _record_factory(_column_indexes(header, options, lines.name), options)
    for row in rows:
        yield row if isinstance(row, Rejection) else to_record(row)


def table_dialect(lines: Lines, options: ReadOptions) -> Dialect:
    """Return the dialect of a table without consuming any line."""
    known_names = [*FIELDS, *(name for names in options.columns.values() for name in names)]
    return detect_dialect(lines.sample, known_names, options)


def open_table(lines: Lines, dialect: Dialect) -> tuple[list[str], Iterator[Row | Rejection]]:
    """Return a table's header and an iterator over its rows.

    A row with broken quotes, or with more or fewer fields than the header, becomes a rejection; empty lines are
    ignored.

    Raises:
        UnreadableFileError: if there is no header.
    """
    # The limit applies to the whole process; without it an unclosed quote could swallow the file.
    csv.field_size_limit(MAX_LINE_LENGTH)
    rows = csv.reader(lines, **dialect.reader_arguments())
    try:
        header = [name.strip() for name in next(rows)]
    except StopIteration:
        raise UnreadableFileError(f"{lines.name} is empty: its first line should name the columns.") from None
    except csv.Error as error:
        raise UnreadableFileError(f"{lines.name}, line 1: {error}.") from None
    lines.take()
    return header, _rows(lines, rows, len(header), dialect)


def _rows(lines: Lines, rows: Iterator[list[str]], width: int, dialect: Dialect) -> Iterator[Row | Rejection]:
    while True:
        line = lines.number + 1
        try:
            fields = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            text = lines.take()
            # Escapes are detected only in the beginning of the file.
            may_be_escaped = not dialect.escape and dialect.quote and f"\\{dialect.quote}" in text
            hint = "; if \\ escapes quotes here, use --escape '\\'" if may_be_escaped else ""
            yield Rejection(line, f"broken row: {error}{hint}", text)
            continue
        text = lines.take()
        if len(fields) == width:
            yield Row(line, text, fields)
        elif fields:
            yield Rejection(line, f"{_field_count(len(fields))} where the header has {width}", text)


def column_indexes(header: list[str], names: Sequence[str], file: str) -> list[int]:
    """Return the index of each named column.

    Raises:
        UnreadableFileError: if one is missing.
    """
    if missing := [name for name in names if name not in header]:
        raise UnreadableFileError(f"{file}, line 1: there is no column {missing[0]!r}, which this format has.")
    return [header.index(name) for name in names]


def _field_count(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"


def _column_indexes(header: list[str], options: ReadOptions, name: str) -> dict[str, list[int]]:
    """Return the column indexes of each field, by the column map or else by the field's own name."""
    by_name = {column.casefold(): index for index, column in reversed(list(enumerate(header)))}
    indexes: dict[str, list[int]] = {}
    for field in FIELDS:
        names: Sequence[str] = options.columns.get(field, ())
        if missing := [column for column in names if column.casefold() not in by_name]:
            raise UnreadableFileError(f"{name} has no column {missing[0]!r}; it has: {_printable(header)}.")
        indexes[field] = [by_name[column.casefold()] for column in names or [field] if column.casefold() in by_name]
    if not indexes["title"]:
        raise UnreadableFileError(
            f"{name}, line 1: there is no column 'title'; name it with --column title=NAME. "
            f"Columns: {_printable(header)}."
        )
    return indexes


def _printable(header: list[str]) -> str:
    # Control characters of a binary file must not reach the terminal.
    return clean_line(", ".join(header))[:500]


def _record_factory(indexes: dict[str, list[int]], options: ReadOptions) -> Callable[[Row], RawRecord]:
    """Return a function that turns a row into a raw record."""
    key, title, year, language, description, cover_url = (
        _first_value(indexes[field]) for field in ("key", "title", "year", "language", "description", "cover_url")
    )
    authors = _all_values(indexes["authors"], options.author_separator)
    categories = _all_values(indexes["categories"], options.category_separator)
    isbns = indexes["isbn"]
    present = frozenset(field for field in OPTIONAL_FIELDS if indexes[field])

    def to_record(row: Row) -> RawRecord:
        line, text, fields = row
        names = categories(fields)
        if options.category and not any(map(str.strip, names)):
            names = [options.category]
        return RawRecord(
            line,
            text,
            key(fields),
            title(fields),
            authors(fields),
            year(fields),
            [fields[index] for index in isbns],
            language(fields),
            description(fields),
            cover_url(fields),
            names,
            present=present,
        )

    return to_record


def _first_value(indexes: list[int]) -> Callable[[list[str]], str]:
    """Return a function that returns the first field that is not blank."""
    if len(indexes) == 1:
        # A single column needs no test for blanks, which cleaning removes anyway.
        return itemgetter(indexes[0])
    return lambda fields: next((fields[index] for index in indexes if fields[index].strip()), "")


def _all_values(indexes: list[int], separator: str) -> Callable[[list[str]], list[str]]:
    """Return a function that splits all fields of these columns."""
    if len(indexes) == 1:
        (only,) = indexes
        return lambda fields: fields[only].split(separator) if fields[only] else []
    return lambda fields: [item for index in indexes if fields[index] for item in fields[index].split(separator)]
