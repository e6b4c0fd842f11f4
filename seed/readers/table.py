"""CSV and TSV with a header: our own columns, or any others by a column map."""

import csv
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter

from seed.readers import FIELDS, ReadOptions
from seed.readers.dialect import Dialect, recognised_dialect
from seed.readers.text_file import LONGEST_LINE, Lines, UnreadableFileError
from seed.record.book import Raw, Rejection
from seed.record.text import clean_line

Row = list[str]


def read(lines: Lines, options: ReadOptions) -> Iterator[Raw | Rejection]:
    """Yield the books of a table.

    Raises:
        UnreadableFileError: if the header has no title, or a column of the map is not in it.
    """
    header, rows = open_table(lines, dialect_of(lines, options))
    raw = _raw_of(_places(header, options, lines.name), options)
    for found in rows:
        yield found if isinstance(found, Rejection) else raw(*found)


def dialect_of(lines: Lines, options: ReadOptions) -> Dialect:
    """Return the dialect in which a table is read; nothing of it is consumed."""
    known = [*FIELDS, *(name for names in options.columns.values() for name in names)]
    return recognised_dialect(lines.sample, known, options)


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
    return header, _rows(lines, rows, len(header), dialect)


def _rows(
    lines: Lines, rows: Iterator[Row], width: int, dialect: Dialect
) -> Iterator[tuple[int, str, Row] | Rejection]:
    while True:
        line = lines.number + 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            text = lines.take()
            # Only the file's beginning is looked at to recognise escapes.
            may_be_escaped = not dialect.escape and dialect.quote and f"\\{dialect.quote}" in text
            hint = "; if \\ escapes quotes here, say --escape '\\'" if may_be_escaped else ""
            yield Rejection(line, f"broken row: {error}{hint}", text)
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


def _raw_of(places: dict[str, list[int]], options: ReadOptions) -> Callable[[int, str, Row], Raw]:
    """Return what makes a raw book of a line's number, its text and its fields."""
    key, title, year, language, description, cover_url = (
        _first(places[field]) for field in ("key", "title", "year", "language", "description", "cover_url")
    )
    authors = _several(places["authors"], options.author_separator)
    categories = _several(places["categories"], options.category_separator)
    isbns = places["isbn"]

    def raw(line: int, text: str, row: Row) -> Raw:
        stands_in = categories(row)
        if options.category and not any(map(str.strip, stands_in)):
            stands_in = [options.category]
        return Raw(
            line,
            text,
            key(row),
            title(row),
            authors(row),
            year(row),
            [row[place] for place in isbns],
            language(row),
            description(row),
            cover_url(row),
            stands_in,
        )

    return raw


def _first(places: list[int]) -> Callable[[Row], str]:
    """Return what finds the first field that is not blank."""
    if len(places) == 1:
        # One blank is as good as none, so the one column that there mostly is need not be looked at.
        return itemgetter(places[0])
    return lambda row: next((row[place] for place in places if row[place].strip()), "")


def _several(places: list[int], separator: str) -> Callable[[Row], list[str]]:
    """Return what splits the fields of these columns."""
    if len(places) == 1:
        (only,) = places
        return lambda row: row[only].split(separator) if row[only] else []
    return lambda row: [part for place in places if row[place] for part in row[place].split(separator)]
