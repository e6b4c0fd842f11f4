"""Lines of a text file of unknown encoding, size and integrity."""

import codecs
import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Self

SAMPLE_BYTES = 1 << 16
"""How much of a file is examined to detect its encoding and its dialect."""

MAX_LINE_LENGTH = 1 << 22
"""In characters. A longer line is a sign of a binary file."""

_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ERROR_HANDLER = "bookstall-windows-1252"
_READ_ERRORS = (OSError, EOFError, zlib.error)
"""Raised by reading a damaged file, compressed or not."""


class UnreadableFileError(ValueError):
    """The file cannot be read in its format; the message is one sentence."""


class UnwritableFileError(Exception):
    """The file cannot be written completely; the message is one sentence."""

    def __init__(self, name: str, error: OSError) -> None:
        super().__init__(f"{name} cannot be written: {error.strerror or error}. Nothing was written.")


class Lines(Iterator[str]):
    """Iterates over the lines of a file, line ends included, and keeps their text until it is taken.

    Attributes:
        number: the count of lines read.
        sample: the beginning of the file, decoded and not consumed.
        encoding: the given or detected one.
    """

    def __init__(self, raw: IO[bytes], *, name: str, encoding: str | None = None) -> None:
        self.name = name
        self.number = 0
        self._raw = raw
        self._kept: list[str] = []
        try:
            buffered = io.BufferedReader(_opened(raw, name), SAMPLE_BYTES)  # type: ignore[type-var]
            beginning = buffered.peek(SAMPLE_BYTES)[:SAMPLE_BYTES]
            self.encoding = encoding or detect_encoding(beginning)
            codecs.register_error(_ERROR_HANDLER, _decode_as_windows_1252)
            self._text = io.TextIOWrapper(buffered, self.encoding, errors=_ERROR_HANDLER, newline="")
            self.sample = codecs.decode(beginning, self.encoding, "replace")
        except LookupError:
            raise UnreadableFileError(f"{encoding} is not an encoding that Python knows.") from None
        except (*_READ_ERRORS, UnicodeError) as error:
            raise UnreadableFileError(f"{name} cannot be read: {error}.") from None

    def __next__(self) -> str:
        try:
            line = self._text.readline(MAX_LINE_LENGTH)
        except (*_READ_ERRORS, UnicodeError) as error:
            raise UnreadableFileError(f"{self.name}, after line {self.number}: {error}.") from None
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) == MAX_LINE_LENGTH:
            raise UnreadableFileError(f"{self.name}, line {self.number}: longer than {MAX_LINE_LENGTH:,} characters.")
        self._kept.append(line)
        return line

    def take(self) -> str:
        """Return the lines read since the last call, without the end of the last line."""
        text = self._kept[0] if len(self._kept) == 1 else "".join(self._kept)
        self._kept.clear()
        return text.rstrip("\r\n")

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


def open_lines(path: str, *, encoding: str | None = None) -> Lines:
    """Open a file, or standard input for `-`.

    Raises:
        UnreadableFileError: if there is no such file, or it cannot be read.
    """
    if path == "-":
        return Lines(sys.stdin.buffer, name="standard input", encoding=encoding)
    try:
        raw = Path(path).open("rb")  # noqa: SIM115 - Lines closes it
    except OSError as error:
        raise UnreadableFileError(f"{path} cannot be read: {error.strerror}.") from None
    try:
        return Lines(raw, name=path, encoding=encoding)
    except BaseException:
        raw.close()
        raise


def detect_encoding(beginning: bytes) -> str:
    """Return the encoding by the byte order mark, else UTF-8 if valid, else Windows-1252.

    Windows-1252 contains the printable part of ISO-8859-1; other encodings must be given.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if beginning.startswith(mark):
            return encoding
    try:
        codecs.getincrementaldecoder("utf-8")().decode(beginning)
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def _opened(raw: IO[bytes], name: str) -> IO[bytes]:
    if name.lower().endswith(".gz"):
        return gzip.GzipFile(fileobj=raw)  # type: ignore[return-value]
    return raw


def _decode_as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Decode invalid bytes as Windows-1252, which is the most likely encoding of such bytes."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    invalid = error.object[error.start : error.end]
    return invalid.decode("windows-1252", "replace"), error.end
