"""The objects of a JSON document of any size, one by one: the items of an array, the members of an object, or itself.

A member that holds books stands for them, as in what many programs answer: `{"total": 2, "books": [{…}, {…}]}`.
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from seed.readers.errors import UnreadableFileError
from seed.readers.json_books import Shape, has_title, shape_of
from seed.readers.json_scanner import JSONScanner
from seed.readers.json_values import parse_object
from seed.readers.text_file import Lines
from seed.record.model import Rejection, Skipped

_CLOSING = {"[": "]", "{": "}"}
_MAX_SHOWN = 1_000


class Item(NamedTuple):
    """An object, the line on which it begins, and its text; the name if it is a member of an object."""

    line: int
    text: str
    value: dict[str, Any]
    name: str = ""


def read_items(lines: Lines) -> Iterator[Item | Rejection | Skipped]:
    """Yield the items of the document; an item that is damaged or not an object is a rejection.

    Documents may follow one another. A member that says something about the document is skipped. After damage, reading
    goes on with the next item that begins a line or follows a comma.

    Raises:
        UnreadableFileError: if the document does not begin with `[` or `{`.
    """
    return _Parser(lines).document()


def read_lines(lines: Lines) -> Iterator[Item | Rejection]:
    """Yield the objects of JSON Lines; a line that is damaged or no object is a rejection."""
    for line in lines:
        text = lines.take()
        if not line.strip("\ufeff \t\r\n"):
            continue
        if lines.has_invalid_bytes(text):
            yield Rejection(lines.number, f"bytes that are not {lines.encoding}", text, is_unreadable=True)
            continue
        parsed = parse_object(text.lstrip("\ufeff"))
        if isinstance(parsed, str):
            yield Rejection(lines.number, parsed, text)
        else:
            yield Item(lines.number, text, parsed)


class _Parser:
    def __init__(self, lines: Lines) -> None:
        self._name = lines.name
        self._scanner = JSONScanner(lines)
        self._expected: list[str] = []
        """What closes the arrays and objects that are open."""

    def document(self) -> Iterator[Item | Rejection | Skipped]:
        scanner = self._scanner
        if scanner.next_sign() not in _CLOSING:
            raise UnreadableFileError(f"{self._name}, line {scanner.line}: neither a JSON array nor an object.")
        while (sign := scanner.next_sign()) in _CLOSING:
            yield from self._items(sign) if sign == "[" else self._object()
            if self._expected:
                reason = f"the document ends without {self._expected[-1]!r}"
                yield Rejection(scanner.line, reason, "", is_unreadable=True)
                return
        if sign:
            yield Rejection(scanner.line, "text after the end of the document", scanner.rest(), is_unreadable=True)

    def _object(self) -> Iterator[Item | Rejection | Skipped]:
        """Yield the books of the object that begins here; the object itself if it holds none."""
        shape = shape_of(*self._scanner.ahead())
        if shape is Shape.BOOK:
            yield self._item()
        else:
            yield from self._items("{", shape)

    def _items(self, opening: str, shape: Shape = Shape.ARRAYS) -> Iterator[Item | Rejection | Skipped]:
        """Yield the items of the array or the members of the object that begins here, up to its end."""
        self._scanner.skip(1)
        self._expected.append(_CLOSING[opening])
        while (sign := self._scanner.next_sign()) != _CLOSING[opening]:
            if not sign:
                return
            if sign == ",":
                self._scanner.skip(1)
            elif opening == "[":
                yield self._item()
            else:
                yield from self._member(shape)
        self._scanner.skip(1)
        self._expected.pop()

    def _member(self, shape: Shape) -> Iterator[Item | Rejection | Skipped]:
        """Yield the member of an object of this shape, or the books that it holds."""
        line, start = self._scanner.line, self._scanner.position
        try:
            name = str(self._scanner.value())
        except (ValueError, RecursionError) as error:
            yield self._damage(line, error)
            return
        if self._scanner.next_sign() == ":":
            self._scanner.skip(1)
        sign = self._scanner.next_sign()
        if sign == "[":
            yield from self._items("[")
            return
        if sign == "{" and shape is Shape.ARRAYS and (inner := shape_of(*self._scanner.ahead())) is not Shape.BOOK:
            yield from self._items("{", inner)
            return
        item = self._item(start)
        if isinstance(item, Item) and (shape is Shape.MEMBERS or has_title(item.value)):
            yield item._replace(line=line, name=name)
        else:
            is_damage = isinstance(item, Rejection) and item.is_unreadable
            yield item if is_damage else Skipped(line, "a value beside the books")

    def _item(self, start: int | None = None) -> Item | Rejection:
        """Return the object that begins here, with the text from `start` on."""
        line, start = self._scanner.line, self._scanner.position if start is None else start
        try:
            value = self._scanner.value()
        except (ValueError, RecursionError) as error:
            return self._damage(line, error)
        text = self._scanner.text_since(start)
        if isinstance(value, dict):
            return Item(line, text, value)
        return Rejection(line, "not a JSON object", text[:_MAX_SHOWN])

    def _damage(self, line: int, error: Exception) -> Rejection:
        reason = "nested too deeply" if isinstance(error, RecursionError) else "not JSON"
        problem = error.msg if isinstance(error, json.JSONDecodeError) else "no readable value"
        return Rejection(line, f"{reason}: {problem}", self._scanner.skip_damage(), is_unreadable=True)
