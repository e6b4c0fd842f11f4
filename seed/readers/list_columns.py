"""The values of columns that hold lists: authors and categories, joined in our own way or in that of other programs."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

from seed.readers.column_names import SORTED_AUTHORS, TAGS, normalise
from seed.readers.columns import ColumnMap
from seed.readers.name_columns import join_names
from seed.readers.person_names import given_name_first, has_dates
from seed.readers.protocol import DEFAULT_SEPARATOR, FIELDS, ReadOptions
from seed.readers.synonyms import EDITORS
from seed.record.values import split_authors, split_categories, split_tags, split_values

Split: TypeAlias = Callable[[str], list[str]]
Values: TypeAlias = Callable[[list[str]], list[str]]
"""Returns the values of a row's fields."""

_BEFORE_LISTS = " \t["
_OURS = frozenset(map(normalise, [*FIELDS, "published"]))


def splits_of(columns: ColumnMap, options: ReadOptions) -> dict[int, Split]:
    """Return for each column of authors, editors or categories the function that splits its fields.

    A column of our own, or one of the user's, is only split at its separator.
    """
    names = [column.name for column in columns.columns]
    # Another program can hardly have written a file that has no other columns than ours.
    are_ours = _OURS.issuperset(map(normalise, names))
    keeps_authors = "authors" in options.columns or options.author_separator != DEFAULT_SEPARATOR
    keeps_categories = options.category_separator != DEFAULT_SEPARATOR
    own_authors, own_categories = _own_split(options.author_separator), _own_split(options.category_separator)
    splits: dict[int, Split] = dict.fromkeys(columns.indexes[EDITORS], _other_authors)
    sorted_beside = any(
        normalise(name) in SORTED_AUTHORS and index not in columns.indexes["authors"]
        for index, name in enumerate(names)
    )
    for index in columns.indexes["authors"]:
        is_own = keeps_authors or (are_ours and names[index] == "authors")
        splits[index] = own_authors if is_own else _spoken_authors if sorted_beside else _other_authors
    for index in columns.indexes["categories"]:
        is_own = keeps_categories or (are_ours and names[index] == "categories")
        other = split_tags if normalise(names[index]) in TAGS else split_categories
        splits[index] = own_categories if is_own else other
    return splits


def authors_of(columns: ColumnMap, options: ReadOptions) -> Values:
    """Return a function that returns the authors of a row, or its editors if it has no authors."""
    splits = splits_of(columns, options)
    authors = _values(columns.indexes["authors"], splits)
    if columns.people:
        authors = partial(join_names, people=columns.people)
    if not columns.indexes[EDITORS]:
        return authors
    editors = _values(columns.indexes[EDITORS], splits)
    return lambda fields: names if any(map(str.strip, names := authors(fields))) else editors(fields)


def categories_of(columns: ColumnMap, options: ReadOptions) -> Values:
    """Return a function that returns the categories of a row."""
    return _values(columns.indexes["categories"], splits_of(columns, options))


def _values(indexes: Sequence[int], splits: Mapping[int, Split]) -> Values:
    if len(indexes) == 1:
        (only,) = indexes
        split = splits[only]
        return lambda fields: split(fields[only])
    return lambda fields: [item for index in indexes for item in splits[index](fields[index])]


def _own_split(separator: str) -> Split:
    def split(text: str) -> list[str]:
        # Most fields are neither lists nor have entities.
        if text and text[0] not in _BEFORE_LISTS and "&" not in text:
            return text.split(separator)
        return split_values(text, separator)

    return split


def _spoken_authors(text: str) -> list[str]:
    """Split authors whose surnames are not first, since another column has them in that order."""
    return split_authors(text, min_unjoined=2)


def _other_authors(text: str) -> list[str]:
    return [given_name_first(name) if has_dates(name) else name for name in split_authors(text)]
