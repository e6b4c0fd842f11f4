"""CSV dialects: the delimiter, the quote character, and whether a backslash escapes quotes."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypedDict

from seed.readers.protocol import ReadOptions

DELIMITERS = (",", ";", "\t", "|")


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


def default_dialect(options: ReadOptions) -> Dialect:
    """Return commas and double quotes, except where the options say otherwise."""
    return Dialect(options.delimiter or ",", options.escape, '"' if options.quote is None else options.quote)


def detect_dialect(sample: str, known_names: Iterable[str], options: ReadOptions) -> Dialect:
    """Return the dialect of a table, judged by its beginning; the options take precedence.

    The delimiter is the one that splits the header into the most known names, then into the
    most columns. The quote is `"` unless the whole header is in single quotes.
    """
    header = next(iter(sample.splitlines()), "").removeprefix("\ufeff")
    names = {name.casefold() for name in known_names}
    quote = options.quote
    if quote is None:
        quote = "'" if header.startswith("'") and header.endswith("'") else '"'

    def score(candidate: str) -> tuple[int, int]:
        arguments = Dialect(candidate, quote=quote).reader_arguments()
        arguments["strict"] = False
        columns = next(csv.reader([header], **arguments), [])
        return len(names & {column.strip().casefold() for column in columns}), len(columns)

    delimiter = options.delimiter or max(DELIMITERS, key=score)
    return Dialect(delimiter, options.escape or _detect_escape(sample, delimiter, quote), quote)


def _detect_escape(sample: str, delimiter: str, quote: str) -> str | None:
    r"""Return the backslash if the sample has one before a quote where a doubling dialect cannot.

    After `\"` a doubling dialect has the end of the field or a second quote; anything else is an escape.
    """
    return "\\" if quote and re.search(rf"\\{quote}[^{quote}\r\n{re.escape(delimiter)}]", sample) else None
