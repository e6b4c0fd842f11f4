"""One book of a file: as the reader found it, as a rejection, or cleaned and ready to store."""

from collections.abc import Sequence
from typing import NamedTuple

MAX_KEY_LENGTH = 500

ISBN_KEY = "isbn:"
"""Prefix of the key of a book for which its file has an ISBN but no key."""

ASIN_KEY = "asin:"
"""Prefix of the key of a book for which its file has an Amazon number but neither a key nor an ISBN."""

FINGERPRINT_KEY = "fingerprint:"
"""Prefix of the key of a book for which its file has neither a key nor an ISBN."""

MADE_KEYS = (ISBN_KEY, ASIN_KEY, FINGERPRINT_KEY)
"""The prefixes of keys that are made because the file has none."""


OPTIONAL_FIELDS = ("authors", "year", "isbn", "language", "description", "cover_url", "categories")
"""The fields that a file may lack. The order is that of the bits in `book_source.provided_fields`: append only."""

ALL_FIELDS = frozenset(OPTIONAL_FIELDS)


class Column(NamedTuple):
    """A column of the file, and the field that it is used as; empty if it is not used."""

    name: str
    field: str


class Header(NamedTuple):
    """The columns of a file. A reader of tables yields it before the first row, for the report."""

    columns: tuple[Column, ...]


class Reading(NamedTuple):
    """What the reader's own program remembers about their reading of a book. Empty if it says nothing."""

    state: str
    """`read`, `reading`, `to-read` or `abandoned`."""
    rating: str = ""
    date: str = ""


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
    is_edition_year: bool = False
    """Whether the year is that of the edition, not of first publication."""
    present: frozenset[str] = ALL_FIELDS
    """The optional fields that the file has for this book, even if empty. An absent one leaves the book as it is."""
    reading: Reading | None = None


class Rejection(NamedTuple):
    """An entry that cannot be stored, and the reason. The key is empty if it is unknown."""

    line: int
    reason: str
    text: str
    key: str = ""
    is_unreadable: bool = False
    """Whether the file is damaged there, so that books may be missing. The rest is loaded, and the command ends with
    status 3."""


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
    is_edition_year: bool
    present: frozenset[str]
    reading: Reading | None
