"""CSV, TSV and spreadsheets with a header: whatever its columns are called."""

from collections.abc import Callable, Iterator
from operator import itemgetter

from seed.readers.column_names import ITEM_TYPE, OTHER_MATERIALS, TAGS, YEAR_OF_EDITION, normalise
from seed.readers.columns import ColumnMap, map_columns
from seed.readers.dialect import detect_dialect
from seed.readers.protocol import DEFAULT_SEPARATOR, ReadOptions
from seed.readers.rows import Row, open_table
from seed.readers.text_file import Lines
from seed.record.model import Header, RawRecord, Rejection, Skipped
from seed.record.values import split_authors, split_tags, split_values

_BEFORE_LISTS = " \t["


def read(lines: Lines, options: ReadOptions) -> Iterator[RawRecord | Rejection | Skipped | Header]:
    """Yield the columns, then the books of a table.

    Raises:
        UnreadableFileError: if no column holds the title, or a column of the column map is missing.
    """
    header, rows = open_table(lines, detect_dialect(lines, options))
    columns = map_columns(header, options, lines.name)
    yield Header(columns.columns)
    to_record = _record_factory(columns, options)
    types = [index for index, name in enumerate(header) if normalise(name) == ITEM_TYPE]
    for row in rows:
        if isinstance(row, Rejection):
            yield row
        elif types and (material := row.fields[types[0]].strip()) in OTHER_MATERIALS:
            yield Skipped(row.line, f"not a book: {material}")
        else:
            yield to_record(row)


def _record_factory(columns: ColumnMap, options: ReadOptions) -> Callable[[Row], RawRecord]:
    """Return a function that turns a row into a raw record."""
    indexes = columns.indexes
    key, title, language, description, cover_url, first_year, edition_year = (
        _first_value(indexes[field])
        for field in ("key", "title", "language", "description", "cover_url", "year", YEAR_OF_EDITION)
    )
    names = [normalise(column.name) for column in columns.columns]
    authors = _all_values(indexes["authors"], options.author_separator)
    if "authors" not in options.columns and options.author_separator == DEFAULT_SEPARATOR:
        foreign = {index for index in indexes["authors"] if names[index] != "authors"}
        authors = _with_habits(authors, indexes["authors"], foreign, split_authors)
    categories = _all_values(indexes["categories"], options.category_separator)
    if options.category_separator == DEFAULT_SEPARATOR:
        tags = {index for index in indexes["categories"] if names[index] in TAGS}
        categories = _with_habits(categories, indexes["categories"], tags, split_tags)
    isbns = indexes["isbn"]
    present = columns.present | ({"categories"} if options.category else set())
    category = options.category
    has_edition_year = bool(indexes[YEAR_OF_EDITION])

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


def _with_habits(
    usual: Callable[[list[str]], list[str]], indexes: list[int], habitual: set[int], split: Callable[[str], list[str]]
) -> Callable[[list[str]], list[str]]:
    """Return a function that splits the fields of some columns as other programs join them, the rest as usual."""
    if not habitual:
        return usual
    return lambda fields: [
        item
        for index in indexes
        for item in (split(fields[index]) if index in habitual else split_values(fields[index], DEFAULT_SEPARATOR))
    ]


def _all_values(indexes: list[int], separator: str) -> Callable[[list[str]], list[str]]:
    """Return a function that returns the values of all fields of these columns."""
    if len(indexes) == 1:
        (only,) = indexes

        def values(fields: list[str]) -> list[str]:
            text = fields[only]
            # Most fields are neither lists nor have entities.
            if text and text[0] not in _BEFORE_LISTS and "&" not in text:
                return text.split(separator)
            return split_values(text, separator)

        return values
    return lambda fields: [item for index in indexes for item in split_values(fields[index], separator)]
