"""One file per outside format. A reader is a function of lines and options that yields what it finds.

To add one: write a module with `read`, and register it in `seed.readers.formats`, which also
decides which reader a file's beginning belongs to.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from seed.readers.text_file import Lines
from seed.record.book import Raw, Rejection, Skipped

FIELDS = ("key", "title", "authors", "year", "isbn", "language", "description", "cover_url", "categories")
"""The columns of our own CSV, in the order that `export` writes them."""


@dataclass(frozen=True)
class ReadOptions:
    """What the user says about a file; what is empty or None is recognised."""

    delimiter: str | None = None
    escape: str | None = None
    quote: str | None = None
    """Empty: there are none."""
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Field → the names that the file's header gives it."""
    author_separator: str = ";"
    category_separator: str = ";"
    category: str | None = None
    """The category of books for which the file tells none."""


class Reader(Protocol):
    """Yields each book of a file, or a rejection with its line, or what it skips on purpose.

    Raises `UnreadableFileError` if the file as a whole is not of the reader's format.
    """

    def __call__(self, lines: Lines, options: ReadOptions) -> Iterator[Raw | Rejection | Skipped]:
        """Read lines one by one, never the file at once."""
        ...
