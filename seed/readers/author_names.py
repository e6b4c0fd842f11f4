"""The names of Open Library's authors by their keys, kept in a temporary file: its dump has millions of them."""

import re
import sqlite3
from collections.abc import Iterator
from typing import Self

from seed.readers.errors import UnreadableFileError
from seed.readers.json_values import parse_object, text_value
from seed.readers.open_file import open_lines

_KEY = re.compile(r"/authors/OL(\d+)A")
_COLUMNS = 5
_TYPE, _TEXT = 0, 4


class AuthorNames:
    """Maps keys such as `/authors/OL26320A` to names."""

    def __init__(self) -> None:
        # An empty name makes a temporary database on disk, which goes with the connection.
        self._connection = sqlite3.connect("")
        self._connection.execute("CREATE TABLE author (key INTEGER PRIMARY KEY, name TEXT NOT NULL)")

    @classmethod
    def from_dump(cls, path: str) -> Self:
        """Read a dump of authors, https://openlibrary.org/developers/dumps.

        Raises:
            UnreadableFileError: if the file cannot be read or has no authors.
        """
        names = cls()
        names.add_all(_authors(path))
        if not names:
            raise UnreadableFileError(f"{path} has no authors; give Open Library's ol_dump_authors.")
        return names

    def add_all(self, authors: Iterator[tuple[int, str]]) -> None:
        """Add numbers and names."""
        self._connection.executemany("INSERT OR REPLACE INTO author VALUES (?, ?)", authors)

    def __len__(self) -> int:
        count: int = self._connection.execute("SELECT count(*) FROM author").fetchone()[0]
        return count

    def get(self, key: str) -> str:
        """Return the name of an author; an empty text if the key is unknown."""
        match = _KEY.fullmatch(key)
        row = match and self._connection.execute("SELECT name FROM author WHERE key = ?", [int(match[1])]).fetchone()
        return str(row[0]) if row else ""


def _authors(path: str) -> Iterator[tuple[int, str]]:
    with open_lines(path) as lines:
        for line in lines:
            lines.take()
            columns = line.split("\t", _COLUMNS - 1)
            match = _KEY.fullmatch(columns[1]) if len(columns) == _COLUMNS else None
            if match and columns[_TYPE] == "/type/author":
                parsed = parse_object(columns[_TEXT])
                if not isinstance(parsed, str) and (name := text_value(parsed, "name").strip()):
                    yield int(match[1]), name
