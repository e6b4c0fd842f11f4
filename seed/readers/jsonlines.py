"""JSON: an array of objects, or JSON Lines (https://jsonlines.org), with the names of a table's columns."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from seed.readers.columns import ColumnMap, map_columns
from seed.readers.export_table import with_category
from seed.readers.json_books import books_of
from seed.readers.json_stream import Item, read_items, read_lines
from seed.readers.json_values import (
    cover_values,
    has_objects,
    isbn_values,
    language_values,
    text_value,
    text_values,
)
from seed.readers.list_columns import Split, splits_of
from seed.readers.name_columns import join_names
from seed.readers.protocol import ReadOptions
from seed.readers.synonyms import DATE, EDITORS, YEAR_OF_EDITION
from seed.readers.text_file import Lines
from seed.record.model import Header, RawRecord, Rejection, Skipped
from seed.record.year import year_alone

_MAX_MAPS = 1_000

# In a table, `Issued` is more often the date of a loan, and `Identifiers` are numbers of any kind.
_NAMES = {"issued": "published", "identifiers": "industryIdentifiers", "contributions": "author"}
_SHAPES: dict[str, Callable[[Any], list[str]]] = {
    "isbn": isbn_values,
    "language": language_values,
    "cover_url": cover_values,
}
"""Fields whose objects have more than names."""


class _Map(NamedTuple):
    """What the members of objects with the same names are used as, and how their texts are split."""

    columns: ColumnMap
    splits: Mapping[int, Split]


class NamelessObjectError(ValueError):
    """An author is an object in which no name is recognised."""


def read(lines: Lines, options: ReadOptions) -> Iterator[RawRecord | Rejection | Skipped | Header]:
    """Yield the names of the first object, then the books of a JSON Lines file; empty lines are ignored.

    Members may be lists; a string with several values is split as in CSV.
    """
    return _records(read_lines(lines), lines.name, options)


def read_array(lines: Lines, options: ReadOptions) -> Iterator[RawRecord | Rejection | Skipped | Header]:
    """Yield the names of the first object, then the books of a JSON array, or of the arrays in an object."""
    return _records(read_items(lines), lines.name, options)


def _records(
    items: Iterator[Item | Rejection | Skipped], file: str, options: ReadOptions
) -> Iterator[RawRecord | Rejection | Skipped | Header]:
    maps: dict[tuple[str, ...], _Map] = {}
    for item in _books(items, options):
        if not isinstance(item, Item):
            yield item
            continue
        names = tuple(item.value)
        if names not in maps:
            is_first = not maps
            # Names that differ from object to object must not fill memory.
            maps = maps if len(maps) < _MAX_MAPS else {}
            columns = _columns(names, file, options, is_first=is_first)
            maps[names] = _Map(columns, splits_of(columns, options))
            if is_first:
                yield Header(columns.columns)
        try:
            yield with_category(_to_record(item, maps[names], options), options)
        except NamelessObjectError as error:
            yield Rejection(item.line, str(error), item.text)


def _books(items: Iterator[Item | Rejection | Skipped], options: ReadOptions) -> Iterator[Item | Rejection | Skipped]:
    """Yield the items, with the books that they wrap in place of their wrappings."""
    for item in items:
        # What the user calls a title is known by its name alone.
        if isinstance(item, Item) and "title" not in options.columns:
            yield from (item._replace(value=book) for book in books_of(item.value))
        else:
            yield item


def _columns(names: tuple[str, ...], file: str, options: ReadOptions, *, is_first: bool) -> ColumnMap:
    """Return the map of an object's names; only the first object must have all names of the column map."""
    known = {name.casefold() for name in names}
    if not is_first:
        given = {
            field: [name for name in mapped if name.casefold() in known] for field, mapped in options.columns.items()
        }
        options = ReadOptions(columns=given)
    known_names = names if options.columns else [_NAMES.get(name, name) for name in names]
    columns = map_columns(known_names, options, file, is_title_required=is_first and bool(options.columns))
    return columns._replace(
        columns=tuple(column._replace(name=name) for name, column in zip(names, columns.columns, strict=True))
    )


def _to_record(item: Item, members: _Map, options: ReadOptions) -> RawRecord:
    columns, splits = members
    names = list(item.value)

    def values(field: str) -> list[str]:
        texts: list[str] = []
        for index in columns.indexes[field]:
            value = item.value[names[index]]
            is_text = isinstance(value, str) and index in splits
            texts += splits[index](value) if is_text else _SHAPES.get(field, text_values)(value)
        return texts

    def text(field: str) -> str:
        return next(filter(str.strip, values(field)), "")

    first_year = text("year")
    people = [text_value(item.value, name) for name in names] if columns.people else []
    authors = list(filter(str.strip, values("authors") or join_names(people, columns.people))) or values(EDITORS)
    if not authors and any(has_objects(item.value[names[index]]) for index in columns.indexes["authors"]):
        raise NamelessObjectError("an author is an object without a name")
    return RawRecord(
        line=item.line,
        text=item.text,
        key=text("key"),
        title=text("title"),
        authors=authors,
        year=first_year or text(YEAR_OF_EDITION) or year_alone(text(DATE)),
        isbns=values("isbn"),
        language=text("language"),
        description=text("description"),
        cover_url=text("cover_url"),
        categories=values("categories"),
        is_edition_year=not first_year and bool(columns.indexes[YEAR_OF_EDITION] or columns.indexes[DATE]),
        present=columns.present | ({"categories"} if options.category else set()),
    )
