"""Which column of a table holds which field."""

from collections.abc import Container, Mapping, Sequence
from typing import NamedTuple

from seed.readers.column_names import SORTED_AUTHORS, VAGUE_TITLES, field_of, normalise
from seed.readers.errors import UnreadableFileError
from seed.readers.name_columns import find_people
from seed.readers.protocol import ReadOptions
from seed.readers.synonyms import DATE, EDITORS, SYNONYMS, YEAR_OF_EDITION
from seed.record.model import ALL_FIELDS, Column
from seed.record.text import clean_line

_LISTS = {"authors", "categories", "isbn", EDITORS}
_PSEUDO_FIELDS = {YEAR_OF_EDITION: "year", DATE: "year", EDITORS: "authors"}
"""Kinds of columns, and the field of a book that they fill."""


class ColumnMap(NamedTuple):
    """The indexes of the columns of each field, and what each column of the file is used as."""

    indexes: dict[str, list[int]]
    """The fields `YEAR_OF_EDITION`, `DATE` and `EDITORS` have their own entries."""
    columns: tuple[Column, ...]
    people: tuple[tuple[int, ...], ...] = ()
    """Columns with the parts of each author's name, if no column has whole names."""

    @property
    def present(self) -> frozenset[str]:
        """The optional fields that the file has."""
        fields = {_PSEUDO_FIELDS.get(field, field) for field, places in self.indexes.items() if places}
        return ALL_FIELDS & (fields | {"authors"} if self.people else fields)


def map_columns(header: Sequence[str], options: ReadOptions, file: str, *, is_title_required: bool = True) -> ColumnMap:
    """Return which columns hold which field: by the user's column map, by our own names, then by the synonyms.

    Several columns of one kind (`Author 1`, `Author 2`) are one list.

    Raises:
        UnreadableFileError: if a column of the column map is missing, or no column holds the title.
    """
    fields = [_field_of_column(name, options) for name in header]
    if missing := _missing_names(header, options):
        raise UnreadableFileError(f"{file} has no column {missing!r}; it has: {_printable(header)}.")
    # A column with our own name for a field, or one of the user's, leaves the synonyms of that field unused.
    exact = {field for name, field in zip(header, fields, strict=True) if normalise(name) == normalise(field or "")}
    indexes: dict[str, list[int]] = {field: [] for field in SYNONYMS}
    for index, (name, used_as) in enumerate(zip(header, fields, strict=True)):
        is_exact = normalise(name) == normalise(used_as or "") or bool(options.columns.get(used_as or ""))
        if used_as and (is_exact or used_as not in exact or used_as in _LISTS):
            indexes[used_as].append(index)
    for field, names in options.columns.items():
        _sort_by(names, header, indexes[field])
    if is_title_required and not indexes["title"]:
        raise UnreadableFileError(
            f"{file}: no column is named like a title; the first line must name the columns, and "
            f"--column title=NAME names that of the title. Columns: {_printable(header)}."
        )
    indexes["authors"] = _without(SORTED_AUTHORS, indexes["authors"], header)
    indexes["title"] = _without(VAGUE_TITLES, indexes["title"], header)
    people = _people(header, indexes, options)
    if people:
        indexes["authors"] = []
    if indexes["year"] or indexes[YEAR_OF_EDITION]:
        indexes[DATE] = []
    used = {index: field for field, places in indexes.items() for index in places}
    used |= {index: "authors" for person in people for index in person}
    return ColumnMap(indexes, tuple(Column(name, used.get(index, "")) for index, name in enumerate(header)), people)


def _people(
    header: Sequence[str], indexes: Mapping[str, list[int]], options: ReadOptions
) -> tuple[tuple[int, ...], ...]:
    """Return the columns with parts of authors' names, if no other column has whole names or needs one of them."""
    people = find_people(header)
    parts = {index for person in people for index in person}
    is_used = bool(options.columns.get("authors")) or not parts.isdisjoint(indexes["title"])
    return people if parts.issuperset(indexes["authors"]) and not is_used else ()


def _without(names: Container[str], indexes: list[int], header: Sequence[str]) -> list[int]:
    """Return the columns without those of these names, unless there are no others."""
    return [index for index in indexes if normalise(header[index]) not in names] or indexes


def _field_of_column(name: str, options: ReadOptions) -> str | None:
    for field, names in options.columns.items():
        if name.casefold() in {given.casefold() for given in names}:
            return YEAR_OF_EDITION if field == "year" and field_of(name) == YEAR_OF_EDITION else field
    known = field_of(name)
    return None if known and options.columns.get("year" if known == YEAR_OF_EDITION else known) else known


def _missing_names(header: Sequence[str], options: ReadOptions) -> str | None:
    known = {name.casefold() for name in header}
    return next((name for names in options.columns.values() for name in names if name.casefold() not in known), None)


def _sort_by(names: Sequence[str], header: Sequence[str], indexes: list[int]) -> None:
    order = [name.casefold() for name in names]
    indexes.sort(key=lambda index: order.index(header[index].casefold()))


def _printable(header: Sequence[str]) -> str:
    # Control characters of a binary file must not reach the terminal.
    return clean_line(", ".join(header))[:500]
