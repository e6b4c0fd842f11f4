"""CSV, TSV and spreadsheets with a header: whatever its columns are called."""

from collections.abc import Callable, Iterator
from operator import itemgetter

from seed.readers.columns import ColumnMap, map_columns
from seed.readers.dialect import detect_dialect, lines_above_header
from seed.readers.list_columns import authors_of, categories_of
from seed.readers.other_rows import other_rows
from seed.readers.protocol import ReadOptions
from seed.readers.rows import Row, open_table
from seed.readers.synonyms import DATE, YEAR_OF_EDITION
from seed.readers.text_file import Lines
from seed.record.model import Header, RawRecord, Rejection, Skipped
from seed.record.year import year_alone


def read(lines: Lines, options: ReadOptions) -> Iterator[RawRecord | Rejection | Skipped | Header]:
    """Yield the columns, then the books of a table.

    Raises:
        UnreadableFileError: if no column holds the title, or a column of the column map is missing.
    """
    above = lines_above_header(lines, options)
    header, rows = open_table(lines, detect_dialect(lines, options), lines_above=len(above))
    columns = map_columns(header, options, lines.name)
    yield Header(columns.columns)
    yield from (Skipped(line, "line above the header") for line in above)
    to_record = _record_factory(columns, options)
    reason_to_skip = other_rows(header, columns)
    for row in rows:
        if isinstance(row, Rejection):
            yield row
        elif reason := reason_to_skip(row.fields):
            yield Skipped(row.line, reason)
        else:
            yield to_record(row)


def _record_factory(columns: ColumnMap, options: ReadOptions) -> Callable[[Row], RawRecord]:
    """Return a function that turns a row into a raw record."""
    indexes = columns.indexes
    key, title, language, description, cover_url, first_year, edition_year = (
        _first_value(indexes[field])
        for field in ("key", "title", "language", "description", "cover_url", "year", YEAR_OF_EDITION)
    )
    authors, categories = authors_of(columns, options), categories_of(columns, options)
    isbns = indexes["isbn"]
    present = columns.present | ({"categories"} if options.category else set())
    category = options.category
    has_edition_year = bool(indexes[YEAR_OF_EDITION])
    if indexes[DATE]:
        date, has_edition_year = _first_value(indexes[DATE]), True
        edition_year = lambda fields: year_alone(date(fields))  # noqa: E731

    # Half the time of RawRecord(…), which matters for a million rows.
    new_record = tuple.__new__

    def to_record(row: Row) -> RawRecord:
        line, text, fields = row
        names = categories(fields)
        if category and not any(map(str.strip, names)):
            names = [category]
        year, is_edition_year = first_year(fields), False
        if has_edition_year and not year.strip():
            year, is_edition_year = edition_year(fields), True
        return new_record(
            RawRecord,
            (
                line,
                text,
                key(fields),
                title(fields),
                authors(fields),
                year,
                [fields[index] for index in isbns],
                language(fields),
                description(fields),
                cover_url(fields),
                names,
                is_edition_year,
                present,
                None,
            ),
        )

    return to_record


def _first_value(indexes: list[int]) -> Callable[[list[str]], str]:
    """Return a function that returns the first field that is not blank."""
    if len(indexes) == 1:
        # A single column needs no test for blanks, which cleaning removes anyway.
        return itemgetter(indexes[0])
    return lambda fields: next((fields[index] for index in indexes if fields[index].strip()), "")
