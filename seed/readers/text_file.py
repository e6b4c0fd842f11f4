"""The lines of a text file whose encoding, size and soundness nobody vouches for."""

import codecs
import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Self

SAMPLE_BYTES = 1 << 16
"""How much of a file is looked at to recognise its encoding and its dialect."""

LONGEST_LINE = 1 << 22
"""Characters. A longer line is a sign of a file that is no text at all."""

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SURVIVE = "bookstall-survive"
_DAMAGE = (OSError, EOFError, zlib.error)
"""What reading a file, packed or not, raises if it is damaged."""


class UnreadableFileError(ValueError):
    """The file cannot be read as what it claims to be; the message is one sentence."""


class UnwritableFileError(Exception):
    """The file cannot be written, or not to its end; the message is one sentence."""

    def __init__(self, name: str, error: OSError) -> None:
        super().__init__(f"{name} cannot be written: {error.strerror or error}. Nothing was written.")


class Lines(Iterator[str]):
    """Iterates over a file's lines, with their ends, and keeps those not yet taken for messages.

    Attributes:
        number: how many lines have been read.
        sample: the file's beginning, decoded; nothing of it is consumed.
        encoding: the given or recognised one.
    """

    def __init__(self, raw: IO[bytes], *, name: str, encoding: str | None = None) -> None:
        self.name = name
        self.number = 0
        self._raw = raw
        self._kept: list[str] = []
        try:
            buffered = io.BufferedReader(_opened(raw, name), SAMPLE_BYTES)  # type: ignore[type-var]
            beginning = buffered.peek(SAMPLE_BYTES)[:SAMPLE_BYTES]
            self.encoding = encoding or recognised_encoding(beginning)
            codecs.register_error(_SURVIVE, _survive)
            self._text = io.TextIOWrapper(buffered, self.encoding, errors=_SURVIVE, newline="")
            self.sample = codecs.decode(beginning, self.encoding, "replace")
        except LookupError:
            raise UnreadableFileError(f"{encoding} is not an encoding that Python knows.") from None
        except (*_DAMAGE, UnicodeError) as error:
            raise UnreadableFileError(f"{name} cannot be read: {error}.") from None

    def __next__(self) -> str:
        try:
            line = self._text.readline(LONGEST_LINE)
        except (*_DAMAGE, UnicodeError) as error:
            raise UnreadableFileError(f"{self.name}, after line {self.number}: {error}.") from None
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) == LONGEST_LINE:
            raise UnreadableFileError(f"{self.name}, line {self.number}: longer than {LONGEST_LINE:,} characters.")
        self._kept.append(line)
        return line

    def take(self) -> str:
        """Return the lines read since the last call, as they stand in the file without the last line's end."""
        text = self._kept[0] if len(self._kept) == 1 else "".join(self._kept)
        self._kept.clear()
        return text.rstrip("\r\n")

    def bytes_read(self) -> int:
        """Return how far the file has been read, in bytes as they lie on the disk; 0 where that cannot be told."""
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


def recognised_encoding(beginning: bytes) -> str:
    """Return the encoding that a file's first bytes show: by its mark, else UTF-8, else Windows-1252.

    The last is a superset of ISO-8859-1's printable part; other encodings have to be given.
    """
    for mark, encoding in _MARKS:
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


def _survive(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that the encoding does not have as Windows-1252, which is what stray ones mostly are."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return stray.decode("windows-1252", "replace"), error.end
