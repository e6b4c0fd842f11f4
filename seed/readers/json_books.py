"""Which objects of a JSON document are books: programs wrap them, as in `{"volumeInfo": {"title": …}}`."""

import json
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from typing import Any, NamedTuple

from seed.readers.column_names import field_of, normalise

_MAX_DEPTH = 4
"""How deep within an object a book may be."""

_OF_A_BOOK = {"series", "review", "reviews", "publisher", "publishers"}
"""Members that may have a title of their own, which is not the book's."""

_NAMES = {"name", "names"}
"""Lists, persons and publishers have these, too."""

_CUT_OFF = {"title": "…"}
"""Stands for an object within which the text ends: it may be a book."""

_SPACE = " \t\r\n\ufeff"
_DECODER = json.JSONDecoder()
# Names recur from object to object.
_field = lru_cache(maxsize=1 << 12)(field_of)


class Shape(Enum):
    """What an object is."""

    BOOK = "a book, or what wraps one"
    MEMBERS = "each member is a book"
    ARRAYS = "an array of books is in it"


class _Member(NamedTuple):
    name: str
    value: Any
    """None if the text ends within the value."""
    start: int
    """Where the value begins in the text."""


def has_title(value: dict[str, Any]) -> bool:
    """Return whether an object is a book; a `name` is a title only beside authors or an ISBN, since lists have one."""
    if _is_text(value.get("title")):
        return True
    titles = [name for name, member in value.items() if _field(name) == "title" and _is_text(member)]
    if any(normalise(name) not in _NAMES for name in titles):
        return True
    return bool(titles) and not {"authors", "isbn"}.isdisjoint(map(_field, value))


def books_of(value: dict[str, Any], depth: int = _MAX_DEPTH) -> list[dict[str, Any]]:
    """Return the books of an object: itself if it has a title, else those within it; itself if there are none.

    A book that is a member gets the other members, too.
    """
    if not depth or has_title(value):
        return [value]
    inner = {name: member for name, member in value.items() if _may_hold_books(name)}
    for name, member in inner.items():
        if isinstance(member, dict) and (books := _titled(member, depth)):
            others = {other: value[other] for other in value if other != name}
            return [book | {other: others[other] for other in others if other not in book} for book in books]
    lists = [member for member in inner.values() if isinstance(member, list)]
    items = [item for member in lists for item in member if isinstance(item, dict)]
    return [book for item in items for book in _titled(item, depth)] or [value]


def shape_of(text: str, start: int = 0, depth: int = _MAX_DEPTH) -> Shape:
    """Return what the object is that begins here, as far as the text shows it."""
    members = list(_members(text, start))
    if any(_is_named_books(member.name) and _first_object(text, member) is not None for member in members):
        return Shape.ARRAYS
    if has_title({member.name: member.value for member in members}):
        return Shape.BOOK
    if any(_holds_books(text, member, depth) for member in members):
        return Shape.ARRAYS
    values = [member.value for member in members if isinstance(member.value, dict)]
    if all(text[member.start] == "{" for member in members) and any(_titled(value, depth) for value in values):
        return Shape.MEMBERS
    return Shape.BOOK


def _titled(value: dict[str, Any], depth: int) -> list[dict[str, Any]]:
    return [book for book in books_of(value, depth - 1) if has_title(book)]


def _is_text(value: Any) -> bool:
    first = value[0] if isinstance(value, list) and value else value
    return isinstance(first, str) and bool(first.strip())


def _is_named_books(name: str) -> bool:
    return name.endswith("s") and _field(name) == "title" and normalise(name) not in _NAMES


def _may_hold_books(name: str) -> bool:
    return _field(name) in {None, "title"} and normalise(name) not in _OF_A_BOOK


def _holds_books(text: str, member: _Member, depth: int) -> bool:
    if not depth or not _may_hold_books(member.name):
        return False
    if text[member.start] == "{":
        return shape_of(text, member.start, depth - 1) is not Shape.BOOK
    first = _first_object(text, member)
    return first is not None and _field(member.name) is None and bool(_titled(first, depth))


def _first_object(text: str, member: _Member) -> dict[str, Any] | None:
    """Return the object at the beginning of an array, or None."""
    if text[member.start] != "[":
        return None
    start = _skip(text, member.start + 1, _SPACE)
    if text[start : start + 1] != "{":
        return None
    try:
        value = _DECODER.raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        return _CUT_OFF
    return value if isinstance(value, dict) else None


def _members(text: str, start: int) -> Iterator[_Member]:
    """Yield the members of the object that begins here, up to the end of the text or to what is not JSON."""
    position = start + 1
    while text[(position := _skip(text, position, _SPACE + ",")) : position + 1] == '"':
        try:
            name, position = _DECODER.raw_decode(text, position)
        except ValueError:
            return
        position = _skip(text, position, _SPACE + ":")
        if position == len(text):
            return
        try:
            value, end = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            yield _Member(name, None, position)
            return
        yield _Member(name, value, position)
        position = end


def _skip(text: str, position: int, signs: str) -> int:
    while position < len(text) and text[position] in signs:
        position += 1
    return position
