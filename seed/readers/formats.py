"""Which reader a file is for."""

from seed.readers import Reader, ReadOptions, goodreads, gutenberg, jsonlines, openlibrary, table
from seed.readers.text_file import Lines

FORMATS: dict[str, Reader] = {
    "csv": table.read,
    "jsonl": jsonlines.read,
    "gutenberg": gutenberg.read,
    "goodreads": goodreads.read,
    "openlibrary": openlibrary.read,
}

OF_ONE_PUBLISHER = {"gutenberg", "goodreads", "openlibrary"}
"""Formats whose keys mean the same in every file."""


def recognised_format(lines: Lines, options: ReadOptions) -> str:
    """Return the name of the format that a file's beginning shows; a table is what is left.

    A column map is for tables of one's own, so with one it is a table.
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
