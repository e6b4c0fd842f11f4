"""Opening a file by its path, or standard input."""

import sys
from pathlib import Path

from seed.readers.errors import UnreadableFileError
from seed.readers.text_file import Lines


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
        return Lines(raw, name=path, encoding=encoding, path=path)
    except BaseException:
        raw.close()
        raise
