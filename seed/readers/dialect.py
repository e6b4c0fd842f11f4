"""The dialects of CSV: which delimiter, which quotes, and whether these are escaped by a backslash."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypedDict

from seed.readers import ReadOptions

DELIMITERS = (",", ";", "\t", "|")


class _Arguments(TypedDict):
    delimiter: str
    quotechar: str
    quoting: Literal[0, 3]
    escapechar: str | None
    strict: bool


@dataclass(frozen=True)
class Dialect:
    """How a table's fields are kept apart; quotes are doubled within a field or escaped, and none if empty."""

    delimiter: str = ","
    escape: str | None = None
    quote: str = '"'

    def as_arguments(self) -> _Arguments:
        """Return the arguments of `csv.reader`, which then refuses what does not follow the dialect."""
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


def given_dialect(options: ReadOptions) -> Dialect:
    """Return the usual dialect, except for what the user says."""
    return Dialect(options.delimiter or ",", options.escape, '"' if options.quote is None else options.quote)


def recognised_dialect(sample: str, known: Iterable[str], options: ReadOptions) -> Dialect:
    """Return the dialect of a table from its beginning, as far as the user does not say it.

    The delimiter is the one by which the header has the most of the known names, then the
    most columns. Quotes are `"` unless the whole header stands in single ones.
    """
    header = next(iter(sample.splitlines()), "").removeprefix("\ufeff")
    names = {name.casefold() for name in known}
    quote = options.quote
    if quote is None:
        quote = "'" if header.startswith("'") and header.endswith("'") else '"'

    def merit(candidate: str) -> tuple[int, int]:
        arguments = Dialect(candidate, quote=quote).as_arguments()
        arguments["strict"] = False
        columns = next(csv.reader([header], **arguments), [])
        return len(names & {column.strip().casefold() for column in columns}), len(columns)

    delimiter = options.delimiter or max(DELIMITERS, key=merit)
    return Dialect(delimiter, options.escape or _recognised_escape(sample, delimiter, quote), quote)


def _recognised_escape(sample: str, delimiter: str, quote: str) -> str | None:
    r"""Return the backslash if the sample holds one before a quote where a doubling dialect could not.

    After `\"` such a dialect has the end of the field or a second quote; anything else is an escape.
    """
    return "\\" if quote and re.search(rf"\\{quote}[^{quote}\r\n{re.escape(delimiter)}]", sample) else None
