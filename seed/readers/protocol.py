"""What every reader shares: the fields of a book, the user's options, and the signature of a reader.

To add a format, write a module with `read` and register it in `seed.readers.formats`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from seed.readers.text_file import Lines
from seed.record.model import Header, RawRecord, Rejection, Skipped

FIELDS = ("key", "title", "authors", "year", "isbn", "language", "description", "cover_url", "categories")
"""The columns of our own CSV, in the order in which `export` writes them."""


DEFAULT_SEPARATOR = ";"
"""Between several values of one field."""


@dataclass(frozen=True)
class ReadOptions:
    """Options of the user; readers detect whatever is None or empty."""

    delimiter: str | None = None
    escape: str | None = None
    quote: str | None = None
    """The empty string means that fields are never quoted."""
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Field → its column names in the file's header."""
    author_separator: str = DEFAULT_SEPARATOR
    category_separator: str = DEFAULT_SEPARATOR
    category: str | None = None
    """The category of books for which the file names none."""
    authors_dump: str | None = None
    """The path of Open Library's dump of authors, for its dumps of works and editions."""


class Reader(Protocol):
    """Yields a raw record, a rejection or a skipped entry for each entry of a file.

    Raises `UnreadableFileError` if the file does not have the reader's format.
    """

    def __call__(self, lines: Lines, options: ReadOptions) -> Iterator[RawRecord | Rejection | Skipped | Header]:
        """Read line by line, never the whole file at once."""
        ...
