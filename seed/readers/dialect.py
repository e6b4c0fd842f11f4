"""CSV dialects: the delimiter, the quote character, and whether a backslash escapes quotes."""

import csv
import re
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypedDict

from seed.readers.column_names import field_of
from seed.readers.protocol import ReadOptions
from seed.readers.text_file import Lines

DELIMITERS = (",", ";", "\t", "|")
_MAX_LINES_ABOVE = 20
SEPARATOR_LINE = re.compile(r"\"?sep=(.)\"?\s*", re.IGNORECASE)
"""Excel reads a first line such as `sep=;` as the delimiter."""


class _ReaderArguments(TypedDict):
    delimiter: str
    quotechar: str
    quoting: Literal[0, 3]
    escapechar: str | None
    strict: bool


@dataclass(frozen=True)
class Dialect:
    """How a table separates and quotes its fields. A quote inside a field is doubled or escaped."""

    delimiter: str = ","
    escape: str | None = None
    quote: str = '"'
    """Empty if fields are never quoted."""

    def reader_arguments(self) -> _ReaderArguments:
        """Return the arguments of `csv.reader`, which then rejects rows that violate the dialect."""
        return {
            "delimiter": self.delimiter,
            "quotechar": self.quote or '"',
            "quoting": csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            "escapechar": self.escape,
            "strict": True,
        }

    def __str__(self) -> str:
        quote = "" if self.quote == '"' else f", quote {self.quote!r}" if self.quote else ", no quotes"
        return f"delimiter {self.delimiter!r}{quote}{f', escape {self.escape!r}' if self.escape else ''}"


def default_dialect(lines: Lines, options: ReadOptions) -> Dialect:
    """Return double quotes and the delimiter of the header, except where the options say otherwise."""
    return Dialect(header_delimiter(lines, options), options.escape, '"' if options.quote is None else options.quote)


def header_delimiter(lines: Lines, options: ReadOptions) -> str:
    """Return the delimiter that splits the first line into most names: spreadsheets save exports with their own."""
    header = next(iter(lines.sample.lstrip("\ufeff \t\r\n").splitlines()), "")
    names_with = {candidate: len(split_line(header, candidate)) for candidate in (",", "\t", ";")}
    return options.delimiter or max(names_with, key=names_with.__getitem__)


def split_line(line: str, delimiter: str) -> list[str]:
    """Return the fields of a line in double quotes, within which it may have line breaks."""
    return next(csv.reader(line.splitlines(keepends=True), delimiter=delimiter), [])


class _Line(NamedTuple):
    number: int
    text: str


def lines_above_header(lines: Lines, options: ReadOptions) -> list[int]:
    """Return the numbers of the lines above the header of a table, such as its title; blank lines do not count.

    The header is the first line with a title's column. Below the first line it needs another known column.
    """
    candidates = [line for line in _first_lines(lines) if not SEPARATOR_LINE.fullmatch(line.text)]
    for place, line in enumerate(candidates[:_MAX_LINES_ABOVE]):
        for delimiter in (options.delimiter,) if options.delimiter else DELIMITERS:
            names = split_line(line.text, delimiter)
            fields = {field for name in names if (field := _known_field(name.strip(), options))}
            if "title" in fields and (len(fields) > 1 or not place):
                return [above.number for above in candidates[:place]]
    return []


def _known_field(name: str, options: ReadOptions) -> str | None:
    return next((field for field, names in options.columns.items() if name in names), None) or field_of(name)


def _first_lines(lines: Lines) -> list[_Line]:
    """Return the lines at the beginning that have more than delimiters; one that goes on within quotes is one line."""
    texts = re.split(r"\r\n?|\n", lines.sample.removeprefix("\ufeff"))[:_MAX_LINES_ABOVE]
    joined = list[_Line]()
    for number, text in enumerate(texts, start=1):
        if joined and _is_open(joined[-1].text) and any('"' in later for later in texts[number - 1 :]):
            joined[-1] = _Line(joined[-1].number, f"{joined[-1].text}\n{text}")
        else:
            joined.append(_Line(number, text))
    return [line for line in joined if line.text.strip("".join(DELIMITERS) + " ")]


def _is_open(line: str) -> bool:
    """Return whether a line ends within a quoted field."""
    for delimiter in DELIMITERS if '"' in line else ():
        try:
            next(csv.reader(line.splitlines(keepends=True), delimiter=delimiter, strict=True), [])
        except csv.Error as error:
            if "unexpected end" in str(error):
                return True
    return False


def detect_dialect(lines: Lines, options: ReadOptions) -> Dialect:
    """Return the dialect of a table without consuming any line; the options take precedence.

    The delimiter is the one of Excel's line `sep=;`, else the one that splits the header into the most known names,
    then into the most columns. The quote is `"` unless the whole header is in single quotes.
    """
    first_lines = _first_lines(lines)
    given = options.delimiter
    if first_lines and (match := SEPARATOR_LINE.fullmatch(first_lines[0].text)):
        given = given or match[1]
        del first_lines[0]
    above = len(lines_above_header(lines, options))
    header = first_lines[above].text if first_lines else ""
    quote = options.quote
    if quote is None:
        quote = "'" if header.startswith("'") and header.endswith("'") else '"'

    def score(candidate: str) -> tuple[int, int]:
        arguments = Dialect(candidate, quote=quote).reader_arguments()
        arguments["strict"] = False
        columns = next(csv.reader(header.splitlines(keepends=True), **arguments), [])
        return sum(bool(field_of(column) or column in given_names) for column in columns), len(columns)

    given_names = {name for names in options.columns.values() for name in names}
    escape = options.escape or ("\\" if quote in lines.escaped_quotes else None)
    return Dialect(given or max(DELIMITERS, key=score), escape, quote)
