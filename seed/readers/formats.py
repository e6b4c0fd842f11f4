"""All formats, and which one a file has."""

from seed.readers import goodreads, gutenberg, jsonlines, openlibrary, table
from seed.readers.protocol import Reader, ReadOptions
from seed.readers.text_file import Lines

FORMATS: dict[str, Reader] = {
    "csv": table.read,
    "jsonl": jsonlines.read,
    "gutenberg": gutenberg.read,
    "goodreads": goodreads.read,
    "openlibrary": openlibrary.read,
}

PUBLISHER_FORMATS = {"gutenberg", "goodreads", "openlibrary"}
"""Formats whose keys mean the same in every file."""


def detect_format(lines: Lines, options: ReadOptions) -> str:
    """Return the name of the format, judged by the beginning of the file; the default is a table.

    A file with a column map is always a table.
    """
    beginning = next(filter(None, map(str.strip, lines.sample.splitlines())), "").removeprefix("\ufeff")
    names = {name.strip(' "') for name in beginning.split(",")}
    if options.columns:
        return "csv"
    if beginning.startswith("{"):
        return "jsonl"
    if beginning.startswith("/type/") and "\t" in beginning:
        return "openlibrary"
    if names >= {"Text#", "Type", "LoCC", "Bookshelves"}:
        return "gutenberg"
    if names >= {"Book Id", "Title", "Bookshelves"}:
        return "goodreads"
    return "csv"
