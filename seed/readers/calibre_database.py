"""The library of calibre itself, its `metadata.db`, opened read-only.

Source: https://github.com/kovidgoyal/calibre/blob/master/resources/metadata_sqlite.sql.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from seed.readers.calibre import PRESENT, known_date, make_reading
from seed.readers.errors import UnreadableFileError
from seed.readers.export_table import with_category
from seed.readers.protocol import ReadOptions
from seed.readers.text_file import Lines
from seed.record.model import RawRecord

_SEPARATOR = "\x1f"

# Names come in the order of the book's title page, as calibre links them.
_BOOKS = """
    SELECT id, uuid, title, pubdate,
           (SELECT group_concat(name, char(31)) FROM (
                SELECT name FROM books_authors_link AS link JOIN authors ON authors.id = link.author
                WHERE link.book = books.id ORDER BY link.id)) AS authors,
           (SELECT group_concat(name, char(31)) FROM (
                SELECT name FROM books_tags_link AS link JOIN tags ON tags.id = link.tag
                WHERE link.book = books.id ORDER BY name)) AS tags,
           (SELECT languages.lang_code FROM books_languages_link AS link
                JOIN languages ON languages.id = link.lang_code
                WHERE link.book = books.id ORDER BY link.item_order LIMIT 1) AS language,
           (SELECT group_concat(val, char(31)) FROM (
                SELECT val FROM identifiers WHERE book = books.id ORDER BY type <> 'isbn', type)) AS identifiers,
           (SELECT text FROM comments WHERE book = books.id) AS comments,
           (SELECT ratings.rating FROM books_ratings_link AS link JOIN ratings ON ratings.id = link.rating
                WHERE link.book = books.id) AS rating,
           {state} AS state
    FROM books ORDER BY id
"""


def read(lines: Lines, options: ReadOptions) -> Iterator[RawRecord]:
    """Yield the books of a library; tags become categories, and a custom column `#read` the reading state.

    Raises:
        UnreadableFileError: if the database is not a library of calibre, is damaged or comes from standard input.
    """
    if lines.path is None:
        raise UnreadableFileError(f"{lines.name}: an SQLite database can only be read from a file; give its path.")
    try:
        # Without `immutable`, SQLite would write files beside a library that calibre has open.
        uri = f"{Path(lines.path).resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            for row in connection.execute(_BOOKS.format(state=_state_column(connection))):
                yield with_category(_to_record(row), options)
    except sqlite3.Error as error:
        raise UnreadableFileError(f"{lines.name} is not a readable library of calibre: {error}.") from None


def _state_column(connection: sqlite3.Connection) -> str:
    """Return the SQL of the custom yes/no column with the label `read`, or of an empty text."""
    query = "SELECT id FROM custom_columns WHERE label = 'read' AND datatype = 'bool'"
    row = connection.execute(query).fetchone()
    return f"(SELECT value FROM custom_column_{row['id']:d} WHERE book = books.id)" if row else "''"


def _to_record(row: sqlite3.Row) -> RawRecord:
    rating = row["rating"] or 0
    return RawRecord(
        line=row["id"],
        text=f"{row['id']}: {row['title']}",
        key=row["uuid"] or str(row["id"]),
        title=row["title"],
        authors=[name.replace("|", ",") for name in _split(row["authors"])],
        year=known_date(str(row["pubdate"] or "")),
        isbns=_split(row["identifiers"]),
        language=row["language"] or "",
        description=row["comments"] or "",
        categories=_split(row["tags"]),
        is_edition_year=True,
        present=PRESENT,
        reading=make_reading(str(row["state"] or ""), f"{rating / 2:g}" if rating else ""),
    )


def _split(text: str | None) -> list[str]:
    return text.split(_SEPARATOR) if text else []
