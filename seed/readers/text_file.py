"""Lines of a text file of unknown encoding, size and integrity."""

import codecs
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import IO, Self, TextIO

from seed.readers.container import Content, unpack
from seed.readers.decoding_errors import error_handler
from seed.readers.errors import RunawayFieldError, UnreadableFileError
from seed.readers.survey import Findings, examine, examine_chunks

SAMPLE_BYTES = 1 << 16
"""How much of a file is examined to detect its format and its dialect."""

MAX_LINE_LENGTH = 1 << 22
"""In characters. A longer line is a sign of a binary file."""

MAX_ROW_LINES = 100
MAX_ROW_LENGTH = 1 << 20
"""In characters. A field of a table that is longer, or has more lines, has a quote that was never closed."""

READ_ERRORS = (OSError, EOFError, zlib.error, zipfile.BadZipFile)
"""Raised by reading a damaged file, compressed or not."""

_ESCAPED_BYTE = re.compile("[\udc00-\udcff]")


class Lines(Iterable[str]):
    """Iterates over the lines of a file, line ends included, and keeps their text until it is taken.

    Attributes:
        number: the count of lines read.
        sample: the beginning of the file, decoded and not consumed; empty for a binary format.
        encoding: the given or detected one.
        binary_format: the name of a format that is not text, or an empty string.
        stream: the content as bytes, for readers of binary formats.
        path: the file's path, or None for standard input.
    """

    def __init__(self, raw: IO[bytes], *, name: str, encoding: str | None = None, path: str | None = None) -> None:
        self.name = name
        self.path = path
        self.number = 0
        self._raw = raw
        self._kept: list[str] = []
        self._kept_length = 0
        self._again: list[str] = []
        try:
            content = unpack(raw, name)
            if content.binary_format or content.encoding:
                findings = Findings(content.encoding or "binary")
            elif raw.seekable():
                findings = examine(content.stream, name, encoding)
                raw.seek(0)
                content = unpack(raw, name)
            else:
                findings = examine_chunks(iter([content.stream.peek()]), name, encoding)
            self._open(content, findings, is_partial=not raw.seekable())
        except LookupError:
            raise UnreadableFileError(f"{encoding} is not an encoding that Python knows.") from None
        except (*READ_ERRORS, UnicodeError) as error:
            raise UnreadableFileError(f"{name} cannot be read: {error}.") from None

    def _open(self, content: Content, findings: Findings, *, is_partial: bool) -> None:
        self.stream = content.stream
        self.binary_format = content.binary_format
        self.encoding = findings.encoding
        self.escaped_quotes = findings.escaped_quotes
        self.may_be_damaged = findings.may_be_damaged or is_partial
        self.sample = ""
        self._text: TextIO = io.StringIO()
        if not self.binary_format:
            beginning = self.stream.peek()[:SAMPLE_BYTES]
            handler = error_handler(escapes_bytes=self.may_be_damaged)
            self._text = io.TextIOWrapper(self.stream, self.encoding, errors=handler, newline="")
            self.sample = codecs.decode(beginning, self.encoding, "replace")
        self._readline = self._text.readline

    def __iter__(self) -> Iterator[str]:
        """Yield the lines that are left; a generator takes less time for each than a method `__next__`."""
        kept, again, readline = self._kept, self._again, self._readline
        while True:
            if kept:
                self._kept_length += len(kept[-1])
                if len(kept) > MAX_ROW_LINES or self._kept_length > MAX_ROW_LENGTH:
                    raise RunawayFieldError
            if again:
                line = again.pop()
            else:
                try:
                    line = readline(MAX_LINE_LENGTH)
                except (*READ_ERRORS, UnicodeError) as error:
                    raise UnreadableFileError(f"{self.name}, after line {self.number}: {error}.") from None
                if not line:
                    return
                if len(line) == MAX_LINE_LENGTH:
                    raise UnreadableFileError(
                        f"{self.name}, line {self.number + 1}: longer than {MAX_LINE_LENGTH:,} characters; "
                        "it is no table."
                    )
            self.number += 1
            kept.append(line)
            yield line

    def read(self, size: int) -> str:
        """Return the next characters regardless of lines, for JSON and XML; an empty text at the end."""
        try:
            return self._text.read(size)
        except (*READ_ERRORS, UnicodeError) as error:
            raise UnreadableFileError(f"{self.name}, after line {self.number}: {error}.") from None

    def take(self) -> str:
        """Return the lines read since the last call, without the end of the last line."""
        kept = self._kept
        if len(kept) == 1:
            return kept.pop().rstrip("\r\n")
        text = "".join(kept)
        kept.clear()
        self._kept_length = 0
        return text.rstrip("\r\n")

    def retry_after_first(self) -> str:
        """Return the first of the lines read since the last call; the others are read again."""
        first, others = self._kept[0], self._kept[1:]
        self._again += reversed(others)
        self.number -= len(others)
        self._kept.clear()
        self._kept_length = 0
        return first.rstrip("\r\n")

    def has_invalid_bytes(self, text: str) -> bool:
        """Return whether a text of the file holds bytes that are not of its encoding."""
        return self.may_be_damaged and bool(_ESCAPED_BYTE.search(text))

    def bytes_read(self) -> int:
        """Return the position in the file, in bytes on disk; 0 if it is unknown."""
        try:
            return self._raw.tell()
        except OSError:
            return 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._raw.close()
