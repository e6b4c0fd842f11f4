"""Values and signs of a JSON text of any size, read piece by piece."""

import json
from typing import Any

from seed.readers.text_file import Lines

_CHUNK_LENGTH = 1 << 16
MAX_ITEM_LENGTH = 1 << 22
"""In characters. A longer value is a sign of a document that is damaged or not a list of books."""

_MAX_SHOWN = 1_000
_SPACE = " \t\r\n\ufeff"


class JSONScanner:
    """Goes through the text of a file.

    Attributes:
        position: in the text that is kept.
        line: the line of the position, from 1.
    """

    def __init__(self, lines: Lines) -> None:
        self.position = 0
        self.line = 1
        self._lines = lines
        self._text = ""
        self._is_complete = False
        self._decoder = json.JSONDecoder()

    def value(self) -> Any:
        """Return the value that begins here, and go behind it.

        Raises:
            ValueError: if it is not JSON.
            RecursionError: if it is nested too deeply.
        """
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self.position)
            except ValueError:
                # The item may go on behind what has been read; each further attempt reads as much again.
                length = len(self._text) - self.position
                if self._is_complete or length > MAX_ITEM_LENGTH:
                    raise
                self._read(max(_CHUNK_LENGTH, length))
                continue
            if end == len(self._text) and not self._is_complete and not isinstance(value, dict | list | str):
                self._read(_CHUNK_LENGTH)  # a number may go on
                continue
            self.skip(end - self.position)
            return value

    def next_sign(self) -> str:
        """Go to the next character that is not white space, and return it; an empty text at the end."""
        while True:
            while self.position < len(self._text):
                if self._text[self.position] not in _SPACE:
                    self._forget()
                    return self._text[self.position]
                self.skip(1)
            if self._is_complete:
                return ""
            self._read(_CHUNK_LENGTH)

    def ahead(self) -> tuple[str, int]:
        """Return a text and this position in it, with enough behind it to tell what begins here."""
        while not self._is_complete and len(self._text) - self.position < _CHUNK_LENGTH:
            self._read(_CHUNK_LENGTH)
        return self._text, self.position

    def skip(self, length: int) -> None:
        """Go forward by this many characters."""
        self.line += self._text.count("\n", self.position, self.position + length)
        self.position += length

    def skip_damage(self) -> str:
        """Go to the next item, and return what was skipped."""
        start = self.position
        ends = [self._text.find(mark, start + 1) for mark in ("},{", "}, {", "},\n", "},\r\n")]
        end = min((end + 1 for end in ends if end >= 0), default=len(self._text))
        skipped = self._text[start:end]
        self.skip(end - start)
        return skipped

    def text_since(self, start: int) -> str:
        """Return the text from an earlier position to this one, unless it has been forgotten since."""
        return self._text[min(start, self.position) : self.position]

    def rest(self) -> str:
        """Return the beginning of the text behind this position."""
        return self._text[self.position :][:_MAX_SHOWN]

    def _forget(self) -> None:
        if self.position > _CHUNK_LENGTH:
            self._text = self._text[self.position :]
            self.position = 0

    def _read(self, length: int) -> None:
        chunk = self._lines.read(length)
        self._is_complete = not chunk
        self._text += chunk
        self._lines.number = self.line
