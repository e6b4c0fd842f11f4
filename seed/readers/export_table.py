"""Tables that one program writes: read by the names of its columns, in its own dialect."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from seed.readers.dialect import Dialect, default_dialect
from seed.readers.protocol import ReadOptions
from seed.readers.rows import open_table
from seed.readers.text_file import Lines
from seed.record.model import Column, Header, RawRecord, Rejection, Skipped

_NAME_SUFFIXES = re.compile(r"(?:Jr|Sr|II|III|IV|MD|M\.D|PhD|Ph\.D|Esq)\.?", re.IGNORECASE)
_STATES = {
    "read": "read",
    "completed": "read",
    "finished": "read",
    "already read": "read",
    "read but unowned": "read",
    "yes": "read",
    "true": "read",
    "reading": "reading",
    "currently reading": "reading",
    "in progress": "reading",
    "paused": "reading",
    "to read": "to-read",
    "want to read": "to-read",
    "not begun": "to-read",
    "did not finish": "abandoned",
    "dnf": "abandoned",
    "stopped reading": "abandoned",
    "abandoned": "abandoned",
}


class Entry(NamedTuple):
    """A row of an export: its line, its text, and its fields by the names of their columns."""

    line: int
    text: str
    fields: Mapping[str, str]

    def value(self, *names: str) -> str:
        """Return the first of these fields that is not blank; an empty text if all are blank or missing."""
        return next((field for name in names if (field := self.fields.get(name, "").strip())), "")

    def values(self, *names: str, separator: str = ",") -> list[str]:
        """Return the values of all these fields, split."""
        return [item for name in names for item in map(str.strip, self.fields.get(name, "").split(separator)) if item]

    def names(self, *columns: str, separator: str = ",") -> list[str]:
        """Return names; a suffix such as `Jr.` after the separator belongs to the name before it."""
        names: list[str] = []
        for name in self.values(*columns, separator=separator):
            if names and _NAME_SUFFIXES.fullmatch(name):
                names[-1] += f", {name}"
            else:
                names.append(name)
        return names


def read_export(
    lines: Lines,
    options: ReadOptions,
    columns: Mapping[str, str],
    to_record: Callable[[Entry], RawRecord | Skipped],
    dialect: Dialect | None = None,
) -> Iterator[RawRecord | Rejection | Skipped | Header]:
    """Yield the columns of an export with the fields that they are used as, then its entries."""
    header, rows = open_table(lines, dialect or default_dialect(lines, options))
    yield Header(tuple(Column(name, columns.get(name, "")) for name in header))
    for row in rows:
        if isinstance(row, Rejection):
            yield row
            continue
        entry = to_record(Entry(row.line, row.text, dict(zip(header, row.fields, strict=True))))
        yield with_category(entry, options) if isinstance(entry, RawRecord) else entry


def with_category(record: RawRecord, options: ReadOptions) -> RawRecord:
    """Return the record with the user's category if it has none of its own."""
    if options.category and not any(map(str.strip, record.categories)):
        return record._replace(categories=[options.category])
    return record


def reading_state(text: str) -> str:
    """Return `read`, `reading`, `to-read` or `abandoned`, or an empty text if a program's state is none of these."""
    return _STATES.get(text.strip().casefold().replace("-", " "), "")
