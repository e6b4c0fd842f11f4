"""Columns with parts of an author's name: `Author First` and `Author Last`, `Vorname` and `Nachname`."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from seed.readers.column_names import normalise
from seed.record.missing import MISSING

# In the order of speech.
_GIVEN = (
    "firstname|firstnames|first|forename|forenames|givenname|givennames|given|christianname|vorname|vornamen|prenom"
    "|prenoms|nombre|nombres|nome|voornaam|fornavn|fornamn|imie|jmeno|имя"
)
_MIDDLE = "middlename|middleinitial|middle"
_FAMILY = (
    "lastname|last|surname|familyname|family|nachname|familienname|zuname|nom|apellido|apellidos|cognome|sobrenome"
    "|apelido|achternaam|etternavn|efternavn|efternamn|nazwisko|prijmeni|фамилия"
)
_NAME = "name"
"""The family name beside a given one (`Name` and `Vorname`), the given name beside a family name."""

_PARTS = (_GIVEN, _MIDDLE, _FAMILY, _NAME)
_AUTHOR = "(?:author|writer|creator|autor(?:[aei]|ow)?|auteur|verfasser|forfatter|schrijver|автора?)s?"
_PATTERNS = {
    part: re.compile(
        rf"(?P<before>{_AUTHOR})?(\d*)(?:{part})(\d*)(?:of|the|del|des|dell|de|di|do|van|l)*(?P<after>{_AUTHOR})?(\d*)"
    )
    for part in _PARTS
}


class _Part(NamedTuple):
    column: int
    kind: str
    """One of `_PARTS`."""
    author: str
    """The number behind the author, or an empty text."""
    is_authors: bool
    """Whether the column's name says that it is an author's."""


def find_people(header: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """Return for each author the columns with the parts of the name, in the order of speech.

    Columns that do not say whose name they have need both a given and a family name.
    """
    parts = [part for column, name in enumerate(header) if (part := _part(column, name))]
    if any(part.is_authors for part in parts):
        parts = [part for part in parts if part.is_authors]
    people: dict[str, list[_Part]] = {}
    for part in parts:
        people.setdefault(part.author, []).append(part)
    return tuple(
        tuple(part.column for part in sorted(person, key=lambda part: _PARTS.index(part.kind)))
        for person in map(_with_kinds_of_names, people.values())
        if _is_whole({part.kind for part in person}, is_authors=person[0].is_authors)
    )


def _with_kinds_of_names(person: list[_Part]) -> list[_Part]:
    """Return the parts with columns called a name as what the others lack, or without them."""
    kinds = {part.kind for part in person}
    missing = {_GIVEN, _FAMILY} - kinds
    if _NAME in kinds and len(missing) == 1:
        return [part._replace(kind=next(iter(missing))) if part.kind == _NAME else part for part in person]
    return [part for part in person if part.kind != _NAME] or person


def join_names(fields: Sequence[str], people: Sequence[Sequence[int]]) -> list[str]:
    """Return the authors of a row; fields with equally many names between `;` are read side by side."""
    names = []
    for person in people:
        parts = [fields[index].split(";") for index in person if fields[index].strip() and fields[index] not in MISSING]
        if len({len(part) for part in parts}) > 1:
            parts = [[fields[index]] for index in person]
        names += [_joined([part.strip() for part in name]) for name in zip(*parts, strict=True)]
    return names


def _joined(parts: list[str]) -> str:
    """Return the parts as one name; a first one that is the whole name already needs no others."""
    is_whole = len(parts) > 1 and parts[0].endswith(f" {parts[-1]}")
    return parts[0] if is_whole else " ".join(parts).strip()


def _part(column: int, name: str) -> _Part | None:
    plain = normalise(name)
    for kind, pattern in _PATTERNS.items():
        if match := pattern.fullmatch(plain):
            numbers = "".join(match.group(2, 3, 5))
            return _Part(column, kind, numbers, bool(match["before"] or match["after"]))
    return None


def _is_whole(kinds: set[str], *, is_authors: bool) -> bool:
    return _FAMILY in kinds and (is_authors or _GIVEN in kinds)
