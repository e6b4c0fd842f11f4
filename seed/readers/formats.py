"""All formats, and which one a file has."""

import re
from collections.abc import Callable
from types import ModuleType

from seed.readers import (
    bookwyrm,
    calibre,
    calibre_database,
    goodreads,
    gutenberg,
    jsonlines,
    libib,
    librarything,
    openlibrary,
    reading_log,
    storygraph,
    table,
)
from seed.readers.dialect import header_delimiter, split_line
from seed.readers.errors import UnreadableFileError
from seed.readers.json_formats import detect_json
from seed.readers.protocol import Reader, ReadOptions
from seed.readers.text_file import Lines


def _marc() -> ModuleType:
    # Importing pymarc takes a sixth of the command's start, and few files need it.
    from seed.readers import marc  # noqa: PLC0415

    return marc


FORMATS: dict[str, Reader] = {
    "csv": table.read,
    "jsonl": jsonlines.read,
    "json": jsonlines.read_array,
    "gutenberg": gutenberg.read,
    "goodreads": goodreads.read,
    "storygraph": storygraph.read,
    "librarything": librarything.read,
    "librarything-json": librarything.read_json,
    "calibre": calibre.read,
    "calibre-json": calibre.read_json,
    "calibre-db": calibre_database.read,
    "bookwyrm": bookwyrm.read,
    "libib": libib.read,
    "openlibrary": openlibrary.read,
    "reading-log": reading_log.read,
    "marc": lambda lines, options: _marc().read(lines, options),
    "marcxml": lambda lines, options: _marc().read_xml(lines, options),
}

PUBLISHER_FORMATS = {"gutenberg", "goodreads", "storygraph", "bookwyrm", "openlibrary"}
"""Formats whose keys mean the same in every file."""

_SIGNATURES: dict[str, set[str]] = {
    "gutenberg": gutenberg.SIGNATURE,
    "librarything": librarything.SIGNATURE,
    "goodreads": goodreads.SIGNATURE,
    "storygraph": storygraph.SIGNATURE,
    "calibre": calibre.SIGNATURE,
    "bookwyrm": bookwyrm.SIGNATURE,
    "libib": libib.SIGNATURE,
    "reading-log": reading_log.SIGNATURE,
}
_FOREIGN = {
    "BibTeX": re.compile(r"@\w+\s*\{"),
    "RIS": re.compile(r"TY  - "),
    "HTML": re.compile(r"(?i)<(?:!doctype )?html"),
}
_BINARY = {"sqlite": "calibre-db", "marc": "marc"}
_TABLE_OPTIONS: dict[str, Callable[[ReadOptions], object]] = {
    "--delimiter": lambda options: options.delimiter,
    "--escape": lambda options: options.escape,
    "--quote": lambda options: options.quote,
}
_WITH_COLUMNS = {"csv", "jsonl", "json"}
_NOT_TABLES = {"jsonl", "json", "librarything-json", "calibre-json", "calibre-db", "openlibrary", "marc", "marcxml"}


def detect_format(lines: Lines, options: ReadOptions) -> str:
    """Return the name of the format, judged by the beginning of the file; the default is a table.

    With a column map it is a table or JSON, whatever its columns are.
    """
    if lines.binary_format:
        return _BINARY[lines.binary_format]
    text = lines.sample.lstrip("\ufeff \t\r\n")
    if text.startswith(("{", "[")):
        return detect_json(text, has_column_map=bool(options.columns))
    if program := next((program for program, start in _FOREIGN.items() if start.match(text)), None):
        raise UnreadableFileError(f"{lines.name} is {program}, which is not read; export it as CSV or CSL JSON.")
    if text.startswith("<"):
        return "marcxml"
    if options.columns:
        return "csv"
    if text.startswith(("/type/", "/works/")) and "\t" in text.partition("\n")[0]:
        return "openlibrary"
    names = {name.strip() for name in split_line(text.partition("\n")[0], header_delimiter(lines, options))}
    return next((name for name, signature in _SIGNATURES.items() if names >= signature), "csv")


def check_options(name: str, options: ReadOptions) -> None:
    """Refuse options that the format ignores.

    Raises:
        UnreadableFileError: with the name of the option.
    """
    unused = [option for option, given in _TABLE_OPTIONS.items() if given(options) and name in _NOT_TABLES]
    if options.columns and name not in _WITH_COLUMNS:
        unused.append("--column")
    if options.authors_dump and name != "openlibrary":
        unused.append("--authors")
    if unused:
        raise UnreadableFileError(f"{unused[0]} does not apply to the format {name}; leave it out or give --format.")
