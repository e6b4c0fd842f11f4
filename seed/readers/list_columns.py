"""The values of columns that hold lists: authors and categories, joined in our own way or in that of other programs."""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from seed.readers.column_names import TAGS, normalise
from seed.readers.columns import ColumnMap
from seed.readers.name_columns import join_names
from seed.readers.person_names import given_name_first, has_dates
from seed.readers.protocol import DEFAULT_SEPARATOR, FIELDS, ReadOptions
from seed.readers.synonyms import EDITORS
from seed.record.values import split_authors, split_categories, split_tags, split_values

_Split: TypeAlias = Callable[[str], list[str]]
Values: TypeAlias = Callable[[list[str]], list[str]]
"""Returns the values of a row's fields."""

_BEFORE_LISTS = " \t["
_OURS = frozenset(map(normalise, [*FIELDS, "published"]))


def authors_of(columns: ColumnMap, options: ReadOptions) -> Values:
    """Return a function that returns the authors of a row, or its editors if it has no authors.

    A column of our own, or one of the user's, is only split at its separator.
    """
    authors = _authors_of(columns, options)
    if not columns.indexes[EDITORS]:
        return authors
    editors = _values(columns, EDITORS, lambda _: _other_authors)
    return lambda fields: names if any(map(str.strip, names := authors(fields))) else editors(fields)


def _authors_of(columns: ColumnMap, options: ReadOptions) -> Values:
    if columns.people:
        return partial(join_names, people=columns.people)
    own = _own_split(options.author_separator)
    is_ours = "authors" in options.columns or options.author_separator != DEFAULT_SEPARATOR

    def split_of(name: str) -> _Split:
        return own if is_ours or (name == "authors" and _are_ours(columns)) else _other_authors

    return _values(columns, "authors", split_of)


def categories_of(columns: ColumnMap, options: ReadOptions) -> Values:
    """Return a function that returns the categories of a row."""
    own = _own_split(options.category_separator)

    def split_of(name: str) -> _Split:
        if (name == "categories" and _are_ours(columns)) or options.category_separator != DEFAULT_SEPARATOR:
            return own
        return split_tags if normalise(name) in TAGS else split_categories

    return _values(columns, "categories", split_of)


def _values(columns: ColumnMap, field: str, split_of: Callable[[str], _Split]) -> Values:
    splits = [(index, split_of(columns.columns[index].name)) for index in columns.indexes[field]]
    if len(splits) == 1:
        ((only, split),) = splits
        return lambda fields: split(fields[only])
    return lambda fields: [item for index, split in splits for item in split(fields[index])]


def _are_ours(columns: ColumnMap) -> bool:
    """Return whether a file has no other columns than ours, so that another program can hardly have written it."""
    return all(normalise(column.name) in _OURS for column in columns.columns)


def _own_split(separator: str) -> _Split:
    def split(text: str) -> list[str]:
        # Most fields are neither lists nor have entities.
        if text and text[0] not in _BEFORE_LISTS and "&" not in text:
            return text.split(separator)
        return split_values(text, separator)

    return split


def _other_authors(text: str) -> list[str]:
    return [given_name_first(name) if has_dates(name) else name for name in split_authors(text)]
