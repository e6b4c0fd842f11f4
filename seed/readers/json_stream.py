"""The objects of a JSON document of any size, one by one: the items of an array, or the members of an object."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from seed.readers.errors import UnreadableFileError
from seed.readers.text_file import Lines
from seed.record.model import Rejection

_CHUNK_LENGTH = 1 << 16
MAX_ITEM_LENGTH = 1 << 22
"""In characters. A longer item is a sign of a document that is damaged or not a list of books."""

_SPACE = " \t\r\n\ufeff"


class Item(NamedTuple):
    """An object, the line on which it begins, and its text; the name if it is a member of an object."""

    line: int
    text: str
    value: dict[str, Any]
    name: str = ""


def read_items(lines: Lines) -> Iterator[Item | Rejection]:
    """Yield the items of the document; an item that is damaged or not an object is a rejection.

    After damage, reading goes on with the next item that begins a line or follows a comma.

    Raises:
        UnreadableFileError: if the document does not begin with `[` or `{`.
    """
    return _Parser(lines).items()


class _Parser:
    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._text = ""
        self._position = 0
        self._line = 1
        self._is_complete = False
        self._decoder = json.JSONDecoder()

    def items(self) -> Iterator[Item | Rejection]:
        opening = self._next_sign()
        if opening not in {"[", "{"}:
            raise UnreadableFileError(f"{self._lines.name}, line {self._line}: neither a JSON array nor an object.")
        self._advance(1)
        closing = "]" if opening == "[" else "}"
        while (sign := self._next_sign()) != closing:
            if sign == ",":
                self._advance(1)
                continue
            if not sign:
                yield Rejection(self._line, f"the document ends without {closing!r}", "", is_unreadable=True)
                return
            yield self._item(is_member=opening == "{")
        self._advance(1)
        if self._next_sign():
            yield Rejection(self._line, "text after the end of the document", self._rest(), is_unreadable=True)

    def _item(self, *, is_member: bool) -> Item | Rejection:
        line, start = self._line, self._position
        try:
            name = self._value() if is_member else ""
            if is_member and self._next_sign() == ":":
                self._advance(1)
                self._next_sign()
            value = self._value()
        except (ValueError, RecursionError) as error:
            text = self._skip_damage()
            reason = "nested too deeply" if isinstance(error, RecursionError) else "not JSON"
            return Rejection(line, f"{reason}: {_problem(error)}", text, is_unreadable=True)
        text = self._text[min(start, self._position) : self._position]
        if not isinstance(value, dict):
            return Rejection(line, "not a JSON object", text[:1000])
        return Item(line, text, value, str(name))

    def _value(self) -> Any:
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._position)
            except ValueError:
                # The item may go on behind what has been read; each further attempt reads as much again.
                length = len(self._text) - self._position
                if self._is_complete or length > MAX_ITEM_LENGTH:
                    raise
                self._read(max(_CHUNK_LENGTH, length))
                continue
            if end == len(self._text) and not self._is_complete and not isinstance(value, dict | list | str):
                self._read(_CHUNK_LENGTH)  # a number may go on
                continue
            self._advance(end - self._position)
            return value

    def _next_sign(self) -> str:
        """Go to the next character that is not white space, and return it; an empty text at the end."""
        while True:
            while self._position < len(self._text):
                if self._text[self._position] not in _SPACE:
                    self._forget()
                    return self._text[self._position]
                self._advance(1)
            if self._is_complete:
                return ""
            self._read(_CHUNK_LENGTH)

    def _skip_damage(self) -> str:
        """Go to the next item, and return what was skipped."""
        start = self._position
        ends = [self._text.find(mark, start + 1) for mark in ("},{", "}, {", "},\n", "},\r\n")]
        end = min((end + 1 for end in ends if end >= 0), default=len(self._text))
        skipped = self._text[start:end]
        self._advance(end - start)
        return skipped

    def _rest(self) -> str:
        return self._text[self._position :][:1000]

    def _advance(self, length: int) -> None:
        self._line += self._text.count("\n", self._position, self._position + length)
        self._position += length

    def _forget(self) -> None:
        if self._position > _CHUNK_LENGTH:
            self._text = self._text[self._position :]
            self._position = 0

    def _read(self, length: int) -> None:
        chunk = self._lines.read(length)
        self._is_complete = not chunk
        self._text += chunk
        self._lines.number = self._line


def _problem(error: Exception) -> str:
    return error.msg if isinstance(error, json.JSONDecodeError) else "no readable value"
