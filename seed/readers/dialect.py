"""The dialects of CSV: which delimiter, and whether quotes are escaped by a backslash."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

DELIMITERS = (",", ";", "\t", "|")


class _Arguments(TypedDict):
    delimiter: str
    escapechar: str | None
    strict: bool


@dataclass(frozen=True)
class Dialect:
    """How a table's fields are kept apart; quotes are `"`, doubled within a field or escaped."""

    delimiter: str = ","
    escape: str | None = None

    def as_arguments(self) -> _Arguments:
        """Return the arguments of `csv.reader`, which then refuses what does not follow the dialect."""
        return {"delimiter": self.delimiter, "escapechar": self.escape, "strict": True}


def recognised_dialect(
    sample: str, known: Iterable[str], *, delimiter: str | None = None, escape: str | None = None
) -> Dialect:
    """Return the dialect of a table from its beginning.

    The delimiter is the one by which the header has the most of the known names, then the
    most columns.
    """
    header = next(iter(sample.splitlines()), "").removeprefix("\ufeff")
    names = {name.casefold() for name in known}

    def merit(candidate: str) -> tuple[int, int]:
        columns = next(csv.reader([header], delimiter=candidate), [])
        return len(names & {column.strip().casefold() for column in columns}), len(columns)

    delimiter = delimiter or max(DELIMITERS, key=merit)
    return Dialect(delimiter, escape or _recognised_escape(sample, delimiter))


def _recognised_escape(sample: str, delimiter: str) -> str | None:
    r"""Return the backslash if the sample holds one before a quote where a doubling dialect could not.

    After `\"` such a dialect has the end of the field or a second quote; anything else is an escape.
    """
    return "\\" if re.search(rf'\\"[^"\r\n{re.escape(delimiter)}]', sample) else None
