"""CSV and TSV with a header: our own columns, or any others by a column map."""

import csv
from collections.abc import Iterator, Sequence

from seed.lines import LONGEST_LINE, Lines, UnreadableFileError
from seed.readers import FIELDS, ReadOptions
from seed.readers.dialect import Dialect, recognised_dialect
from seed.record import Raw, Rejection
from seed.text import clean_line

Row = list[str]


def read(lines: Lines, options: ReadOptions) -> Iterator[Raw | Rejection]:
    """Yield the books of a table.

    Raises:
        UnreadableFileError: if the header has no title, or a column of the map is not in it.
    """
    known = [*FIELDS, *(name for names in options.columns.values() for name in names)]
    dialect = recognised_dialect(lines.sample, known, delimiter=options.delimiter, escape=options.escape)
    header, rows = open_table(lines, dialect)
    places = _places(header, options, lines.name)
    for row in rows:
        yield row if isinstance(row, Rejection) else _raw(row, places, options)


def open_table(lines: Lines, dialect: Dialect) -> tuple[Row, Iterator[tuple[int, str, Row] | Rejection]]:
    """Return a table's header, and an iterator over its rows as (line, text as it stands, fields).

    A row with more or fewer fields than the header, or broken quotes, is a rejection; empty lines are none.

    Raises:
        UnreadableFileError: if there is no header.
    """
    # The limit belongs to the process; without it one stray quote could swallow the whole file.
    csv.field_size_limit(LONGEST_LINE)
    rows = csv.reader(lines, **dialect.as_arguments())
    try:
        header = [name.strip() for name in next(rows)]
    except StopIteration:
        raise UnreadableFileError(f"{lines.name} is empty: its first line should name the columns.") from None
    except csv.Error as error:
        raise UnreadableFileError(f"{lines.name}, line 1: {error}.") from None
    lines.take()
    return header, _rows(lines, rows, len(header))


def _rows(lines: Lines, rows: Iterator[Row], width: int) -> Iterator[tuple[int, str, Row] | Rejection]:
    while True:
        line = lines.number + 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Rejection(line, f"broken row: {error}", lines.take())
            continue
        text = lines.take()
        if len(row) == width:
            yield line, text, row
        elif row:
            yield Rejection(line, f"{_fields(len(row))} where the header has {width}", text)


def columns_of(header: Row, names: Sequence[str], file: str) -> list[int]:
    """Return where columns stand in a header.

    Raises:
        UnreadableFileError: if one is not there.
    """
    if missing := [name for name in names if name not in header]:
        raise UnreadableFileError(f"{file}, line 1: there is no column {missing[0]!r}, which this format has.")
    return [header.index(name) for name in names]


def _fields(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"


def _places(header: Row, options: ReadOptions, name: str) -> dict[str, list[int]]:
    """Return where each of our fields stands in a row, by the column map and else by its own name."""
    by_name = {column.casefold(): place for place, column in reversed(list(enumerate(header)))}
    places: dict[str, list[int]] = {}
    for field in FIELDS:
        names: Sequence[str] = options.columns.get(field, ())
        if missing := [column for column in names if column.casefold() not in by_name]:
            raise UnreadableFileError(f"{name} has no column {missing[0]!r}; it has: {_shown(header)}.")
        places[field] = [by_name[column.casefold()] for column in names or [field] if column.casefold() in by_name]
    if not places["title"]:
        raise UnreadableFileError(
            f"{name}, line 1: there is no column 'title'; name it with --column title=NAME. Columns: {_shown(header)}."
        )
    return places


def _shown(header: Row) -> str:
    # A file that is no table must not send its control characters to the terminal.
    return clean_line(", ".join(header))[:500]


def _raw(found: tuple[int, str, Row], places: dict[str, list[int]], options: ReadOptions) -> Raw:
    line, text, row = found

    def first(field: str) -> str:
        for place in places[field]:
            if row[place].strip():
                return row[place]
        return ""

    def several(field: str, separator: str) -> list[str]:
        return [part for place in places[field] if row[place] for part in row[place].split(separator)]

    categories = several("categories", options.category_separator)
    if options.category and not any(map(str.strip, categories)):
        categories = [options.category]
    return Raw(
        line=line,
        text=text,
        key=first("key"),
        title=first("title"),
        authors=several("authors", options.author_separator),
        year=first("year"),
        isbns=[row[place] for place in places["isbn"]],
        language=first("language"),
        description=first("description"),
        cover_url=first("cover_url"),
        categories=categories,
    )
