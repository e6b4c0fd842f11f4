"""One book of a file: as the reader found it, as a rejection, or cleaned and ready to store."""

from collections.abc import Sequence
from typing import NamedTuple

MAX_KEY_LENGTH = 500

ISBN_KEY = "isbn:"
"""Prefix of the key of a book for which its file has an ISBN but no key."""

FINGERPRINT_KEY = "fingerprint:"
"""Prefix of the key of a book for which its file has neither a key nor an ISBN."""


class RawRecord(NamedTuple):
    """A book as it stands in a file. Fields that the file does not have are empty."""

    line: int
    text: str
    key: str = ""
    title: str = ""
    authors: Sequence[str] = ()
    year: str = ""
    isbns: Sequence[str] = ()
    """Candidates; the first valid ISBN counts."""
    language: str = ""
    description: str = ""
    cover_url: str = ""
    categories: Sequence[str] = ()


class Rejection(NamedTuple):
    """An entry that cannot be stored, and the reason. The key is empty if it is unknown."""

    line: int
    reason: str
    text: str
    key: str = ""


class Skipped(NamedTuple):
    """An intact entry that is not a book."""

    line: int
    reason: str


class Record(NamedTuple):
    """A book that can be stored. Only the description may contain control characters, and only newlines."""

    line: int
    key: str
    isbn: str | None
    title: str
    authors: tuple[str, ...]
    year: int | None
    language: str | None
    description: str | None
    cover_url: str | None
    fingerprint: str
    categories: tuple[str, ...]
